import type { ArrayBase } from "../core/array-base.ts";
import { formatShape } from "../core/aval.ts";
import { callArguments } from "../core/call-arguments.ts";
import { ValueError } from "../core/errors.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import * as numpyDiagonals from "../numpy/diagonals.ts";
import * as numpyLinear from "../numpy/linear.ts";
import { multiply } from "../numpy/arithmetic.ts";
import { sum } from "../numpy/reductions.ts";
import { moveaxis } from "../numpy/shape.ts";
import { arrayArgument, type ArrayLike } from "../numpy/promote.ts";
import { identities, isSquare } from "./matrix-arguments.ts";
import { inv } from "./solve.ts";

export { matmul, tensordot } from "../numpy/linear.ts";

/** The n-th powers of (..., m, m), by repeated squaring; of the inverses when n is negative. */
export function matrix_power(a: ArrayLike, n: number): ArrayBase {
  const array = arrayArgument("jnp.linalg.matrix_power", a);
  if (array.ndim < 2) {
    throw new TypeError(
      `${String(array.ndim)}-dimensional array given. Array must be at least two-dimensional`,
    );
  }
  if (!isSquare(array)) throw new TypeError("Last 2 dimensions of the array must be square");
  if (!Number.isInteger(n)) throw new TypeError(`exponent must be an integer, got ${String(n)}`);
  return powerJit(array, n);
}

const powerJit = jit(
  (a: ArrayBase, n: number) => {
    if (n === 0) return identities(a);
    let square = n < 0 ? inv(a) : a;
    let result: ArrayBase | undefined;
    for (let rest = Math.abs(n); ; square = numpyLinear.matmul(square, square)) {
      if (rest % 2 === 1) result = result === undefined ? square : numpyLinear.matmul(result, square);
      rest = Math.floor(rest / 2);
      if (rest === 0) return result!;
    }
  },
  { name: "matrix_power", static_argnums: 1 },
);

/** The product of two or more matrices (the first and last may be vectors), in the order that takes least work. */
export function multi_dot(arrays: readonly ArrayLike[]): ArrayBase {
  const factors = arrays.map((each) => arrayArgument("jnp.linalg.multi_dot", each));
  if (factors.length < 2) {
    throw new ValueError(`multi_dot requires at least two arrays; got len(arrays)=${String(factors.length)}`);
  }
  const shapes = `[${factors.map((each) => formatShape(each.shape)).join(", ")}]`;
  const isEnd = (k: number): boolean => k === 0 || k === factors.length - 1;
  if (!factors.every(({ ndim }, k) => ndim === 2 || (ndim === 1 && isEnd(k)))) {
    throw new ValueError(
      "multi_dot: input arrays must all be two-dimensional, except for the first and last array which may be 1 or 2 " +
        `dimensional. Got array shapes ${shapes}`,
    );
  }
  if (factors.some((each, k) => k > 0 && factors[k - 1]!.shape.at(-1) !== each.shape[0])) {
    throw new ValueError(
      "multi_dot: last dimension of each array must match first dimension of following array. Got array shapes " +
        shapes,
    );
  }
  return chain(factors);
}

/** The cheapest way to put brackets, by dynamic programming over stretches of the chain. */
function chain(factors: readonly ArrayBase[]): ArrayBase {
  const extents = [
    factors[0]!.ndim === 1 ? 1 : factors[0]!.shape[0]!,
    ...factors.map((each, k) => (each.ndim === 1 && k > 0 ? 1 : each.shape.at(-1)!)),
  ];
  const known = new Map<string, { cost: number; split: number }>();
  const best = (first: number, last: number): { cost: number; split: number } => {
    const key = `${String(first)} ${String(last)}`;
    let found = known.get(key);
    if (found !== undefined) return found;
    found = { cost: first === last ? 0 : Infinity, split: first };
    for (let split = first; split < last; split++) {
      const own = extents[first]! * extents[split + 1]! * extents[last + 1]!;
      const cost = best(first, split).cost + best(split + 1, last).cost + own;
      if (cost < found.cost) found = { cost, split };
    }
    known.set(key, found);
    return found;
  };
  const multiplied = (first: number, last: number): ArrayBase => {
    if (first === last) return factors[first]!;
    const { split } = best(first, last);
    return numpyLinear.matmul(multiplied(first, split), multiplied(split + 1, last));
  };
  return multiplied(0, factors.length - 1);
}

