import { ArrayBase } from "../core/array-base.ts";
import { formatShape } from "../core/aval.ts";
import { callArguments } from "../core/call-arguments.ts";
import { ValueError } from "../core/errors.ts";
import { treeFlatten, treeLeaves, treeUnflatten } from "../core/tree.ts";
import { asarray } from "./conversion.ts";
import { add, bitwise_or } from "./elementwise.ts";
import { concatenate, pad, rev, slice_in_dim } from "./lax.ts";

/** Options of `associative_scan`, as Python's keyword arguments. */
interface AssociativeScanOptions {
  readonly reverse?: boolean;
  readonly axis?: number;
}

type Arrays = readonly ArrayBase[];

/**
 * All prefixes of `elems` along `axis` combined by the associative `fn(a, b)`, which works on trees of arrays elementwise
 * along that axis: in a number of steps that grows with the logarithm of the axis only.
 *
 * Throws TypeError when `fn` is no function, ValueError when the arrays disagree along the axis.
 */
export function associative_scan(
  fn: (a: never, b: never) => unknown,
  elems: unknown,
  ...options: readonly unknown[]
): unknown {
  if (typeof fn !== "function") {
    throw new TypeError("lax.associative_scan: fn argument should be callable.");
  }
  const names = ["reverse", "axis"] as const;
  const { reverse = false, axis = 0 } = callArguments<AssociativeScanOptions>(
    "associative_scan",
    names,
    options,
  );
  const { leaves, treedef } = treeFlatten(elems);
  const arrays = leaves.map((leaf) => asarray(leaf as ArrayBase));
  const first = arrays[0];
  if (first === undefined) return elems;
  const along = axis < 0 ? axis + first.ndim : axis;
  if (along < 0 || along >= first.ndim) {
    throw new ValueError(
      `axis ${String(axis)} is out of bounds for array of dimension ${String(first.ndim)}`,
    );
  }
  if (arrays.some((array) => array.shape[along] !== first.shape[along])) {
    throw new ValueError(
      "Array inputs to associative_scan must have the same first dimension. (saw: " +
        `[${arrays.map((array) => formatShape(array.shape)).join(", ")}])`,
    );
  }
  const combine = (left: Arrays, right: Arrays): Arrays => {
    const call = fn as (a: unknown, b: unknown) => unknown;
    return treeLeaves(call(treeUnflatten(treedef, left), treeUnflatten(treedef, right))) as ArrayBase[];
  };
  const turned = (list: Arrays): Arrays => (reverse ? list.map((array) => rev(array, [along])) : list);
  return treeUnflatten(treedef, turned(prefixes(combine, turned(arrays), along)));
}

/** Prefixes of combined pairs are the odd places; an even place is the odd one before it with one element more. */
function prefixes(combine: (left: Arrays, right: Arrays) => Arrays, arrays: Arrays, axis: number): Arrays {
  const length = arrays[0]!.shape[axis]!;
  if (length < 2) return arrays;
  const part = (list: Arrays, start: number, limit: number, stride = 1): Arrays =>
    list.map((array) => slice_in_dim(array, start, limit, stride, axis));
  const pairs = combine(part(arrays, 0, length - 1, 2), part(arrays, 1, length, 2));
  const odd = prefixes(combine, pairs, axis);
  const first = part(arrays, 0, 1);
  const numOdd = odd[0]!.shape[axis]!;
  const before = part(odd, 0, length % 2 === 0 ? numOdd - 1 : numOdd);
  const even =
    length === 2
      ? first
      : combine(before, part(arrays, 2, length, 2)).map((rest, k) => concatenate([first[k]!, rest], axis));
  return even.map((array, k) => interleave(array, odd[k]!, axis));
}

function interleave(even: ArrayBase, odd: ArrayBase, axis: number): ArrayBase {
  const isEven = even.shape[axis] === odd.shape[axis];
  const spread = (array: ArrayBase, low: number, high: number): ArrayBase =>
    pad(
      array,
      0,
      array.shape.map((_, k) => (k === axis ? ([low, high, 1] as const) : ([0, 0, 0] as const))),
    );
  const join = even.dtype === "bool" ? bitwise_or : add;
  return join(spread(even, 0, isEven ? 1 : 0), spread(odd, 1, isEven ? 0 : 1));
}
