import { at, type Workspace } from "./workspace.ts";

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

/**
 * Applies the reflection with the vector v[from], ..., v[to - 1] (the 1 included) to `count` columns of x, which start at
 * `start` and every `stride` further on.
 */
export function reflect(
  w: Workspace,
  v: Float64Array,
  from: number,
  to: number,
  tau: number,
  x: Float64Array,
  start: number,
  stride: number,
  count: number,
): void {
  if (tau !== 0) w.rows.reflect(at(v, from), to - from, tau, at(x, start), 8 * stride, count);
}

/** Overwrites the (m, n) columns with R in and above the diagonal and the reflections below; returns their taus. */
export function factorQr(w: Workspace, columns: Float64Array, m: number, n: number): Float64Array {
  const taus = new Float64Array(Math.min(m, n));
  for (let k = 0; k < taus.length; k++) {
    const tau = makeReflection(columns, k * m + k, (k + 1) * m);
    taus[k] = tau;
    reflectBy(w, columns, k, m, tau, columns, (k + 1) * m + k, n - k - 1);
  }
  return taus;
}

/** Applies reflection k, whose vector's 1 has R's diagonal in its place. */
function reflectBy(
  w: Workspace,
  columns: Float64Array,
  k: number,
  m: number,
  tau: number,
  x: Float64Array,
  start: number,
  count: number,
): void {
  const first = k * m + k;
  const diagonal = columns[first]!;
  columns[first] = 1;
  reflect(w, columns, first, (k + 1) * m, tau, x, start, m, count);
  columns[first] = diagonal;
}

/** Replaces x (m, count) by Q x, for the reflections `factorQr` left in (m, ...) columns. */
export function applyQ(
  w: Workspace,
  columns: Float64Array,
  taus: Float64Array,
  m: number,
  x: Float64Array,
  count: number,
): void {
  for (let k = taus.length - 1; k >= 0; k--) {
    reflectBy(w, columns, k, m, taus[k]!, x, k, count);
  }
}

/** The first `count` columns of Q. */
export function formQ(
  w: Workspace,
  columns: Float64Array,
  taus: Float64Array,
  m: number,
  count: number,
): Float64Array {
  const q = w.zeros(m * count);
  for (let j = 0; j < count; j++) q[j * m + j] = 1;
  for (let k = taus.length - 1; k >= 0; k--) {
    // Columns before k are still zero where this reflection acts.
    reflectBy(w, columns, k, m, taus[k]!, q, k * m + k, count - k);
  }
  return q;
}
