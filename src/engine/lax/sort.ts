import { ArrayBase } from "../core/array-base.ts";
import { formatShape } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import { bind } from "../core/tracer.ts";
import * as sorting from "../primitives/sort.ts";
import { broadcasted_iota, rev, transpose } from "./shape.ts";
import { slice_in_dim } from "./slicing.ts";

/**
 * Sorts along `dimension`, stable, NaN last: one array, or several that are carried along with the first `num_keys`,
 * of which the earlier ones count for more.
 */
export function sort(operand: ArrayBase, dimension?: number, numKeys?: number): ArrayBase;
export function sort(
  operands: readonly ArrayBase[],
  dimension?: number,
  numKeys?: number,
): readonly ArrayBase[];
export function sort(
  operand: ArrayBase | readonly ArrayBase[],
  dimension = -1,
  numKeys = 1,
): ArrayBase | readonly ArrayBase[] {
  if (operand instanceof ArrayBase) return sort([operand], dimension)[0]!;
  const count = operand.length;
  if (numKeys < 1 || numKeys > count) {
    throw new ValueError(`num_keys=${String(numKeys)} must be between 1 and len(operands)=${String(count)}`);
  }
  let sorted = operand;
  // Stable sorts by one key after another, the most important last.
  for (let key = numKeys - 1; key >= 0; key--) {
    const others = sorted.filter((_, k) => k !== key);
    const [first, ...rest] = sortByFirst([sorted[key]!, ...others], dimension);
    sorted = [...rest.slice(0, key), first!, ...rest.slice(key)];
  }
  return sorted;
}

function sortByFirst(operands: readonly ArrayBase[], dimension: number): readonly ArrayBase[] {
  const ndim = operands[0]!.ndim;
  const axis = dimension < 0 ? dimension + ndim : dimension;
  const last = ndim - 1;
  if (axis === last) return bind(sorting.sort, operands);
  const swap = Array.from({ length: ndim }, (_, k) => (k === axis ? last : k === last ? axis : k));
  const sorted = bind(
    sorting.sort,
    operands.map((each) => transpose(each, swap)),
  );
  return sorted.map((each) => transpose(each, swap));
}

/**
 * The `k` largest elements along an axis (the last) in descending order, and their int32 positions; the first of
 * equals comes first, NaN counts as largest. Throws ValueError when k is negative or more than there is.
 */
export function top_k(x: ArrayBase, k: number, axis = -1): [ArrayBase, ArrayBase] {
  if (x.ndim === 0)
    throw new TypeError(`top_k operand must have >= 1 dimension, got ${formatShape(x.shape)}`);
  const along = axis < 0 ? axis + x.ndim : axis;
  const extent = x.shape[along]!;
  if (k < 0) throw new ValueError(`k argument to top_k must be nonnegative, got ${String(k)}`);
  if (k > extent) {
    throw new ValueError(
      `k argument to top_k must be no larger than size along axis; got k=${String(k)} with ` +
        `shape=${formatShape(x.shape)} and axis=${String(along)}`,
    );
  }
  // Ascending and stable, of the reversed axis: read from the end, equals are in their order.
  const positions = rev(broadcasted_iota("int32", x.shape, along), [along]);
  const sorted = sort([rev(x, [along]), positions], along);
  const largest = sorted.map((each) => rev(slice_in_dim(each, extent - k, extent, 1, along), [along]));
  return [largest[0]!, largest[1]!];
}
