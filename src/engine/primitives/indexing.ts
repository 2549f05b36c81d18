import { ShapedArray, type Shape } from "../core/aval.ts";
import type { Primitive } from "../core/primitive.ts";
import type { ExprBuilder } from "../kernel/expr-builder.ts";
import type { Operand } from "../kernel/lowering-rule.ts";
import type { ScatterKernel } from "../kernel/kernel.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";
import { clampIndex } from "./shape.ts";

/**
 * dynamic_slice[slice_sizes]: operand, then one 0-d integer start per axis. Starts are clamped so that the slice
 * stays inside. The starts are data, so one kernel serves every position.
 */
export const dynamic_slice: Primitive = {
  name: "dynamic_slice",
  abstractEval: ([operand], params) => [operand!.update({ shape: params["slice_sizes"] as Shape })],
  lower: {
    kind: "view",
    alias: false,
    element: (b, index, [operand, ...starts], params) => {
      const sizes = params["slice_sizes"] as Shape;
      return operand!.read(
        index.map((part, axis) => {
          const room = operand!.aval.shape[axis]! - sizes[axis]! + 1;
          if (room <= 1) return part;
          const start = b.cast(starts[axis]!.read([]), "int32");
          return b.indexAdd(part, clampIndex(b, start, room));
        }),
      );
    },
  },
};

/** How positions in an index array select slices: XLA's gather, as lax.GatherDimensionNumbers. */
export interface GatherDimensionNumbers {
  /** Output axes that run within a slice. */
  readonly offset_dims: readonly number[];
  /** Operand axes of slice size 1 that the output drops. */
  readonly collapsed_slice_dims: readonly number[];
  /** Operand axis that component k of an index vector positions. */
  readonly start_index_map: readonly number[];
}

/** Out-of-bounds indices: moved inside, or the element is filled (gather) or dropped (scatter). */
export type IndexMode = "clip" | "fill";

/**
 * gather[dimension_numbers, slice_sizes, mode]: operand and indices, whose last axis holds index vectors. In "fill"
 * mode operand 2 is the 0-d fill value.
 */
export const gather: Primitive = {
  name: "gather",
  abstractEval: ([operand, indices], params) => {
    const numbers = params["dimension_numbers"] as GatherDimensionNumbers;
    const sizes = params["slice_sizes"] as Shape;
    const window = sizes.filter((_, axis) => !numbers.collapsed_slice_dims.includes(axis));
    const batch = indices!.shape.slice(0, -1);
    const ndim = window.length + batch.length;
    const shape: number[] = [];
    for (let axis = 0; axis < ndim; axis++) {
      shape.push((numbers.offset_dims.includes(axis) ? window : batch).splice(0, 1)[0]!);
    }
    return [operand!.update({ shape })];
  },
  lower: {
    kind: "view",
    alias: false,
    element: (b, index, [operand, indices, fill], params) => {
      const numbers = params["dimension_numbers"] as GatherDimensionNumbers;
      const sizes = params["slice_sizes"] as Shape;
      const batch = index.filter((_, axis) => !numbers.offset_dims.includes(axis));
      const window = index.filter((_, axis) => numbers.offset_dims.includes(axis));
      const offsets = sizes.map((_, axis) =>
        numbers.collapsed_slice_dims.includes(axis) ? b.int(0) : window.shift()!,
      );
      const { starts, inside } = startsOf(
        b,
        batch,
        indices!,
        numbers.start_index_map,
        operand!.aval.shape,
        sizes,
      );
      const value = operand!.read(offsets.map((part, axis) => addStart(b, starts[axis], part)));
      if (params["mode"] !== "fill" || inside === undefined) return value;
      return b.select(inside, value, fill!.read([]));
    },
  },
};

function addStart(b: ExprBuilder, start: ScalarExpr | undefined, offset: ScalarExpr): ScalarExpr {
  return start === undefined ? offset : b.indexAdd(offset, start);
}

