import { ArrayBase } from "../core/array-base.ts";
import { formatShape } from "../core/aval.ts";
import { callArguments } from "../core/call-arguments.ts";
import { ValueError } from "../core/errors.ts";
import { defaultInt } from "../core/promotion.ts";
import { custom_jvp } from "../control/custom-derivatives/custom-jvp.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { add, divide, multiply, subtract } from "../numpy/arithmetic.ts";
import { matmul } from "../numpy/linear.ts";
import { greater } from "../numpy/logic.ts";
import { isnan } from "../numpy/predicates.ts";
import { finfo } from "../numpy/scalar-types.ts";
import { where } from "../numpy/selection.ts";
import { expand_dims, matrix_transpose } from "../numpy/shape.ts";
import { arrayArgument, type ArrayLike } from "../numpy/promote.ts";
import { svd, svdvals } from "./decompositions.ts";
import { component, floatArray, floatArrays, isSquare } from "./matrix-arguments.ts";
import { norm, type NormOrder } from "./norms.ts";
import { inv } from "./solve.ts";

export interface PinvOptions {
  /** Singular values up to rtol times the largest count as zero. */
  readonly rtol?: ArrayLike | null;
  readonly hermitian?: boolean;
  /** Another name of rtol. */
  readonly rcond?: ArrayLike | null;
}

/** The Moore-Penrose inverses (..., n, m) of (..., m, n). Throws ValueError for both rtol and rcond. */
export function pinv(a: ArrayLike, ...rest: readonly (ArrayLike | null | PinvOptions)[]): ArrayBase {
  const options = callArguments<PinvOptions>("pinv", ["rtol", "hermitian", "rcond"], rest);
  const tolerance = oneOf("pinv", "rcond", options.rtol, options.rcond);
  const array = floatArray("pinv", a);
  if (array.ndim < 2)
    throw new ValueError(`not enough values to unpack (expected 2, got ${String(array.ndim)})`);
  const least = tolerance ?? 10 * Math.max(...array.shape.slice(-2)) * new finfo(array.dtype).eps;
  return pinvJit(array, lax.asarray(least), options.hermitian ?? false);
}

