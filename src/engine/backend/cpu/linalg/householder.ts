/**
 * Householder reflections H = 1 - tau v v^T with v[0] = 1 (G. H. Golub, C. F. Van Loan, "Matrix Computations", 5.1),
 * with LAPACK's signs. Matrices are kept by columns: column j of an (m, n) matrix starts at j * m.
 */

/**
 * Turns x = v[from..to) into the reflection that maps it to (beta, 0, ..., 0): v[from] becomes beta, the rest the rest
 * of the reflection's vector. Returns tau; 0 where there is nothing to annihilate.
 */
export function makeReflection(x: Float64Array, from: number, to: number): number {
  let largest = 0;
  for (let i = from + 1; i < to; i++) {
    const size = Math.abs(x[i]!);
    if (!(size <= largest)) largest = size;
  }
  if (largest === 0) return 0;
  const alpha = x[from]!;
  const scale = Math.max(largest, Math.abs(alpha));
  let sum = 0;
  for (let i = from; i < to; i++) {
    const part = x[i]! / scale;
    sum += part * part;
  }
  const length = scale * Math.sqrt(sum);
  const beta = alpha > 0 || Object.is(alpha, 0) ? -length : length;
  for (let i = from + 1; i < to; i++) x[i] = x[i]! / (alpha - beta);
  x[from] = beta;
  return (beta - alpha) / beta;
}

/** Applies the reflection whose vector is (1, v[from + 1], ..., v[to - 1]) to the column x that starts at `start`. */
export function reflect(
  v: Float64Array,
  from: number,
  to: number,
  tau: number,
  x: Float64Array,
  start: number,
): void {
  if (tau === 0) return;
  let sum = x[start]!;
  for (let i = from + 1, k = start + 1; i < to; i++, k++) sum += v[i]! * x[k]!;
  sum *= tau;
  x[start] = x[start]! - sum;
  for (let i = from + 1, k = start + 1; i < to; i++, k++) x[k] = x[k]! - sum * v[i]!;
}

/** Overwrites the (m, n) columns with R in and above the diagonal and the reflections below; returns their taus. */
export function factorQr(columns: Float64Array, m: number, n: number): Float64Array {
  const taus = new Float64Array(Math.min(m, n));
  for (let k = 0; k < taus.length; k++) {
    const tau = makeReflection(columns, k * m + k, (k + 1) * m);
    taus[k] = tau;
    for (let j = k + 1; j < n; j++) reflect(columns, k * m + k, (k + 1) * m, tau, columns, j * m + k);
  }
  return taus;
}

/** Replaces x (m, count) by Q x, for the reflections `factorQr` left in (m, ...) columns. */
export function applyQ(
  columns: Float64Array,
  taus: Float64Array,
  m: number,
  x: Float64Array,
  count: number,
): void {
  for (let k = taus.length - 1; k >= 0; k--) {
    for (let j = 0; j < count; j++) reflect(columns, k * m + k, (k + 1) * m, taus[k]!, x, j * m + k);
  }
}

/** The first `count` columns of Q. */
export function formQ(columns: Float64Array, taus: Float64Array, m: number, count: number): Float64Array {
  const q = new Float64Array(m * count);
  for (let j = 0; j < count; j++) q[j * m + j] = 1;
  for (let k = taus.length - 1; k >= 0; k--) {
    // Columns before k are still zero where this reflection acts.
    for (let j = k; j < count; j++) reflect(columns, k * m + k, (k + 1) * m, taus[k]!, q, j * m + k);
  }
  return q;
}
