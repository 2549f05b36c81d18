import { subtractRows } from "./subtract-rows.ts";

/** Columns that are finished before what is right of them is brought up to date. */
const panel = 16;

/**
 * Overwrites a (m, n), row-major, with L (unit diagonal, not stored) and U of P a = L U. `pivots[k]` is the row that
 * row k was exchanged with. A column without a pivot is left as it is, as LAPACK does: U is singular then.
 */
export function lu(a: Float64Array, m: number, n: number, pivots: Int32Array): void {
  const length = Math.min(m, n);
  for (let start = 0; start < length; start += panel) {
    const end = Math.min(start + panel, length);
    for (let k = start; k < end; k++) eliminate(a, m, n, k, end, pivots);
    for (let i = start + 1; i < m; i++) {
      const count = Math.min(i, end) - start;
      subtractRows(a, i * n + end, n - end, a, i * n + start, count, start * n + end, n);
    }
  }
}

/** Finds the pivot of column k, exchanges rows, and subtracts row k within its panel. */
function eliminate(a: Float64Array, m: number, n: number, k: number, end: number, pivots: Int32Array): void {
  const own = k * n;
  const pivot = largestInColumn(a, m, n, k);
  pivots[k] = pivot;
  if (pivot !== k) exchange(a, own, pivot * n, n);
  const diagonal = a[own + k]!;
  if (diagonal === 0) return;
  for (let i = k + 1; i < m; i++) {
    const row = i * n;
    const factor = a[row + k]! / diagonal;
    a[row + k] = factor;
    for (let j = k + 1; j < end; j++) a[row + j] = a[row + j]! - factor * a[own + j]!;
  }
}

function largestInColumn(a: Float64Array, m: number, n: number, k: number): number {
  let best = k;
  let largest = Math.abs(a[k * n + k]!);
  for (let i = k + 1; i < m; i++) {
    const size = Math.abs(a[i * n + k]!);
    if (size > largest) {
      largest = size;
      best = i;
    }
  }
  return best;
}

function exchange(a: Float64Array, left: number, right: number, length: number): void {
  for (let j = 0; j < length; j++) {
    const value = a[left + j]!;
    a[left + j] = a[right + j]!;
    a[right + j] = value;
  }
}

/** The order of rows that exchanging row k with `pivots[k]`, for each k in turn, leads to. */
export function permutationOf(pivots: Int32Array, permutation: Int32Array): void {
  for (let i = 0; i < permutation.length; i++) permutation[i] = i;
  for (let k = 0; k < pivots.length; k++) {
    const other = pivots[k]!;
    const row = permutation[k]!;
    permutation[k] = permutation[other]!;
    permutation[other] = row;
  }
}
