import { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import { isFloating, type DType } from "../core/dtype.ts";
import type { PythonScalar } from "../core/scalar.ts";
import { Tracer, type Value } from "../core/tracer.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import { evaluatesNow } from "../dispatch/eval-trace.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { parseIndex, type Index } from "./index-expression.ts";
import { planGather, planIndex, type AxisSelector, type IndexPlan } from "./index-plan.ts";

/** x[index] in Python's notation; see `Index`. Positions outside the array mean its nearest element, as in JAX. */
export function indexArray(x: ArrayBase, index: Index): ArrayBase {
  if (x instanceof ArrayImpl && evaluatesNow()) {
    const positions = positionsIn(x.aval.shape, index);
    if (positions !== undefined) return elementJit(x, positions);
  }
  const plan = planIndex(x.shape, parseIndex(index));
  if (plan.isAdvanced) return getAdvanced(x, plan);
  return getBasic(x, plan);
}

/** What loops over elements ask for: `x[i]` and `x[i, j]` with numbers, as positions in the leading axes. */
function positionsIn(shape: Shape, index: Index): readonly number[] | undefined {
  const parts = Array.isArray(index) ? (index as readonly Index[]) : [index];
  if (parts.length === 0 || parts.length > shape.length) return undefined;
  const positions: number[] = [];
  for (let axis = 0; axis < parts.length; axis++) {
    const part = parts[axis];
    const extent = shape[axis]!;
    if (typeof part !== "number" || !Number.isInteger(part) || extent === 0) return undefined;
    positions.push(nearest(part < 0 ? part + extent : part, extent));
  }
  return positions;
}

/** Like JAX, a position outside the array means its nearest element: an error would need a look at the data. */
function nearest(position: number, extent: number): number {
  return Math.min(Math.max(position, 0), Math.max(extent - 1, 0));
}

const elementJit = jit(
  (x: ArrayBase, positions: readonly Value[]) => {
    const { shape } = x;
    const starts = shape.map((_, axis) => positions[axis] ?? 0);
    const sizes = shape.map((extent, axis) => (axis < positions.length ? 1 : extent));
    const part = lax.dynamic_slice(x, starts, sizes, { allow_negative_indices: false });
    return lax.squeeze(
      part,
      positions.map((_, axis) => axis),
    );
  },
  { name: "getitem" },
);

/** Integers, slices and new axes only. */
function getBasic(x: ArrayBase, plan: IndexPlan): ArrayBase {
  const { selectors } = plan;
  const dropped = selectors.flatMap((selector, axis) => (selector.kind === "integer" ? [axis] : []));
  const source = plan.expandedShape;
  const ranges = selectors.map((selector, axis) => rangeOf(selector, axis, source));
  if (x instanceof Tracer) return getStatic(x, source, ranges, dropped);
  // Numbers as data, so that x[0], x[1], ... are one compiled program.
  if (ranges.every((range) => range.step === 1)) {
    const sizes = ranges.map((range) => range.length);
    return dynamicJit(
      x,
      ranges.map((range) => range.start),
      source,
      sizes,
      dropped,
    );
  }
  return staticJit(x, source, ranges, dropped);
}

interface Range {
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

function rangeOf(selector: AxisSelector, axis: number, shape: readonly number[]): Range {
  if (selector.kind === "range") return selector;
  const position = selector.value;
  if (typeof position !== "number") throw new Error("internal error: an index array in a basic index");
  return { start: nearest(position, shape[axis]!), step: 1, length: 1 };
}

const dynamicJit = jit(
  (
    x: ArrayBase,
    starts: readonly number[],
    source: readonly number[],
    sizes: readonly number[],
    dropped: readonly number[],
  ) => {
    const expanded = lax.reshape(x, source);
    const isWhole = sizes.every((size, axis) => size === source[axis]);
    const part = isWhole
      ? expanded
      : lax.dynamic_slice(expanded, starts, sizes, { allow_negative_indices: false });
    return dropped.length === 0 ? part : lax.squeeze(part, dropped);
  },
  { name: "getitem", static_argnums: [2, 3, 4] },
);

function getStatic(
  x: ArrayBase,
  source: readonly number[],
  ranges: readonly Range[],
  dropped: readonly number[],
): ArrayBase {
  const isBackwards = (range: Range): boolean => range.step < 0;
  // A backward range is the forward one over the same elements, reversed.
  const forward = ranges.map((range) =>
    isBackwards(range) && range.length > 0
      ? { start: range.start + (range.length - 1) * range.step, step: -range.step, length: range.length }
      : { ...range, step: Math.abs(range.step), start: range.length === 0 ? 0 : range.start },
  );
  const limits = forward.map(({ start, step, length }) =>
    length === 0 ? start : start + (length - 1) * step + 1,
  );
  const isWhole = forward.every(
    ({ start, step }, axis) => start === 0 && step === 1 && limits[axis] === source[axis],
  );
  const expanded = lax.reshape(x, source);
  const strides = forward.map((range) => range.step);
  let part = isWhole
    ? expanded
    : lax.slice(
        expanded,
        forward.map((range) => range.start),
        limits,
        strides.every((stride) => stride === 1) ? null : strides,
      );
  part = lax.rev(
    part,
    ranges.flatMap((range, axis) => (isBackwards(range) ? [axis] : [])),
  );
  return dropped.length === 0 ? part : lax.squeeze(part, dropped);
}

const staticJit = jit(getStatic, { name: "getitem", static_argnums: [1, 2, 3] });

/** What happens to positions outside the array when reading. */
export type GetMode = "clip" | "fill";

/** Index arrays take part, or positions are to be checked: a gather. */
export function getAdvanced(
  x: ArrayBase,
  plan: IndexPlan,
  mode: GetMode = "clip",
  fillValue: PythonScalar | null = null,
): ArrayBase {
  const { positions, fixed } = separate(plan.selectors);
  return advancedJit(x, positions, fixed, plan.expandedShape, mode, fillValue ?? defaultFill(x.dtype));
}

/** What JAX fills with: NaN, the smallest integer, or the largest unsigned one. */
export function defaultFill(dtype: DType): PythonScalar {
  if (isFloating(dtype)) return NaN;
  if (dtype === "int32") return -2147483648;
  if (dtype === "int64") return -9223372036854775808n;
  return dtype === "uint32" ? 4294967295 : true;
}

/** Positions as data and the rest as constants, so that other positions do not mean another program. */
export function separate(selectors: readonly AxisSelector[]): {
  positions: (Value | null)[];
  fixed: FixedSelector[];
} {
  return {
    positions: selectors.map((selector) => (selector.kind === "range" ? null : selector.value)),
    fixed: selectors.map((selector) => (selector.kind === "range" ? selector : selector.kind)),
  };
}

type FixedSelector = Extract<AxisSelector, { kind: "range" }> | "integer" | "array";

/** Inverse of `separate`, where the positions have become arrays. */
export function reunite(
  positions: readonly (Value | null)[],
  fixed: readonly FixedSelector[],
): AxisSelector[] {
  return fixed.map((selector, axis) =>
    typeof selector === "string" ? { kind: selector, value: positions[axis] as ArrayBase } : selector,
  );
}

const advancedJit = jit(
  (
    x: ArrayBase,
    positions: readonly (Value | null)[],
    fixed: readonly FixedSelector[],
    expandedShape: readonly number[],
    mode: GetMode,
    fillValue: PythonScalar,
  ) => {
    const selectors = reunite(positions, fixed);
    const gather = planGather({ selectors, expandedShape, isAdvanced: true });
    return lax.gather(
      lax.reshape(x, expandedShape),
      gather.indices,
      {
        offset_dims: gather.windowAxes,
        collapsed_slice_dims: gather.collapsed,
        start_index_map: gather.startIndexMap,
      },
      gather.sliceSizes,
      mode,
      fillValue,
    );
  },
  { name: "getitem", static_argnums: [2, 3, 4, 5] },
);
