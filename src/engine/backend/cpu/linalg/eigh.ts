import { makeReflection, reflect } from "./householder.ts";
import { Rotations } from "./rotations.ts";
import { at, type Workspace } from "./workspace.ts";

/** The QL iteration gives up after this many steps for one eigenvalue; two are usual. */
const maxSteps = 60;

/** Lengths of the workspace arrays `eigh` takes. */
export function eighArrays(n: number): number[] {
  return [n, n * n, n, n, n * n];
}

/** Eigenvalues, ascending; eigenvector j is row j. */
export interface Eigensystem {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues and eigenvectors of a symmetric matrix (n, n), of which the lower triangle is read; `a` is overwritten.
 * Householder reduction to tridiagonal form, then the implicit QL iteration (H. Bowdler, R. S. Martin, C. Reinsch,
 * J. H. Wilkinson, "The QR and QL algorithms for symmetric matrices", 1968). All NaN when it does not converge.
 */
export function eigh(w: Workspace, a: Float64Array, n: number): Eigensystem {
  const scale = scaleDown(a);
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const taus = tridiagonalize(w, a, n, diagonal, beside);
  const vectors = accumulate(w, a, n, taus);
  if (!iterate(diagonal, beside, new Rotations(w, vectors, n), n)) {
    return { values: diagonal.fill(NaN), vectors: vectors.fill(NaN) };
  }
  return sorted(w, diagonal, vectors, n, scale);
}

/** Divides by a power of two so that no square overflows or vanishes; returns it. NaN stays NaN. */
export function scaleDown(a: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const size = Math.abs(a[i]!);
    if (!Number.isFinite(size)) {
      a.fill(NaN);
      return 1;
    }
    if (size > largest) largest = size;
  }
  if (largest === 0) return 1;
  const scale = 2 ** Math.max(-1022, Math.min(1022, Math.floor(Math.log2(largest))));
  for (let i = 0; i < a.length; i++) a[i] = a[i]! / scale;
  return scale;
}

/**
 * Reduces the lower triangle from its last row up: row i keeps the vector of the reflection that leaves only the
 * element beside the diagonal. `beside[i]` couples i and i + 1.
 */
function tridiagonalize(
  w: Workspace,
  a: Float64Array,
  n: number,
  diagonal: Float64Array,
  beside: Float64Array,
): Float64Array {
  const taus = new Float64Array(n);
  const v = new Float64Array(n);
  const p = w.zeros(n);
  for (let i = n - 1; i > 0; i--) {
    // The reflection keeps its first element, so the row is taken from the diagonal outwards.
    for (let k = 0; k < i; k++) v[k] = a[i * n + i - 1 - k]!;
    const tau = makeReflection(v, 0, i);
    beside[i - 1] = v[0]!;
    v[0] = 1;
    taus[i] = tau;
    for (let k = 0; k < i; k++) a[i * n + k] = v[i - 1 - k]!;
    if (tau !== 0) updateSymmetric(w, a, n, i, tau, p);
  }
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i]!;
  return taus;
}

/** A - v w^T - w v^T on the leading (i, i) block, for the vector v in row i: the reflection applied from both sides. */
function updateSymmetric(
  w: Workspace,
  a: Float64Array,
  n: number,
  i: number,
  tau: number,
  p: Float64Array,
): void {
  const own = at(a, i * n);
  w.rows.symmetricTimes(i, at(a), 8 * n, own, at(p));
  const shift = (tau * tau * w.rows.innerProduct(i, at(p), own)) / 2;
  for (let r = 0; r < i; r++) p[r] = tau * p[r]! - shift * a[i * n + r]!;
  w.rows.subtractOuter(i, at(a), 8 * n, own, at(p));
}

/** The product of the reflections, transposed: row j is the j-th basis vector of the tridiagonal form. */
function accumulate(w: Workspace, a: Float64Array, n: number, taus: Float64Array): Float64Array {
  const basis = w.identity(n);
  for (let i = 1; i < n; i++) {
    reflect(w, a, i * n, i * n + i, taus[i]!, basis, 0, n, i);
  }
  return basis;
}

/** Implicit QL steps until every coupling is negligible; the rotations are applied to the vectors. */
function iterate(d: Float64Array, e: Float64Array, rotations: Rotations, n: number): boolean {
  for (let first = 0; first < n; first++) {
    for (let step = 0; ; step++) {
      const last = endOfBlock(d, e, first, n);
      if (last === first) break;
      if (step === maxSteps || Number.isNaN(d[first]!)) return false;
      qlStep(d, e, first, last, rotations);
    }
  }
  return !d.some(Number.isNaN);
}

/** The last row coupled with `first`. */
function endOfBlock(d: Float64Array, e: Float64Array, first: number, n: number): number {
  let last = first;
  while (last < n - 1) {
    const coupling = Math.abs(e[last]!);
    if (coupling <= Number.EPSILON * 0.5 * (Math.abs(d[last]!) + Math.abs(d[last + 1]!))) break;
    if (coupling < 1e-300) break;
    last++;
  }
  return last;
}

/** One step with Wilkinson's shift: a rotation of each pair of neighbours chases the bulge from `last` to `first`. */
function qlStep(d: Float64Array, e: Float64Array, first: number, last: number, rotations: Rotations): void {
  const ratio = (d[first + 1]! - d[first]!) / (2 * e[first]!);
  const root = Math.sqrt(ratio * ratio + 1);
  let g = d[last]! - d[first]! + e[first]! / (ratio + (ratio >= 0 ? root : -root));
  let [sine, cosine, moved] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    const length = Math.sqrt(f * f + g * g);
    e[i + 1] = length;
    if (length === 0) {
      d[i + 1] = d[i + 1]! - moved;
      e[last] = 0;
      rotations.apply(last, -1, last - 1 - i);
      return;
    }
    sine = f / length;
    cosine = g / length;
    const rest = d[i + 1]! - moved;
    const turned = (d[i]! - rest) * sine + 2 * cosine * b;
    moved = sine * turned;
    d[i + 1] = rest + moved;
    g = cosine * turned - b;
    rotations.set(last - 1 - i, cosine, -sine);
  }
  d[first] = d[first]! - moved;
  e[first] = g;
  e[last] = 0;
  rotations.apply(last, -1, last - first);
}

function sorted(
  w: Workspace,
  diagonal: Float64Array,
  vectors: Float64Array,
  n: number,
  scale: number,
): Eigensystem {
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i]! - diagonal[j]!);
  const result = w.zeros(n * n);
  order.forEach((from, to) => {
    result.set(vectors.subarray(from * n, (from + 1) * n), to * n);
    if (isTurned(result, to * n, n)) negate(result, to * n, n);
  });
  return { values: Float64Array.from(order, (i) => diagonal[i]! * scale), vectors: result };
}

/**
 * Whether the last component of some size of a unit vector is negative. Vectors are determined up to their sign: both
 * backends make this component positive.
 */
export function isTurned(values: Float64Array, start: number, length: number): boolean {
  const least = 0.5 / Math.sqrt(length);
  for (let i = start + length - 1; i >= start; i--) if (Math.abs(values[i]!) >= least) return values[i]! < 0;
  return false;
}

export function negate(values: Float64Array, start: number, length: number): void {
  for (let i = start; i < start + length; i++) values[i] = -values[i]!;
}
