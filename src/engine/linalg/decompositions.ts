import type { ArrayBase } from "../core/array-base.ts";
import { callArguments } from "../core/call-arguments.ts";
import { ValueError } from "../core/errors.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import * as laxLinalg from "../lax/linalg.ts";
import { take_along_axis } from "../numpy/selection.ts";
import { matrix_transpose } from "../numpy/shape.ts";
import type { ArrayLike } from "../numpy/promote.ts";
import { asRows, floatArray } from "./matrix-arguments.ts";
import {
  makeEighResult,
  makeQRResult,
  makeSVDResult,
  type EighResult,
  type QRResult,
  type SVDResult,
} from "./results.ts";

export interface CholeskyOptions {
  /** Gives U of a = U^T U instead of L of a = L L^T. */
  readonly upper?: boolean;
  readonly symmetrize_input?: boolean;
}

/** L of a = L L^T, zero above the diagonal, for (..., n, n); all NaN for a matrix that is not positive definite. */
export function cholesky(a: ArrayLike, ...rest: readonly (boolean | CholeskyOptions)[]): ArrayBase {
  const options = callArguments<CholeskyOptions>("cholesky", ["upper", "symmetrize_input"], rest);
  return choleskyJit(floatArray("cholesky", a), options.upper ?? false, options.symmetrize_input ?? true);
}

const choleskyJit = jit(
  (a: ArrayBase, upper: boolean, symmetrize: boolean) => {
    const l = laxLinalg.cholesky(a, { symmetrize_input: symmetrize });
    return upper ? matrix_transpose(l) : l;
  },
  { name: "cholesky", static_argnums: [1, 2] },
);

export interface EighOptions {
  /** The triangle that is read, "L" or "U", where the input is not made symmetric first. */
  readonly UPLO?: string | null;
  readonly symmetrize_input?: boolean;
}

/**
 * Eigenvalues (ascending) and eigenvectors (in columns, of unit length) of symmetric (..., n, n), as an EighResult.
 * Throws ValueError for an unknown UPLO.
 */
export function eigh(a: ArrayLike, ...rest: readonly (string | boolean | null | EighOptions)[]): EighResult {
  const options = callArguments<EighOptions>("eigh", ["UPLO", "symmetrize_input"], rest);
  const triangle = options.UPLO ?? "L";
  if (triangle !== "L" && triangle !== "U") {
    throw new ValueError(`UPLO must be one of None, 'L', or 'U', got ${triangle}`);
  }
  return eighJit(floatArray("eigh", a), triangle === "L", options.symmetrize_input ?? true);
}

const eighJit = jit(
  (a: ArrayBase, lower: boolean, symmetrize: boolean) => {
    const [v, w] = laxLinalg.eigh(a, { lower, symmetrize_input: symmetrize });
    return makeEighResult(w, v);
  },
  { name: "eigh", static_argnums: [1, 2] },
);

/** The eigenvalues alone. */
export function eigvalsh(
  a: ArrayLike,
  ...rest: readonly (string | boolean | null | EighOptions)[]
): ArrayBase {
  return eigh(a, ...rest).eigenvalues;
}

export interface QrOptions {
  /** "reduced": Q (m, k), R (k, n), k = min(m, n); "complete": Q (m, m), R (m, n); "r": R (k, n) alone. */
  readonly mode?: string;
}

/** Q with orthonormal columns and upper triangular R of a = Q R, as a QRResult. Throws ValueError for other modes. */
export function qr(a: ArrayLike, mode: "r" | { readonly mode: "r" }): ArrayBase;
export function qr(a: ArrayLike, mode?: string | QrOptions): QRResult;
export function qr(a: ArrayLike, mode?: string | QrOptions): ArrayBase | QRResult {
  const given = callArguments<QrOptions>("qr", ["mode"], [mode]).mode ?? "reduced";
  if (!["reduced", "r", "full", "complete"].includes(given)) {
    throw new ValueError(`Unsupported QR decomposition mode '${given}'`);
  }
  const result = qrJit(floatArray("qr", a), given === "complete");
  return given === "r" ? result.R : result;
}

const qrJit = jit(
  (a: ArrayBase, full: boolean) => makeQRResult(...laxLinalg.qr(a, { full_matrices: full })),
  { name: "qr", static_argnums: 1 },
);

export interface SvdOptions {
  readonly full_matrices?: boolean;
  readonly compute_uv?: boolean;
  /** Takes the matrix for symmetric: its eigenvalues give the singular ones. */
  readonly hermitian?: boolean;
}

/**
 * U, singular values (descending) and V^T of (..., m, n), as an SVDResult; the singular values alone when `compute_uv`
 * is false. `full_matrices` (the default) makes U (m, m) and V^T (n, n), else they have min(m, n) columns and rows.
 */
export function svd(
  a: ArrayLike,
  full: boolean | undefined | (SvdOptions & { readonly compute_uv: false }),
  computeUv: false,
): ArrayBase;
export function svd(a: ArrayLike, options: SvdOptions & { readonly compute_uv: false }): ArrayBase;
export function svd(a: ArrayLike, full?: boolean | SvdOptions, computeUv?: true | SvdOptions): SVDResult;
export function svd(
  a: ArrayLike,
  ...rest: readonly (boolean | undefined | SvdOptions)[]
): ArrayBase | SVDResult {
  const options = callArguments<SvdOptions>("svd", ["full_matrices", "compute_uv", "hermitian"], rest);
  const array = floatArray("svd", a);
  const vectors = options.compute_uv ?? true;
  if (options.hermitian === true) {
    const result = hermitianJit(array);
    return vectors ? result : result.S;
  }
  return vectors ? svdJit(array, options.full_matrices ?? true) : svdvalsJit(array);
}

const svdJit = jit(
  (a: ArrayBase, full: boolean) => makeSVDResult(...laxLinalg.svd(a, { full_matrices: full })),
  { name: "svd", static_argnums: 1 },
);
const svdvalsJit = jit((a: ArrayBase) => laxLinalg.svdvals(a), { name: "svd" });

/** By eigenvalues: their sizes in descending order, their signs in V^T. */
const hermitianJit = jit(
  (a: ArrayBase) => {
    const [v, w] = laxLinalg.eigh(a);
    const last = w.ndim - 1;
    const positions = lax.broadcasted_iota("int32", w.shape, last);
    const descending = lax
      .sort([lax.abs(w), positions, lax.sign(w)])
      .map((each) => lax.rev(each, [last])) as [ArrayBase, ArrayBase, ArrayBase];
    const [s, order, sign] = descending;
    const u = take_along_axis(v, asRows(order, v.shape), -1);
    return makeSVDResult(u, s, matrix_transpose(lax.mul(u, asRows(sign, u.shape))));
  },
  { name: "svd" },
);

/** The singular values of (..., m, n), descending. */
export function svdvals(x: ArrayLike): ArrayBase {
  return svdvalsJit(floatArray("svdvals", x));
}
