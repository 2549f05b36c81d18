import { bidiagonalize, type Bidiagonal } from "./bidiagonal.ts";
import { isTurned, negate, scaleDown } from "./eigh.ts";
import { applyQ, factorQr } from "./householder.ts";
import { Rotations } from "./rotations.ts";
import type { Workspace } from "./workspace.ts";

/** The iteration gives up after this many steps for one singular value; two are usual. */
const maxSteps = 60;

/** Lengths of the workspace arrays `svd` takes, for m >= n. */
export function svdArrays(m: number, n: number, { full }: { readonly full: boolean }): number[] {
  const squares = new Array<number>(5).fill(n * n);
  return [...squares, ...new Array<number>(6).fill(n), m * (full ? m : n)];
}

/** Singular values, descending, and singular vectors by columns: column j starts at j * m in `u`, j * n in `v`. */
export interface SingularSystem {
  readonly values: Float64Array;
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/**
 * The singular value decomposition of an (m, n) matrix given by columns, m >= n; `u` has n columns, or m when `full`.
 * A is reduced to R (unless square), R to bidiagonal form, and that by the implicit QR iteration (G. H. Golub, C. Reinsch, "Singular
 * value decomposition and least squares solutions", 1970). All NaN when it does not converge.
 */
export function svd(
  w: Workspace,
  columns: Float64Array,
  m: number,
  n: number,
  options: { readonly full: boolean; readonly vectors: boolean },
): SingularSystem {
  const scale = scaleDown(columns);
  // A square matrix is reduced directly.
  const taus = m > n ? factorQr(w, columns, m, n) : undefined;
  const r = w.zeros(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = taus === undefined ? 0 : i; j < n; j++) r[i * n + j] = columns[j * m + i]!;
  }
  const form = bidiagonalize(w, r, n, options.vectors);
  const turns = options.vectors
    ? { rows: new Rotations(w, form.u, n), columns: new Rotations(w, form.v, n) }
    : undefined;
  const converged = iterate(form, n, turns);
  const order = Array.from(form.diagonal.keys()).sort(
    (i, j) => Math.abs(form.diagonal[j]!) - Math.abs(form.diagonal[i]!),
  );
  const values = Float64Array.from(order, (j) => (converged ? Math.abs(form.diagonal[j]!) * scale : NaN));
  if (!options.vectors) return { values, u: form.u, v: form.v };

  const count = options.full ? m : n;
  const u = w.zeros(m * count);
  const v = w.zeros(n * n);
  order.forEach((from, to) => {
    u.set(form.u.subarray(from * n, (from + 1) * n), to * m);
    v.set(form.v.subarray(from * n, (from + 1) * n), to * n);
    const isNegative = form.diagonal[from]! < 0;
    const turned = isTurned(v, to * n, n);
    if (turned) negate(v, to * n, n);
    if (turned !== isNegative) negate(u, to * m, n);
  });
  for (let j = n; j < count; j++) u[j * m + j] = 1;
  if (taus !== undefined) applyQ(w, columns, taus, m, u, count);
  return converged ? { values, u, v } : { values, u: u.fill(NaN), v: v.fill(NaN) };
}

/** The rotations of the singular vectors; absent where they are not wanted. */
interface Turns {
  readonly rows: Rotations;
  readonly columns: Rotations;
}

/** Implicit QR steps until nothing is left beside the diagonal. False when that does not end. */
function iterate(form: Bidiagonal, n: number, turns: Turns | undefined): boolean {
  const { diagonal: d, beside: e } = form;
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(d[i]!) + Math.abs(e[i]!));
  if (Number.isNaN(norm)) return false;
  let steps = 0;
  for (let last = n - 1; last > 0;) {
    const first = startOfBlock(d, e, last, norm);
    if (first === last) {
      last--;
      steps = 0;
      continue;
    }
    if (steps++ === maxSteps) return false;
    step(form, first, last, shiftOf(d, e, first, last, norm), turns);
  }
  return true;
}

/** The first row coupled with `last`; couplings that are nothing beside the diagonal are dropped. */
function startOfBlock(d: Float64Array, e: Float64Array, last: number, norm: number): number {
  let first = last;
  while (first > 0) {
    const coupling = Math.abs(e[first - 1]!);
    const nearby = Math.abs(d[first - 1]!) + Math.abs(d[first]!);
    if (coupling <= 2 ** -53 * nearby || coupling <= 2 ** -57 * norm) break;
    first--;
  }
  if (first > 0) e[first - 1] = 0;
  return first;
}

/**
 * The eigenvalue of the last two rows of B^T B that is nearer to the last element; 0 where a diagonal element is
 * nothing: such a step splits the block there.
 */
function shiftOf(d: Float64Array, e: Float64Array, first: number, last: number, norm: number): number {
  for (let i = first; i <= last; i++) if (Math.abs(d[i]!) <= 2 ** -53 * norm) return 0;
  const above = last - 1 > first ? e[last - 2]! : 0;
  const a = d[last - 1]! * d[last - 1]! + above * above;
  const b = d[last]! * d[last]! + e[last - 1]! * e[last - 1]!;
  const c = d[last - 1]! * e[last - 1]!;
  const half = (a - b) / 2;
  const root = Math.sqrt(half * half + c * c);
  return b - (c * c) / (half + (half >= 0 ? root : -root));
}

/** Chases the bulge that a rotation of the first two columns makes down to `last`. */
function step(form: Bidiagonal, first: number, last: number, shift: number, turns: Turns | undefined): void {
  const { diagonal: d, beside: e } = form;
  let f = shift === 0 ? d[first]! : d[first]! - shift / d[first]!;
  let g = e[first]!;
  for (let k = first; k < last; k++) {
    let length = Math.sqrt(f * f + g * g);
    let [c, s] = length === 0 ? [1, 0] : [f / length, g / length];
    if (k > first) e[k - 1] = length;
    f = c * d[k]! + s * e[k]!;
    e[k] = c * e[k]! - s * d[k]!;
    g = s * d[k + 1]!;
    d[k + 1] = c * d[k + 1]!;
    turns?.columns.set(k - first, c, -s);
    length = Math.sqrt(f * f + g * g);
    [c, s] = length === 0 ? [1, 0] : [f / length, g / length];
    d[k] = length;
    f = c * e[k]! + s * d[k + 1]!;
    d[k + 1] = c * d[k + 1]! - s * e[k]!;
    if (k + 1 < last) {
      g = s * e[k + 1]!;
      e[k + 1] = c * e[k + 1]!;
    }
    turns?.rows.set(k - first, c, -s);
  }
  e[last - 1] = f;
  turns?.rows.apply(first, 1, last - first);
  turns?.columns.apply(first, 1, last - first);
}
