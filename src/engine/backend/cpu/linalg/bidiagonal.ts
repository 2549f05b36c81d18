import { makeReflection, reflect } from "./householder.ts";
import { at, type Workspace } from "./workspace.ts";

/** B = U^T A V with elements only on the diagonal and beside it; the vectors are rows of `u` and `v`. */
export interface Bidiagonal {
  readonly diagonal: Float64Array;
  /** beside[i] stands right of diagonal[i]. */
  readonly beside: Float64Array;
  /** Column j of U is row j; empty unless wanted. */
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/**
 * Reduces an (n, n) matrix by rows, which is overwritten, to bidiagonal form: a reflection of columns and one of rows
 * in turn (G. H. Golub, W. Kahan, "Calculating the singular values and pseudo-inverse of a matrix", 1965).
 */
export function bidiagonalize(w: Workspace, a: Float64Array, n: number, vectors: boolean): Bidiagonal {
  const [diagonal, beside] = [new Float64Array(n), new Float64Array(n)];
  const left = w.zeros(n * n);
  const [leftTaus, rightTaus] = [new Float64Array(n), new Float64Array(n)];
  const [sums, factors] = [w.zeros(n), w.zeros(n)];
  for (let k = 0; k < n; k++) {
    const own = k * n;
    for (let i = k; i < n; i++) left[own + i] = a[i * n + k]!;
    const leftTau = makeReflection(left, own + k, own + n);
    leftTaus[k] = leftTau;
    diagonal[k] = left[own + k]!;
    left[own + k] = 1;
    reflectRows(w, a, n, k, left, leftTau, sums, factors);
    if (k === n - 1) continue;
    const tau = makeReflection(a, own + k + 1, own + n);
    rightTaus[k] = tau;
    beside[k] = a[own + k + 1]!;
    a[own + k + 1] = 1;
    reflect(w, a, own + k + 1, own + n, tau, a, own + n + k + 1, n, n - k - 1);
  }
  if (!vectors) return { diagonal, beside, u: sums.subarray(0, 0), v: sums.subarray(0, 0) };
  const [u, v] = [w.identity(n), w.identity(n)];
  for (let k = n - 1; k >= 0; k--) {
    reflect(w, left, k * n + k, (k + 1) * n, leftTaus[k]!, u, k * n + k, n, n - k);
    if (k === n - 1) continue;
    reflect(w, a, k * n + k + 1, (k + 1) * n, rightTaus[k]!, v, (k + 1) * (n + 1), n, n - k - 1);
  }
  return { diagonal, beside, u, v };
}

/** Applies the k-th reflection to the columns right of k, all columns together, row by row. */
function reflectRows(
  w: Workspace,
  a: Float64Array,
  n: number,
  k: number,
  left: Float64Array,
  tau: number,
  sums: Float64Array,
  factors: Float64Array,
): void {
  if (tau === 0) return;
  const [rows, columns, first] = [n - k, n - k - 1, at(a, k * n + k + 1)];
  for (let i = k; i < n; i++) factors[i] = -tau * left[k * n + i]!;
  sums.fill(0);
  w.rows.subtractRows(at(sums), columns, at(factors, k), rows, first, 8 * n);
  w.rows.subtractColumnTimesRow(rows, columns, first, 8 * n, at(left, k * n + k), at(sums));
}
