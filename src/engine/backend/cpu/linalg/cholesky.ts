/**
 * Overwrites a (n, n), row-major, with L of a = L L^T, reading its lower triangle; zeros above the diagonal. All NaN
 * when the matrix is not positive definite. By rows: each element is one dot product of two contiguous rows.
 */
export function cholesky(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++) {
      const other = j * n;
      let sum = a[row + j]!;
      for (let k = 0; k < j; k++) sum -= a[row + k]! * a[other + k]!;
      a[row + j] = sum / a[other + j]!;
    }
    let square = a[row + i]!;
    for (let k = 0; k < i; k++) square -= a[row + k]! * a[row + k]!;
    if (!(square > 0)) {
      a.fill(NaN);
      return;
    }
    a[row + i] = Math.sqrt(square);
    a.fill(0, row + i + 1, row + n);
  }
}