/** Vector products of vectors of three components along an axis (the last). */
export function cross(
  x1: ArrayLike,
  x2: ArrayLike,
  axis: number | { readonly axis?: number } = -1,
): ArrayBase {
  const along = callArguments<{ axis?: number }>("cross", ["axis"], [axis]).axis ?? -1;
  const extents = [x1, x2].map((x) => arrayArgument("jnp.linalg.outer", x).shape.at(along));
  if (!extents.every((extent) => extent === 3)) {
    throw new ValueError(
      "Both input arrays must be (arrays of) 3-dimensional vectors, but they have " +
        `x1.shape[axis]=${String(extents[0])} and x2.shape[axis]=${String(extents[1])}`,
    );
  }
  return numpyLinear.cross(x1, x2, along);
}

/** The products of all pairs of elements of two vectors. */
export function outer(x1: ArrayLike, x2: ArrayLike): ArrayBase {
  const [left, right] = [x1, x2].map((x) => arrayArgument("jnp.linalg.outer", x).ndim);
  if (left !== 1 || right !== 1) {
    throw new ValueError(
      `Input arrays must be one-dimensional, but they are x1.ndim=${String(left)} x2.ndim=${String(right)}`,
    );
  }
  return numpyLinear.outer(x1, x2);
}

/** Sums of the products of two arrays of vectors along an axis (the last); the other axes broadcast. */
export function vecdot(
  x1: ArrayLike,
  x2: ArrayLike,
  axis: number | { readonly axis?: number } = -1,
): ArrayBase {
  const along = callArguments<{ axis?: number }>("vecdot", ["axis"], [axis]).axis ?? -1;
  const [left, right] = [x1, x2].map((x) => moveaxis(arrayArgument("jnp.linalg.vecdot", x), along, -1));
  if (left!.shape.at(-1) !== right!.shape.at(-1)) {
    throw new ValueError(
      `inconsistent size for core dimension 'n': ${String(right!.shape.at(-1))} vs ${String(left!.shape.at(-1))} on ` +
        `vectorized function with excluded=frozenset() and signature='(n),(n)->()'`,
    );
  }
  return vecdotJit(left!, right!);
}

const vecdotJit = jit((x: ArrayBase, y: ArrayBase) => sum(multiply(x, y), -1), { name: "vecdot" });

/** The last two axes exchanged. */
export function matrix_transpose(x: ArrayLike): ArrayBase {
  const array = arrayArgument("jnp.linalg.matrix_transpose", x);
  if (array.ndim < 2) {
    throw new ValueError(`matrix_transpose requires at least 2 dimensions; got ndim=${String(array.ndim)}`);
  }
  const axes = array.shape.map((_, axis) => axis);
  return lax.transpose(array, [...axes.slice(0, -2), array.ndim - 1, array.ndim - 2]);
}

interface OffsetOption {
  readonly offset?: number;
}

/** The diagonals of the matrices in the last two axes. */
export function diagonal(x: ArrayLike, options?: number | OffsetOption): ArrayBase {
  const { offset } = callArguments<OffsetOption>("diagonal", ["offset"], [options]);
  return numpyDiagonals.diagonal(x, offset ?? 0, -2, -1);
}

/** The sums of the diagonals of the matrices in the last two axes. */
export function trace(x: ArrayLike, options?: number | OffsetOption): ArrayBase {
  const { offset } = callArguments<OffsetOption>("trace", ["offset"], [options]);
  return numpyLinear.trace(x, offset ?? 0, -2, -1);
}
