import type { Shape } from "../core/aval.ts";
import type { ExprBuilder } from "../kernel/expr-builder.ts";
import type { Operand } from "../kernel/lowering-rule.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";
import { clampIndex } from "./clamp-index.ts";

/** How positions in an index array select slices: XLA's gather, as lax.GatherDimensionNumbers. */
export interface GatherDimensionNumbers {
  /** Output axes that run within a slice. */
  readonly offset_dims: readonly number[];
  /** Operand axes of slice size 1 that the output drops. */
  readonly collapsed_slice_dims: readonly number[];
  /** Operand axis that component k of an index vector positions. */
  readonly start_index_map: readonly number[];
  /** Operand axes that run along with an axis of the indices; their slice size is 1, and the output drops them. */
  readonly operand_batching_dims?: readonly number[];
  /** The axes of the indices that `operand_batching_dims` run along with. */
  readonly start_indices_batching_dims?: readonly number[];
}

/** How updates land in the operand: XLA's scatter, as lax.ScatterDimensionNumbers. */
export interface ScatterDimensionNumbers {
  /** Update axes that run within a window. */
  readonly update_window_dims: readonly number[];
  /** Operand axes of window size 1 that updates lack. */
  readonly inserted_window_dims: readonly number[];
  /** Operand axis that component k of an index vector positions. */
  readonly scatter_dims_to_operand_dims: readonly number[];
  /** Operand axes that run along with an axis of the indices; updates lack them. */
  readonly operand_batching_dims?: readonly number[];
  /** The axes of the indices that `operand_batching_dims` run along with. */
  readonly scatter_indices_batching_dims?: readonly number[];
}

/** Out-of-bounds indices: moved inside, or the element is filled (gather) or dropped (scatter). */
export type IndexMode = "clip" | "fill";

/** The gather that reads what a scatter with these numbers writes. */
export function gatherNumbersOf(numbers: ScatterDimensionNumbers): GatherDimensionNumbers {
  return {
    offset_dims: numbers.update_window_dims,
    collapsed_slice_dims: numbers.inserted_window_dims,
    start_index_map: numbers.scatter_dims_to_operand_dims,
    operand_batching_dims: numbers.operand_batching_dims ?? [],
    start_indices_batching_dims: numbers.scatter_indices_batching_dims ?? [],
  };
}

/** The scatter that writes to where a gather with these numbers reads. */
export function scatterNumbersOf(numbers: GatherDimensionNumbers): ScatterDimensionNumbers {
  return {
    update_window_dims: numbers.offset_dims,
    inserted_window_dims: numbers.collapsed_slice_dims,
    scatter_dims_to_operand_dims: numbers.start_index_map,
    operand_batching_dims: numbers.operand_batching_dims ?? [],
    scatter_indices_batching_dims: numbers.start_indices_batching_dims ?? [],
  };
}

/** Whether the output of a gather, or the updates of a scatter, have no axis for this axis of the operand. */
export function isDropped(numbers: GatherDimensionNumbers, axis: number): boolean {
  return numbers.collapsed_slice_dims.includes(axis) || (numbers.operand_batching_dims ?? []).includes(axis);
}

/** What one element of a gather's output, or one update, addresses in the operand. */
export interface Address {
  /** In bounds, whatever the indices hold. */
  readonly position: readonly ScalarExpr[];
  /** Whether the slice was inside to begin with; undefined when nothing could be outside. */
  readonly inside: ScalarExpr | undefined;
}

/** `at` indexes the output of a gather or the updates of a scatter. */
export function addressOf(
  b: ExprBuilder,
  at: readonly ScalarExpr[],
  indices: Operand,
  numbers: GatherDimensionNumbers,
  shape: Shape,
  sizes: Shape,
): Address {
  const batch = at.filter((_, axis) => !numbers.offset_dims.includes(axis));
  const window = at.filter((_, axis) => numbers.offset_dims.includes(axis));
  const position = sizes.map((_, axis) => (isDropped(numbers, axis) ? b.int(0) : window.shift()!));
  let inside: ScalarExpr | undefined;
  numbers.start_index_map.forEach((axis, component) => {
    const start = b.cast(indices.read([...batch, b.int(component)]), "int32");
    const room = shape[axis]! - sizes[axis]! + 1;
    const within = b.binary("and", b.compare("ge", start, b.int(0)), b.compare("lt", start, b.int(room)));
    inside = inside === undefined ? within : b.binary("and", inside, within);
    position[axis] = b.indexAdd(position[axis]!, clampIndex(b, start, Math.max(room, 1)));
  });
  (numbers.operand_batching_dims ?? []).forEach((axis, k) => {
    position[axis] = batch[numbers.start_indices_batching_dims![k]!]!;
  });
  return { position, inside };
}

/** The numbers for an operand (and output, or updates) with a new leading axis, the indices having none. */
export function withOperandAxis(numbers: GatherDimensionNumbers): GatherDimensionNumbers {
  return {
    offset_dims: [0, ...moveUp(numbers.offset_dims)],
    collapsed_slice_dims: moveUp(numbers.collapsed_slice_dims),
    start_index_map: moveUp(numbers.start_index_map),
    operand_batching_dims: moveUp(numbers.operand_batching_dims ?? []),
    start_indices_batching_dims: numbers.start_indices_batching_dims ?? [],
  };
}

/** The numbers for indices (and output) with a new leading axis, the operand having none. */
export function withIndicesAxis(numbers: GatherDimensionNumbers): GatherDimensionNumbers {
  return {
    ...numbers,
    offset_dims: moveUp(numbers.offset_dims),
    operand_batching_dims: numbers.operand_batching_dims ?? [],
    start_indices_batching_dims: moveUp(numbers.start_indices_batching_dims ?? []),
  };
}

/** The numbers for a new leading axis that operand and indices share. */
export function withSharedAxis(numbers: GatherDimensionNumbers): GatherDimensionNumbers {
  return {
    offset_dims: moveUp(numbers.offset_dims),
    collapsed_slice_dims: moveUp(numbers.collapsed_slice_dims),
    start_index_map: moveUp(numbers.start_index_map),
    operand_batching_dims: [0, ...moveUp(numbers.operand_batching_dims ?? [])],
    start_indices_batching_dims: [0, ...moveUp(numbers.start_indices_batching_dims ?? [])],
  };
}

function moveUp(axes: readonly number[]): number[] {
  return axes.map((axis) => axis + 1);
}
