/**
 * Overwrites b (m, n) with the solution of t x = b for a triangular t (m, m), both row-major; a zero on the diagonal
 * gives infinities. Whole rows of b are updated at a time.
 */
export function triangularSolve(
  t: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  lower: boolean,
  unitDiagonal: boolean,
): void {
  for (let step = 0; step < m; step++) {
    const i = lower ? step : m - 1 - step;
    const row = i * n;
    const [from, to] = lower ? [0, i] : [i + 1, m];
    for (let k = from; k < to; k++) {
      const factor = t[i * m + k]!;
      const other = k * n;
      for (let j = 0; j < n; j++) b[row + j] = b[row + j]! - factor * b[other + j]!;
    }
    if (unitDiagonal) continue;
    const diagonal = t[i * m + i]!;
    for (let j = 0; j < n; j++) b[row + j] = b[row + j]! / diagonal;
  }
}
