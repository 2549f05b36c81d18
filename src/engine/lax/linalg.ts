/** jax.lax.linalg: one function per factorization. Matrices are the last two axes; all axes before them are a batch. */
import type { ArrayBase } from "../core/array-base.ts";
import { formatShape } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import { avalOf, bind, bind1, type Value } from "../core/tracer.ts";
import * as choleskies from "../primitives/cholesky.ts";
import * as eigenproblems from "../primitives/eigh.ts";
import * as triangles from "../primitives/lu.ts";
import { symmetrized, tril } from "../primitives/matrix-algebra.ts";
import * as reflections from "../primitives/qr.ts";
import * as singularValues from "../primitives/svd.ts";
import * as substitutions from "../primitives/triangular-solve.ts";
import { asarray } from "./conversion.ts";
import { broadcasted_iota, expand_dims, squeeze } from "./shape.ts";
import { sort } from "./sort.ts";

export interface SymmetrizeOption {
  /** Uses (x + x^T) / 2, as the derivative does; on by default. */
  readonly symmetrize_input?: boolean;
}

/**
 * The lower triangular L of x = L L^T, zero above the diagonal, for symmetric positive definite (..., n, n); all NaN
 * for a matrix that is not. Throws ValueError unless the matrices are square.
 */
export function cholesky(
  x: Value,
  { symmetrize_input: symmetrize = true }: SymmetrizeOption = {},
): ArrayBase {
  return tril(bind1(choleskies.cholesky, [symmetrize ? symmetrized(x) : asarray(x)]));
}

export interface EighOptions extends SymmetrizeOption {
  /** Which triangle is read, where the input is not made symmetric first. */
  readonly lower?: boolean;
}

/** [eigenvectors in columns, eigenvalues ascending] of symmetric (..., n, n). */
export function eigh(x: Value, options: EighOptions = {}): [ArrayBase, ArrayBase] {
  const { lower = true, symmetrize_input: symmetrize = true } = options;
  const [v, w] = bind(eigenproblems.eigh, [symmetrize ? symmetrized(x) : asarray(x)], {
    lower,
    sort_eigenvalues: true,
    subset_by_index: null,
    algorithm: null,
  });
  return [v!, w!];
}

/** [L and U in one matrix, int32 pivots, int32 permutation] with x[permutation] = L U, of (..., m, n). */
export function lu(x: Value): [ArrayBase, ArrayBase, ArrayBase] {
  const [packed, pivots, permutation] = bind(triangles.lu, [asarray(x)]);
  return [packed!, pivots!, permutation!];
}

export interface QrOptions {
  /** Q (m, m) rather than (m, min(m, n)); on by default. */
  readonly full_matrices?: boolean;
}

/** [Q, R] of (..., m, n). */
export function qr(x: Value, { full_matrices: full = true }: QrOptions = {}): [ArrayBase, ArrayBase] {
  const [q, r] = bind(reflections.qr, [asarray(x)], {
    full_matrices: full,
    pivoting: false,
    use_magma: null,
  });
  return [q!, r!];
}

export interface SvdOptions {
  /** U (m, m) and V^T (n, n) rather than k columns and rows, k = min(m, n); on by default. */
  readonly full_matrices?: boolean;
}

function bindSvd(x: Value, full: boolean, vectors: boolean): readonly ArrayBase[] {
  return bind(singularValues.svd, [asarray(x)], {
    full_matrices: full,
    compute_uv: vectors,
    subset_by_index: null,
    algorithm: null,
  });
}

/** [U, singular values descending, V^T] of (..., m, n). */
export function svd(
  x: Value,
  { full_matrices: full = true }: SvdOptions = {},
): [ArrayBase, ArrayBase, ArrayBase] {
  const [s, u, vt] = bindSvd(x, full, true);
  return [u!, s!, vt!];
}

/** The singular values alone. */
export function svdvals(x: Value): ArrayBase {
  return bindSvd(x, false, false)[0]!;
}

export interface TriangularSolveOptions {
  /** Solves op(a) x = b; x op(a) = b unless said. */
  readonly left_side?: boolean;
  /** The triangle of `a` that is read; the upper one unless said. */
  readonly lower?: boolean;
  readonly transpose_a?: boolean;
  readonly conjugate_a?: boolean;
  /** The diagonal counts as ones. */
  readonly unit_diagonal?: boolean;
}

/**
 * The solution for triangular (..., m, m) `a`; `b` is (..., m, n), or (..., n, m) without `left_side`, or has one axis
 * less for a single right-hand side. Throws ValueError when shapes do not fit.
 */
export function triangular_solve(a: Value, b: Value, options: TriangularSolveOptions = {}): ArrayBase {
  const left = options.left_side ?? false;
  const { ndim } = avalOf(b);
  const isSingle = ndim === avalOf(a).ndim - 1;
  const axis = left ? ndim : ndim - 1;
  const x = bind1(
    substitutions.triangular_solve,
    [asarray(a), isSingle ? expand_dims(b, [axis]) : asarray(b)],
    {
      left_side: left,
      lower: options.lower ?? false,
      transpose_a: options.transpose_a ?? false,
      conjugate_a: false,
      unit_diagonal: options.unit_diagonal ?? false,
    },
  );
  return isSingle ? squeeze(x, [axis]) : x;
}

/**
 * The solution of a x = b, or of a^T x = b with `trans` 1, from `lu(a)`: `packed` (n, n) and `b` (n, k) with the same
 * leading axes. Throws ValueError when they do not fit.
 */
export function lu_solve(
  packed: ArrayBase,
  permutation: ArrayBase,
  b: ArrayBase,
  trans: 0 | 1 = 0,
): ArrayBase {
  const { shape } = packed;
  if (shape.length < 2 || shape.at(-1) !== shape.at(-2)) {
    throw new ValueError(
      `last two dimensions of LU decomposition must be equal, got shape ${formatShape(shape)}`,
    );
  }
  const solve = (right: Value, lower: boolean): ArrayBase =>
    triangular_solve(packed, right, {
      left_side: true,
      lower,
      transpose_a: trans === 1,
      unit_diagonal: lower,
    });
  if (trans === 0) return solve(solve(triangles.takeRows(b, permutation), true), false);
  return asarray(triangles.takeRows(solve(solve(b, false), true), inverseOf(permutation)));
}

/** The permutation that undoes another. */
function inverseOf(permutation: ArrayBase): ArrayBase {
  const { shape } = permutation;
  return sort([permutation, broadcasted_iota("int32", shape, shape.length - 1)])[1]!;
}