function oneOf(
  functionName: string,
  other: string,
  rtol: ArrayLike | null | undefined,
  alias: ArrayLike | null | undefined,
): ArrayLike | undefined {
  if (isGiven(rtol) && isGiven(alias)) {
    const names = functionName === "pinv" ? `rtol and ${other}` : `${other} or rtol`;
    throw new ValueError(`${functionName}: only one of ${names} may be specified.`);
  }
  return rtol ?? alias ?? undefined;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

const pinvJit = jit(
  (a: ArrayBase, rtol: ArrayBase, hermitian: boolean) =>
    a.size === 0
      ? lax.full([...a.shape.slice(0, -2), a.shape.at(-1)!, a.shape.at(-2)!], 0, a.dtype)
      : (inverseWithRule(hermitian, a, lax.convert_element_type(rtol, a.dtype)) as ArrayBase),
  { name: "pinv", static_argnums: 2 },
);

const inverseWithRule = custom_jvp(
  function pinv(hermitian: boolean, a: ArrayBase, rtol: ArrayBase): ArrayBase {
    const { U, S, Vh } = svd(a, { full_matrices: false, hermitian });
    const least = expand_dims(rtol, rtol.ndim);
    const cutoff = multiply(least, lax.slice_in_dim(S, 0, 1, 1, S.ndim - 1));
    const kept = where(greater(S, cutoff), S, Infinity);
    return matmul(matrix_transpose(Vh), divide(matrix_transpose(U), expand_dims(kept, -1)));
  },
  { nondiff_argnums: [0] },
);

// G. H. Golub, V. Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems", 1973.
inverseWithRule.defjvp(
  (hermitian: boolean, [a, rtol]: ArrayBase[], [t]: ArrayBase[]): [ArrayBase, ArrayBase] => {
    const p = inverseWithRule(hermitian, a, rtol) as ArrayBase;
    const symmetric = (x: ArrayBase): ArrayBase => divide(add(x, matrix_transpose(x)), 2);
    const [own, change] = hermitian ? [symmetric(a!), symmetric(t!)] : [a!, t!];
    const [pt, ct] = [matrix_transpose(p), matrix_transpose(change)];
    const isTall = own.shape.at(-2)! >= own.shape.at(-1)!;
    // Both sums are the same; the products are ordered so that the smaller ones come first.
    const s = isTall ? matmul(matmul(p, pt), ct) : matmul(p, matmul(pt, ct));
    const u = isTall ? matmul(matmul(ct, pt), p) : matmul(ct, matmul(pt, p));
    const direct = isTall ? matmul(matmul(p, change), p) : matmul(p, matmul(change, p));
    const first = isTall ? matmul(matmul(s, own), p) : matmul(s, matmul(own, p));
    const second = isTall ? matmul(matmul(p, own), u) : matmul(p, matmul(own, u));
    return [p, subtract(add(subtract(s, first), subtract(u, second)), direct)];
  },
);

export interface RankOptions {
  /** Singular values up to rtol count as zero. */
  readonly rtol?: ArrayLike | null;
  readonly hermitian?: boolean;
  /** Another name of rtol. */
  readonly tol?: ArrayLike | null;
}

/** How many singular values of each matrix are above a tolerance; whether there is any other element than 0 in a vector. */
export function matrix_rank(M: ArrayLike, ...rest: readonly (ArrayLike | null | RankOptions)[]): ArrayBase {
  const options = callArguments<RankOptions>("matrix_rank", ["rtol", "hermitian", "tol"], rest);
  const tolerance = oneOf("matrix_rank", "tol", options.rtol, options.tol);
  const array = floatArray("matrix_rank", M);
  if (array.ndim < 2) return anyJit(array);
  const s = svd(array, { full_matrices: false, compute_uv: false, hermitian: options.hermitian ?? false });
  return rankJit(s, tolerance === undefined ? null : lax.asarray(tolerance), array.shape.slice(-2));
}

const anyJit = jit(
  (x: ArrayBase) =>
    lax.convert_element_type(
      lax.reduce_or(
        lax.ne(x, 0),
        x.shape.map((_, axis) => axis),
      ),
      "int32",
    ),
  { name: "matrix_rank" },
);

const rankJit = jit(
  (s: ArrayBase, tolerance: ArrayBase | null, shape: readonly number[]) => {
    const last = s.ndim - 1;
    const least =
      tolerance ?? lax.mul(lax.reduce_max(s, [last]), Math.max(...shape) * new finfo(s.dtype).eps);
    const isAbove = lax.asarray(greater(s, expand_dims(least, least.ndim)));
    return lax.reduce_sum(lax.convert_element_type(isAbove, defaultInt()), [last]);
  },
  { name: "matrix_rank", static_argnums: 2 },
);

export interface CondOptions {
  readonly p?: NormOrder;
}

/**
 * Condition numbers: the largest singular value over the smallest, or norm(x, p) norm(inv(x), p); infinity for a
 * singular matrix. Throws ValueError below two axes, for an empty array, and for other p unless square.
 */
export function cond(x: ArrayLike, p?: NormOrder | CondOptions): ArrayBase {
  const order = callArguments<CondOptions>("cond", ["p"], [p]).p ?? null;
  const array = arrayArgument("cond", x);
  const shape = formatShape(array.shape);
  if (array.ndim < 2) {
    throw new ValueError(`jnp.linalg.cond: input array must be at least 2D; got arr.shape=${shape}`);
  }
  if (array.shape.at(-1) === 0 || array.shape.at(-2) === 0) {
    throw new ValueError(`jnp.linalg.cond: input array must not be empty; got arr.shape=${shape}`);
  }
  if (order !== null && order !== 2 && order !== -2 && !isSquare(array)) {
    const name = typeof order === "string" ? `'${order}'` : String(order);
    throw new ValueError(`jnp.linalg.cond: for p=${name}, array must be square; got arr.shape=${shape}`);
  }
  return condJit(floatArray("cond", array), order);
}

const condJit = jit(
  (x: ArrayBase, order: NormOrder) => {
    if (order === null || Math.abs(Number(order)) === 2) {
      const s = svdvals(x);
      const [first, last] = [component(s, 0), component(s, s.shape.at(-1)! - 1)];
      return order === -2 ? lax.div(last, first) : lax.div(first, last);
    }
    const both = [x, inv(x)].map((each) => norm(each, { ord: order, axis: [-2, -1] })) as [
      ArrayBase,
      ArrayBase,
    ];
    const product = lax.mul(...both);
    // NaN without a NaN among the elements: the matrix is singular.
    const strange = lax.reduce_or(isnan(x), [x.ndim - 2, x.ndim - 1]);
    const isSingular = lax.bitwise_and(isnan(product), lax.bitwise_not(strange));
    return lax.select(isSingular, Infinity, product);
  },
  { name: "cond", static_argnums: 1 },
);

export interface LstsqOptions {
  /** Singular values below rcond times the largest count as zero. */
  readonly rcond?: ArrayLike | null;
  /** Gives no residuals where NumPy gives none; needs a concrete rank. */
  readonly numpy_resid?: boolean;
}

/**
 * [x, residuals, rank, singular values] of the least squares solution of a x = b for (m, n) `a` and `b` of (m) or
 * (m, k); the smallest x where there are several. Throws ValueError when the rows do not fit.
 */
export function lstsq(
  a: ArrayLike,
  b: ArrayLike,
  ...rest: readonly (ArrayLike | null | LstsqOptions)[]
): [ArrayBase, ArrayBase, ArrayBase, ArrayBase] {
  const options = callArguments<LstsqOptions>("lstsq", ["rcond", "numpy_resid"], rest);
  const [x, y] = floatArrays("lstsq", [a, b]) as [ArrayBase, ArrayBase];
  if (x.shape[0] !== y.shape[0]) throw new ValueError("Leading dimensions of input arrays must match");
  if (x.ndim !== 2) {
    throw new TypeError(`${String(x.ndim)}-dimensional array given. Array must be two-dimensional`);
  }
  if (y.ndim > 2) {
    throw new TypeError(`${String(y.ndim)}-dimensional array given. Array must be one or two-dimensional`);
  }
  const rcond = isGiven(options.rcond) ? lax.asarray(options.rcond!) : null;
  const [solution, residuals, rank, s] = lstsqJit(x, y, rcond) as [
    ArrayBase,
    ArrayBase,
    ArrayBase,
    ArrayBase,
  ];
  const [m, n] = x.shape as [number, number];
  const isWithout = options.numpy_resid === true && (m <= n || rankOf(rank) < n);
  return [solution, isWithout ? lax.full([0], 0, x.dtype) : residuals, rank, s];
}

function rankOf(rank: ArrayBase): number {
  return Number((rank as unknown as { item(): unknown }).item());
}

const lstsqJit = jit(
  (a: ArrayBase, right: ArrayBase, rcond: ArrayBase | null) => {
    const b = right.ndim === 1 ? lax.expand_dims(right, [1]) : right;
    const { x, rank, s } = a.size === 0 ? nothing(a, b) : smallestSolution(a, b, rcond);
    const rest = subtract(b, matmul(a, x));
    const residuals = lax.reduce_sum(lax.mul(rest, rest), [0]);
    return [right.ndim === 1 ? lax.reshape(x, [x.size]) : x, residuals, rank, s];
  },
  { name: "lstsq" },
);

interface Solution {
  readonly x: ArrayBase;
  readonly rank: ArrayBase;
  readonly s: ArrayBase;
}

function nothing(a: ArrayBase, b: ArrayBase): Solution {
  const empty = (shape: readonly number[]): ArrayBase => lax.full(shape, 0, a.dtype);
  return { x: empty([a.shape[1]!, b.shape[1]!]), rank: lax.full([], 0, defaultInt()), s: empty([0]) };
}

function smallestSolution(a: ArrayBase, b: ArrayBase, rcond: ArrayBase | null): Solution {
  const { U, S, Vh } = svd(a, { full_matrices: false });
  const { eps } = new finfo(a.dtype);
  const given = rcond === null ? eps * Math.max(...a.shape) : where(lax.lt(rcond, 0), eps, rcond);
  const tolerance = given instanceof ArrayBase ? lax.convert_element_type(given, a.dtype) : given;
  const cutoff = multiply(tolerance, component(S, 0));
  const mask = lax.bitwise_and(lax.gt(S, 0), lax.ge(S, lax.broadcast_in_dim(cutoff, S.shape, [])));
  const inverse = lax.select(mask, lax.div(lax.full_like(S, 1), lax.select(mask, S, 1)), 0);
  const scaled = multiply(expand_dims(inverse, -1), matmul(matrix_transpose(U), b));
  const rank = lax.reduce_sum(lax.convert_element_type(mask, defaultInt()), [0]);
  return { x: matmul(matrix_transpose(Vh), scaled), rank, s: S };
}
