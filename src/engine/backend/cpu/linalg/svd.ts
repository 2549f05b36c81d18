import { isTurned, negate, rotateRows, scaleDown } from "./eigh.ts";
import { applyQ, factorQr, formQ } from "./householder.ts";

const maxSweeps = 40;

/** Singular values, descending, and singular vectors by columns: column j starts at j * m in `u`, j * n in `v`. */
export interface SingularSystem {
  readonly values: Float64Array;
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/**
 * The singular value decomposition of an (m, n) matrix given by columns, m >= n; `u` has n columns, or m when `full`.
 * A is reduced to R first, then the columns of R^T are made orthogonal by plane rotations (one-sided Jacobi: M. R.
 * Hestenes, 1958; on R^T as in Z. Drmac, K. Veselic, "New fast and accurate Jacobi SVD algorithm", 2008): R^T J = V S,
 * so A = Q J S V^T. `precision` is the cosine of columns that count as orthogonal.
 */
export function svd(
  columns: Float64Array,
  m: number,
  n: number,
  options: { readonly full: boolean; readonly vectors: boolean; readonly precision: number },
): SingularSystem {
  const scale = scaleDown(columns);
  const taus = factorQr(columns, m, n);
  const x = new Float64Array(n * n);
  for (let j = 0; j < n; j++) for (let i = j; i < n; i++) x[j * n + i] = columns[i * m + j]!;
  const turned = new Float64Array(options.vectors ? n * n : 0);
  if (options.vectors) for (let j = 0; j < n; j++) turned[j * n + j] = 1;
  const converged = orthogonalize(x, turned, n, options.precision);
  const lengths = columnSquares(x, n).map(Math.sqrt);
  const order = Array.from(lengths.keys()).sort((i, j) => lengths[j]! - lengths[i]!);
  const values = Float64Array.from(order, (j) => (converged ? lengths[j]! * scale : NaN));
  if (!options.vectors) return { values, u: turned, v: turned };

  const count = options.full ? m : n;
  const u = new Float64Array(m * count);
  const v = new Float64Array(n * n);
  order.forEach((from, to) => {
    u.set(turned.subarray(from * n, (from + 1) * n), to * m);
    v.set(x.subarray(from * n, (from + 1) * n), to * n);
  });
  for (let j = n; j < count; j++) u[j * m + j] = 1;
  applyQ(columns, taus, m, u, count);
  const basis = normalize(v, n);
  for (let j = 0; j < n; j++) {
    if (!isTurned(basis, j * n, n)) continue;
    negate(basis, j * n, n);
    negate(u, j * m, m);
  }
  return { values, u: converged ? u : u.fill(NaN), v: basis };
}

/** Rotates pairs of columns of x, and of `turned` alike, until all are orthogonal. False when that does not end. */
function orthogonalize(x: Float64Array, turned: Float64Array, n: number, precision: number): boolean {
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    const squares = columnSquares(x, n);
    if (squares.some(Number.isNaN)) return false;
    // Columns below a double's precision of the longest are rounding noise, and may be too small to turn.
    const least = squares.reduce((most, square) => Math.max(most, square), 0) * 2 ** -108;
    let rotations = 0;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        if (squares[p]! <= least || squares[q]! <= least) continue;
        if (rotatePair(x, turned, n, p, q, squares, precision)) rotations++;
      }
    }
    if (rotations === 0) return true;
  }
  return false;
}

function rotatePair(
  x: Float64Array,
  turned: Float64Array,
  n: number,
  p: number,
  q: number,
  squares: Float64Array,
  precision: number,
): boolean {
  const [left, right] = [p * n, q * n];
  let product = 0;
  for (let k = 0; k < n; k++) product += x[left + k]! * x[right + k]!;
  const [a, b] = [squares[p]!, squares[q]!];
  if (!(Math.abs(product) > precision * Math.sqrt(a) * Math.sqrt(b))) return false;
  const ratio = (b - a) / (2 * product);
  const tangent = (ratio >= 0 ? 1 : -1) / (Math.abs(ratio) + Math.sqrt(1 + ratio * ratio));
  const cosine = 1 / Math.sqrt(1 + tangent * tangent);
  const sine = cosine * tangent;
  rotateRows(x, left, right, n, cosine, sine);
  if (turned.length > 0) rotateRows(turned, left, right, n, cosine, sine);
  squares[p] = remaining(a, -tangent * product, x, p, n);
  squares[q] = remaining(b, tangent * product, x, q, n);
  return true;
}

/** The new square of a column's length; measured anew where the change leaves nothing but rounding. */
function remaining(square: number, change: number, x: Float64Array, j: number, n: number): number {
  const value = square + change;
  return value > square * 1e-3 ? value : columnSquare(x, j, n);
}

function columnSquare(x: Float64Array, j: number, n: number): number {
  let sum = 0;
  for (let k = j * n; k < (j + 1) * n; k++) sum += x[k]! * x[k]!;
  return sum;
}

function columnSquares(x: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, j) => columnSquare(x, j, n));
}

/**
 * Orthonormal columns along orthogonal ones of descending length. A reflection each makes them orthonormal also where
 * a length is zero and the column says nothing.
 */
function normalize(columns: Float64Array, n: number): Float64Array {
  const taus = factorQr(columns, n, n);
  const q = formQ(columns, taus, n, n);
  for (let j = 0; j < n; j++) {
    if (columns[j * n + j]! < 0) negate(q, j * n, n);
  }
  return q;
}
