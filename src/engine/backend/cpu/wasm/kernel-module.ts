import type { DType } from "../../../core/dtype.ts";
import type { ModuleBuilder } from "./assembler.ts";

/** A kernel as WebAssembly: `task(args, index)` does one of its tasks. */
export interface KernelModule {
  readonly module: ModuleBuilder;
  /** dtypes of the parameters in the argument block: the kernel's, then those of `hidden`. */
  readonly params: readonly DType[];
  /** Parameters of its own: lengths that the code leaves open. */
  readonly hidden: readonly number[];
  readonly tasks: number;
}
