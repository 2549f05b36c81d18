import type { ShapedArray } from "../core/aval.ts";
import type { DType, HostScalar } from "../core/dtype.ts";
import type { Kernel } from "../kernel/kernel.ts";

/** Where a kernel's scalar parameter comes from. */
export type ParamSource =
  | { readonly kind: "literal"; readonly value: HostScalar }
  | { readonly kind: "argument"; readonly position: number };

/** One kernel run. Values are numbered: arguments first, then what steps produce. */
export interface Step {
  readonly kernel: Kernel;
  readonly inputs: readonly number[];
  readonly params: readonly ParamSource[];
  readonly outputs: readonly number[];
  /** Values that no later step and no result needs: their memory is free for the next steps. */
  readonly release: readonly number[];
}

/** A compiled Jaxpr, independent of the backend. */
export interface Program {
  /** Whether argument k is a host scalar (a kernel parameter) rather than a buffer. */
  readonly scalarArguments: readonly boolean[];
  /** dtype and element count of every value; for arguments too. */
  readonly values: readonly { readonly dtype: DType; readonly length: number }[];
  readonly steps: readonly Step[];
  readonly results: readonly { readonly value: number; readonly aval: ShapedArray }[];
}
