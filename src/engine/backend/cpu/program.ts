import type { HostScalar } from "../../core/dtype.ts";
import type { Storage } from "./buffers.ts";

/** What a kernel runs on. */
export interface KernelArguments {
  readonly inputs: readonly Storage[];
  readonly outputs: readonly Storage[];
  /** One value per parameter slot. */
  readonly params: readonly HostScalar[];
}

/** A compiled kernel, ready to run on any arguments. */
export interface KernelProgram {
  run(args: KernelArguments): void;
  /** Many runs on the same arrays, where that can be had for less. */
  prepare?(inputs: readonly Storage[], outputs: readonly Storage[]): PreparedProgram;
}

export interface PreparedProgram {
  run(params: readonly HostScalar[]): void;
  release?(): void;
}
