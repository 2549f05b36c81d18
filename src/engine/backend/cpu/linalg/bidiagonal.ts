import { makeReflection, reflect } from "./householder.ts";

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
export function bidiagonalize(a: Float64Array, n: number, vectors: boolean): Bidiagonal {
  const [diagonal, beside] = [new Float64Array(n), new Float64Array(n)];
  const left = new Float64Array(n * n);
  const [leftTaus, rightTaus] = [new Float64Array(n), new Float64Array(n)];
  const sums = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const own = k * n;
    for (let i = k; i < n; i++) left[own + i] = a[i * n + k]!;
    const leftTau = makeReflection(left, own + k, own + n);
    leftTaus[k] = leftTau;
    diagonal[k] = left[own + k]!;
    left[own + k] = 1;
    reflectRows(a, n, k, left, leftTau, sums);
    if (k === n - 1) continue;
    const tau = makeReflection(a, own + k + 1, own + n);
    rightTaus[k] = tau;
    beside[k] = a[own + k + 1]!;
    a[own + k + 1] = 1;
    reflect(a, own + k + 1, own + n, tau, a, own + n + k + 1, n, n - k - 1);
  }
  if (!vectors) return { diagonal, beside, u: sums.subarray(0, 0), v: sums.subarray(0, 0) };
  const [u, v] = [identity(n), identity(n)];
  for (let k = n - 1; k >= 0; k--) {
    reflect(left, k * n + k, (k + 1) * n, leftTaus[k]!, u, k * n + k, n, n - k);
    if (k === n - 1) continue;
    reflect(a, k * n + k + 1, (k + 1) * n, rightTaus[k]!, v, (k + 1) * (n + 1), n, n - k - 1);
  }
  return { diagonal, beside, u, v };
}

/** Applies the k-th reflection to the columns right of k, all columns together, row by row. */
function reflectRows(
  a: Float64Array,
  n: number,
  k: number,
  left: Float64Array,
  tau: number,
  sums: Float64Array,
): void {
  if (tau === 0) return;
  sums.fill(0);
  for (let i = k; i < n; i++) {
    const factor = tau * left[k * n + i]!;
    for (let j = k + 1, p = i * n + k + 1; j < n; j++, p++) sums[j] = sums[j]! + factor * a[p]!;
  }
  for (let i = k; i < n; i++) {
    const factor = left[k * n + i]!;
    for (let j = k + 1, p = i * n + k + 1; j < n; j++, p++) a[p] = a[p]! - factor * sums[j]!;
  }
}

function identity(n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) result[i * n + i] = 1;
  return result;
}
