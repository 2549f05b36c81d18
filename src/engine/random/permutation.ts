import type { ArrayBase } from "../core/array-base.ts";
import { callArguments } from "../core/call-arguments.ts";
import { isInteger } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { defaultInt } from "../core/promotion.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/index.ts";
import { checkArraylike, ownHandle } from "../numpy/promote.ts";
import { take } from "../numpy/selection.ts";
import { checkKey } from "./checks.ts";
import { split } from "./keys.ts";
import { randomWords } from "./random-words.ts";

/** Keyword arguments of `permutation`. */
export interface PermutationOptions {
  readonly axis?: number;
  readonly independent?: boolean;
}

/**
 * The numbers 0 to x - 1, or the elements of an array along `axis`, in random order: slices as they are, or each
 * vector in an order of its own when `independent`. Throws TypeError when x is a scalar but no integer.
 */
export function permutation(
  key: ArrayBase,
  x: Value,
  axis?: number | PermutationOptions,
  independent?: boolean | PermutationOptions,
): ArrayBase {
  checkKey("permutation", key);
  checkArraylike("permutation", [x]);
  const options = callArguments<PermutationOptions>(
    "permutation",
    ["axis", "independent"],
    [axis, independent],
  );
  const { ndim, dtype, shape } = avalOf(x);
  const along = axisOf(options.axis ?? 0, ndim === 0 ? 1 : ndim);
  if (ndim === 0) {
    if (!isInteger(dtype)) throw new TypeError("x must be an integer or at least 1-dimensional");
    return shuffle(key, lax.iota(defaultInt(), Number(x)), 0);
  }
  const array = lax.asarray(x);
  if (options.independent === true || ndim === 1) return shuffle(key, array, along);
  return take(array, shuffle(key, lax.iota(defaultInt(), shape[along]!), 0), along);
}

/** An axis counted from the front. Throws ValueError when there is no such axis. */
export function axisOf(axis: number, ndim: number): number {
  if (axis < -ndim || axis >= ndim) {
    throw new ValueError(`axis ${String(axis)} is out of bounds for array of dimension ${String(ndim)}`);
  }
  return axis < 0 ? axis + ndim : axis;
}

/** Sorts by random keys, as often as it takes to make ties unlikely to show. */
const shuffleJit = jit(
  (key: ArrayBase, x: ArrayBase, axis: number): ArrayBase => {
    const rounds = Math.ceil((3 * Math.log(Math.max(1, x.size))) / Math.log(2 ** 32 - 1));
    let rest = key;
    let shuffled = x;
    for (let round = 0; round < rounds; round++) {
      const keys = split(rest);
      const part = (which: number): ArrayBase => lax.squeeze(lax.slice_in_dim(keys, which, which + 1), [0]);
      rest = part(0);
      shuffled = lax.sort([randomWords(part(1), x.shape), shuffled], axis)[1]!;
    }
    return shuffled;
  },
  { name: "_shuffle", static_argnums: [2] },
);

function shuffle(key: ArrayBase, x: ArrayBase, axis: number): ArrayBase {
  return x.size < 2 ? ownHandle(x) : shuffleJit(key, x, axis);
}
