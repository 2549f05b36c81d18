import type { DType, HostScalar } from "../core/dtype.ts";

/** What printing needs to know of an array; only the elements named by `edgeBlocks` are ever read. */
export interface PrintableArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly weakType: boolean;
  /** The element at a row-major position: boolean for bool, bigint for int64, number otherwise. */
  at(flatIndex: number): HostScalar;
}
