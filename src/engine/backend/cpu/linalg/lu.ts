import { at, type Workspace } from "./workspace.ts";

/** Columns that are finished before what is right of them is brought up to date. */
const panel = 32;

/** Lengths of the workspace arrays `lu` takes. */
export function luArrays(): number[] {
  return [4 * panel];
}

/**
 * Overwrites a (m, n), row-major, with L (unit diagonal, not stored) and U of P a = L U. `pivots[k]` is the row that
 * row k was exchanged with. A column without a pivot is left as it is, as LAPACK does: U is singular then.
 */
export function lu(w: Workspace, a: Float64Array, m: number, n: number, pivots: Int32Array): void {
  const [scratch] = luArrays().map((size) => w.zeros(size));
  const length = Math.min(m, n);
  const stride = 8 * n;
  for (let start = 0; start < length; start += panel) {
    const end = Math.min(start + panel, length);
    for (let k = start; k < end; k++) eliminate(w, a, m, n, k, end, pivots);
    const [right, below] = [n - end, m - end];
    if (right === 0) continue;
    for (let i = start + 1; i < end; i++) {
      const [target, source] = [at(a, i * n + end), at(a, start * n + end)];
      w.rows.subtractRows(target, right, at(a, i * n + start), i - start, source, stride);
    }
    const [lower, upper, rest] = [at(a, end * n + start), at(a, start * n + end), at(a, end * n + end)];
    w.rows.product(below, right, end - start, lower, stride, upper, stride, rest, stride, at(scratch!));
  }
}

/** Finds the pivot of column k, exchanges rows, and subtracts row k within its panel. */
function eliminate(
  w: Workspace,
  a: Float64Array,
  m: number,
  n: number,
  k: number,
  end: number,
  pivots: Int32Array,
): void {
  const own = k * n;
  const pivot = largestInColumn(a, m, n, k);
  pivots[k] = pivot;
  if (pivot !== k) w.rows.exchange(at(a, own), at(a, pivot * n), n);
  if (a[own + k] === 0) return;
  w.rows.eliminate(at(a, own + n + k), 8 * n, m - k - 1, at(a, own + k), 0, 1, end - k);
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