/** Clamped start per operand axis, and whether the unclamped ones were all inside. */
function startsOf(
  b: ExprBuilder,
  batch: readonly ScalarExpr[],
  indices: Operand,
  startIndexMap: readonly number[],
  shape: Shape,
  sizes: Shape,
): { starts: (ScalarExpr | undefined)[]; inside: ScalarExpr | undefined } {
  const starts: (ScalarExpr | undefined)[] = shape.map(() => undefined);
  let inside: ScalarExpr | undefined;
  startIndexMap.forEach((axis, component) => {
    const start = b.cast(indices.read([...batch, b.int(component)]), "int32");
    const room = shape[axis]! - sizes[axis]! + 1;
    const within = b.binary("and", b.compare("ge", start, b.int(0)), b.compare("lt", start, b.int(room)));
    inside = inside === undefined ? within : b.binary("and", inside, within);
    starts[axis] = clampIndex(b, start, Math.max(room, 1));
  });
  return { starts, inside };
}

/** How updates land in the operand: XLA's scatter, as lax.ScatterDimensionNumbers. */
export interface ScatterDimensionNumbers {
  /** Update axes that run within a window. */
  readonly update_window_dims: readonly number[];
  /** Operand axes of window size 1 that updates lack. */
  readonly inserted_window_dims: readonly number[];
  /** Operand axis that component k of an index vector positions. */
  readonly scatter_dims_to_operand_dims: readonly number[];
}

function scatterPrimitive(name: string, op: ScatterKernel["op"]): Primitive {
  return {
    name,
    abstractEval: ([operand]) => [new ShapedArray(operand!.shape, operand!.dtype, operand!.weakType)],
    lower: {
      kind: "routine",
      body: (b, [operand, indices, updates], params) => {
        const numbers = params["dimension_numbers"] as ScatterDimensionNumbers;
        const shape = operand!.aval.shape;
        const updateShape = updates!.aval.shape;
        const at = updateShape.map((extent, axis) => b.index(axis, extent));
        return {
          kind: "scatter",
          op,
          shape,
          operand: operand!.read(shape.map((extent, axis) => b.index(axis, extent))),
          updateShape,
          target: targetOf(b, at, updateShape, indices!, numbers, shape),
          update: updates!.read(at),
        };
      },
    },
  };
}

/** Row-major position an update goes to; -1 where any part of its window is outside, so that it is dropped. */
function targetOf(
  b: ExprBuilder,
  at: readonly ScalarExpr[],
  updateShape: Shape,
  indices: Operand,
  numbers: ScatterDimensionNumbers,
  shape: Shape,
): ScalarExpr {
  const batch = at.filter((_, axis) => !numbers.update_window_dims.includes(axis));
  const window = at.filter((_, axis) => numbers.update_window_dims.includes(axis));
  const windowSizes = updateShape.filter((_, axis) => numbers.update_window_dims.includes(axis));
  const inserted = (axis: number): boolean => numbers.inserted_window_dims.includes(axis);
  const offsets = shape.map((_, axis) => (inserted(axis) ? b.int(0) : window.shift()!));
  const sizes = shape.map((_, axis) => (inserted(axis) ? 1 : windowSizes.shift()!));
  const { starts, inside } = startsOf(b, batch, indices, numbers.scatter_dims_to_operand_dims, shape, sizes);
  const position = b.flatten(
    offsets.map((part, axis) => addStart(b, starts[axis], part)),
    shape,
  );
  return inside === undefined ? position : b.select(inside, position, b.int(-1));
}

/** scatter*[dimension_numbers]: operand, indices (index vectors along the last axis), updates; outside is dropped. */
export const scatter = scatterPrimitive("scatter", "set");
export const scatter_add = scatterPrimitive("scatter-add", "add");
export const scatter_mul = scatterPrimitive("scatter-mul", "mul");
export const scatter_min = scatterPrimitive("scatter-min", "min");
export const scatter_max = scatterPrimitive("scatter-max", "max");
