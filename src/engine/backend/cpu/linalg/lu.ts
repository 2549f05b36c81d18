/**
 * Overwrites a (m, n), row-major, with L (unit diagonal, not stored) and U of P a = L U. `pivots[k]` is the row that
 * row k was exchanged with. A column without a pivot is left as it is, as LAPACK does: U is singular then.
 */
export function lu(a: Float64Array, m: number, n: number, pivots: Int32Array): void {
  for (let k = 0; k < Math.min(m, n); k++) {
    const own = k * n;
    const pivot = largestInColumn(a, m, n, k);
    pivots[k] = pivot;
    if (pivot !== k) exchange(a, own, pivot * n, n);
    const diagonal = a[own + k]!;
    if (diagonal === 0) continue;
    for (let i = k + 1; i < m; i++) {
      const row = i * n;
      const factor = a[row + k]! / diagonal;
      a[row + k] = factor;
      for (let j = k + 1; j < n; j++) a[row + j] = a[row + j]! - factor * a[own + j]!;
    }
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
