import { at, type Workspace } from "./workspace.ts";

/** Rows that are finished before the others are brought up to date. */
const panel = 32;

/** Lengths of the workspace arrays `triangularSolve` takes. */
export function solveArrays(m: number): number[] {
  return [4 * m];
}

/**
 * Overwrites b (m, n) with the solution of t x = b for a triangular t (m, m), both row-major; a zero on the diagonal
 * gives infinities. Whole rows of b are updated at a time.
 */
export function triangularSolve(
  w: Workspace,
  t: Float64Array,
  b: Float64Array,
  m: number,
  n: number,
  { lower, unitDiagonal }: { readonly lower: boolean; readonly unitDiagonal: boolean },
): void {
  const [scratch] = solveArrays(m).map((length) => w.zeros(length));
  const blocks = Math.ceil(m / panel);
  for (let block = 0; block < blocks; block++) {
    const start = (lower ? block : blocks - 1 - block) * panel;
    const end = Math.min(start + panel, m);
    // Rows that are known: those before the block, or those behind it.
    const [known, count] = lower ? [0, start] : [end, m - end];
    const from = at(t, start * m + known);
    const product = [end - start, n, count, from, 8 * m, at(b, known * n), 8 * n, at(b, start * n), 8 * n];
    w.rows.product(...product, at(scratch!));
    for (let step = 0; step < end - start; step++) {
      const i = lower ? start + step : end - 1 - step;
      const first = lower ? start : i + 1;
      w.rows.subtractRows(at(b, i * n), n, at(t, i * m + first), step, at(b, first * n), 8 * n);
      if (!unitDiagonal) w.rows.divide(at(b, i * n), n, t[i * m + i]!);
    }
  }
}
