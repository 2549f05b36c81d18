import type { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import { isFloating } from "../core/dtype.ts";
import type { Primitive } from "../core/primitive.ts";
import { typedScalar, type PythonScalar } from "../core/scalar.ts";
import { bind1 } from "../core/tracer.ts";
import type {
  GatherDimensionNumbers,
  IndexMode,
  ScatterDimensionNumbers,
} from "../primitives/gather-numbers.ts";
import * as gathering from "../primitives/gather.ts";
import * as scattering from "../primitives/scatter.ts";

/** Positions from an index array whose last axis holds index vectors; see lax.GatherDimensionNumbers. */
export function gather(
  x: ArrayBase,
  indices: ArrayBase,
  dimensionNumbers: GatherDimensionNumbers,
  sliceSizes: Shape,
  mode: IndexMode = "fill",
  fillValue: PythonScalar = isFloating(x.dtype) ? NaN : 0,
): ArrayBase {
  const params = { dimension_numbers: dimensionNumbers, slice_sizes: sliceSizes, mode };
  if (mode === "clip") return bind1(gathering.gather, [x, indices], params);
  return bind1(gathering.gather, [x, indices, typedScalar(fillValue, x.dtype)], params);
}

/** What is promised about a scatter, and what happens outside. */
export interface ScatterOptions {
  /** "fill" (the default) drops updates outside the operand, "clip" moves them inside. */
  readonly mode?: IndexMode;
  /** No two updates go to the same place: derivatives are simpler then. */
  readonly unique_indices?: boolean;
}

type Scatter = (
  x: ArrayBase,
  indices: ArrayBase,
  updates: ArrayBase,
  dimensionNumbers: ScatterDimensionNumbers,
  options?: ScatterOptions,
) => ArrayBase;

function scatterWith(primitive: Primitive): Scatter {
  return (x, indices, updates, dimensionNumbers, options = {}) =>
    bind1(primitive, [x, indices, updates], {
      dimension_numbers: dimensionNumbers,
      mode: options.mode ?? "fill",
      unique_indices: options.unique_indices ?? false,
    });
}

/** Updates outside the operand are dropped. */
export const scatter = scatterWith(scattering.scatter);
export const scatter_add = scatterWith(scattering.scatter_add);
export const scatter_mul = scatterWith(scattering.scatter_mul);
export const scatter_min = scatterWith(scattering.scatter_min);
export const scatter_max = scatterWith(scattering.scatter_max);
