import { subtractRows } from "./subtract-rows.ts";

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
    const first = lower ? 0 : i + 1;
    subtractRows(b, row, n, t, i * m + first, step, first * n, n);
    if (unitDiagonal) continue;
    const diagonal = t[i * m + i]!;
    for (let j = row; j < row + n; j++) b[j] = b[j]! / diagonal;
  }
}
