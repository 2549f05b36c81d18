import type { ArrayBase } from "../core/array-base.ts";
import { isFloating, type DType } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { defaultInt } from "../core/promotion.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { canonicalizeAxis } from "./axis.ts";
import { callArguments } from "../core/call-arguments.ts";
import { arrayArgument, joined, promote, type ArrayLike } from "./promote.ts";

export interface SortOptions {
  /** The axis to sort along; null sorts the flattened array. */
  readonly axis?: number | null;
  readonly descending?: boolean;
  readonly stable?: boolean;
}

type SortFunction = (a: ArrayLike, axis?: number | null | SortOptions, options?: SortOptions) => ArrayBase;

const sortNames = ["axis", "descending", "stable"] as const;

function sortLike(
  name: string,
  run: (x: ArrayBase, axis: number, descending: boolean) => ArrayBase,
  ofScalar: (x: ArrayBase) => ArrayBase,
): SortFunction {
  return (a, axis, options) => {
    const array = arrayArgument(name, a);
    const given = callArguments<SortOptions>(name, sortNames, [axis, options]);
    const descending = given.descending ?? false;
    if (given.axis === null) return run(lax.reshape(array, [array.size]), 0, descending);
    if (array.ndim === 0 && given.axis === undefined) return ofScalar(array);
    return run(array, canonicalizeAxis(given.axis ?? -1, array.ndim), descending);
  };
}

function sortAlong(x: ArrayBase, axis: number, descending: boolean): ArrayBase {
  const sorted = lax.sort([x], axis)[0]!;
  return descending ? lax.rev(sorted, [axis]) : sorted;
}

const sortJit = jit(sortAlong, { name: "sort", static_argnums: [1, 2] });

/** The elements in ascending order along an axis (the last); NaN last. */
export const sort: SortFunction = sortLike("sort", sortJit, (x) =>
  lax.reshape(lax.asarray(lax.add(x, 0)), []),
);

const argsortJit = jit(
  (x: ArrayBase, axis: number, descending: boolean, dtype: DType) => {
    // Reversing before and after keeps equal elements in their order.
    const source = descending ? lax.rev(x, [axis]) : x;
    const positions = lax.broadcasted_iota("int32", x.shape, axis);
    const order = lax.sort([source, descending ? lax.rev(positions, [axis]) : positions], axis)[1]!;
    return lax.convert_element_type(descending ? lax.rev(order, [axis]) : order, dtype);
  },
  { name: "argsort", static_argnums: [1, 2, 3] },
);

/** The positions that sort the array along an axis (the last); equal elements keep their order. */
export const argsort: SortFunction = sortLike(
  "argsort",
  (x, axis, descending) => argsortJit(x, axis, descending, defaultInt()),
  () => lax.full([], 0, defaultInt()),
);

/** The positions that sort by the last key, ties by the one before, and so on. */
export function lexsort(keys: readonly ArrayLike[], axis = -1): ArrayBase {
  const arrays = keys.map((key) => arrayArgument("lexsort", key));
  const [first] = arrays;
  if (first === undefined) throw new ValueError("need sequence of keys with len > 0 in lexsort");
  const along = canonicalizeAxis(axis, first.ndim);
  let order = lax.broadcasted_iota("int32", first.shape, along);
  // Stable sorts by one key after another, the most important last.
  for (let k = 0; k < arrays.length; k++) {
    const done = lax.sort([alongOrder(arrays[k]!, order, along), order], along);
    order = done[1]!;
  }
  return lax.convert_element_type(order, defaultInt());
}

function alongOrder(x: ArrayBase, order: ArrayBase, axis: number): ArrayBase {
  const columns = x.shape.map((_, k) => (k === axis ? order : lax.broadcasted_iota("int32", x.shape, k)));
  const axes = x.shape.map((_, k) => k);
  return lax.gather(
    x,
    lax.concatenate(
      columns.map((column) => lax.expand_dims(column, [x.ndim])),
      x.ndim,
    ),
    { offset_dims: [], collapsed_slice_dims: axes, start_index_map: axes },
    x.shape.map(() => 1),
    "clip",
  );
}

export interface SearchsortedOptions {
  /** "left": before equal elements; "right": behind them. */
  readonly side?: "left" | "right";
}

/** Where the values `v` belong in the sorted vector `a`. */
export function searchsorted(
  a: ArrayLike,
  v: ArrayLike,
  side?: "left" | "right" | SearchsortedOptions,
): ArrayBase {
  const given = callArguments<SearchsortedOptions>("searchsorted", ["side"], [side]).side ?? "left";
  if (!["left", "right"].includes(given)) {
    throw new ValueError(`'${given}' is an invalid value for keyword 'side'`);
  }
  const [sorted, values] = promote("searchsorted", joined, [a, v]).map(lax.asarray) as [ArrayBase, ArrayBase];
  if (sorted.ndim !== 1) throw new ValueError("a should be 1-dimensional");
  return searchsortedJit(sorted, values, given);
}

const searchsortedJit = jit(binarySearch, { name: "searchsorted", static_argnums: 2 });

/** Binary search, all values in step: each round halves the span in which a value's place can be. */
function binarySearch(a: ArrayBase, v: ArrayBase, side: "left" | "right"): ArrayBase {
  const length = a.shape[0]!;
  let place = lax.full(v.shape, 0, "int32");
  if (length === 0) return place;
  for (let span = 2 ** Math.floor(Math.log2(length)); span >= 1; span /= 2) {
    const next = lax.add(place, span);
    const inside = lax.le(next, length);
    const element = elementsAt(a, lax.min(lax.sub(next, 1), length - 1));
    const isPast = lax.bitwise_and(inside, precedes(element, v, side));
    place = lax.select(isPast, next, place);
  }
  return place;
}

/** Whether an element stands before the place of v, NaN being larger than all numbers. */
function precedes(element: ArrayBase, v: ArrayBase, side: "left" | "right"): ArrayBase {
  const comparison = side === "left" ? lax.lt(element, v) : lax.le(element, v);
  if (!isFloating(v.dtype)) return comparison;
  const isLast = lax.ne(v, v);
  const before = side === "left" ? lax.bitwise_and(isLast, lax.eq(element, element)) : isLast;
  return lax.bitwise_or(comparison, before);
}

function elementsAt(a: ArrayBase, positions: ArrayBase): ArrayBase {
  return lax.gather(
    a,
    lax.expand_dims(positions, [positions.ndim]),
    { offset_dims: [], collapsed_slice_dims: [0], start_index_map: [0] },
    [1],
    "clip",
  );
}

/** Which bin each value falls into: bins[i-1] <= x < bins[i], or the other way round with `right`. */
export function digitize(x: ArrayLike, bins: ArrayLike, right = false): ArrayBase {
  return searchsorted(bins, x, right ? "left" : "right");
}
