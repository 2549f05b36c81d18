import { at, type Workspace } from "./workspace.ts";

/** Columns that are finished before what is right of them is brought up to date. */
const panel = 32;

/** Lengths of the workspace arrays `cholesky` takes. */
export function choleskyArrays(n: number): number[] {
  return [panel * panel, panel * n, 4 * panel];
}

/**
 * Overwrites a (n, n), row-major, with L of a = L L^T, reading its lower triangle; zeros above the diagonal. All NaN
 * when the matrix is not positive definite.
 */
export function cholesky(w: Workspace, a: Float64Array, n: number): void {
  const [upper, across, scratch] = choleskyArrays(n).map((length) => w.zeros(length));
  for (let start = 0; start < n; start += panel) {
    const end = Math.min(start + panel, n);
    const width = end - start;
    if (!factorDiagonal(a, n, start, end)) {
      a.fill(NaN);
      return;
    }
    const below = n - end;
    if (below === 0) break;
    for (let i = 0; i < width; i++) {
      for (let j = i; j < width; j++) upper![i * width + j] = a[(start + j) * n + start + i]!;
    }
    w.rows.eliminate(at(a, end * n + start), 8 * n, below, at(upper!), 8 * width, width, width);
    for (let i = 0; i < below; i++) {
      for (let k = 0; k < width; k++) across![k * below + i] = a[(end + i) * n + start + k]!;
    }
    for (let row = end; row < n; row += panel) {
      const height = Math.min(panel, n - row);
      const [rows, target] = [at(a, row * n + start), at(a, row * n + end)];
      const columns = row + height - end;
      w.rows.product(
        height,
        columns,
        width,
        rows,
        8 * n,
        at(across!),
        8 * below,
        target,
        8 * n,
        at(scratch!),
      );
    }
  }
  for (let i = 0; i < n; i++) a.fill(0, i * n + i + 1, (i + 1) * n);
}

/** Factors the block on the diagonal; false when it is not positive definite. */
function factorDiagonal(a: Float64Array, n: number, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const row = i * n;
    for (let j = start; j <= i; j++) {
      const other = j * n;
      let sum = a[row + j]!;
      for (let k = start; k < j; k++) sum -= a[row + k]! * a[other + k]!;
      if (j < i) a[row + j] = sum / a[other + j]!;
      else if (sum > 0) a[row + j] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}
