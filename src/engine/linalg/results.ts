import { namedTuple, type NamedTupleOf } from "../core/named-tuple.ts";
import type { ArrayBase } from "../core/array-base.ts";

/** The named tuples of jax.numpy.linalg. */
type Result<Field extends string> = NamedTupleOf<Field, ArrayBase>;

export type EighResult = Result<"eigenvalues" | "eigenvectors">;
export type QRResult = Result<"Q" | "R">;
export type SVDResult = Result<"U" | "S" | "Vh">;
export type SlogdetResult = Result<"sign" | "logabsdet">;

type Make<Tuple> = (...values: readonly ArrayBase[]) => Tuple;

export const makeEighResult: Make<EighResult> = namedTuple("EighResult", ["eigenvalues", "eigenvectors"]);
export const makeQRResult: Make<QRResult> = namedTuple("QRResult", ["Q", "R"]);
export const makeSVDResult: Make<SVDResult> = namedTuple("SVDResult", ["U", "S", "Vh"]);
export const makeSlogdetResult: Make<SlogdetResult> = namedTuple("SlogdetResult", ["sign", "logabsdet"]);
