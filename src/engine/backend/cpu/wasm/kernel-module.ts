import type { DType } from "../../../core/dtype.ts";
import type { ModuleBuilder } from "./assembler.ts";

/**
 * A kernel as WebAssembly: `task(args, index)` does one of its tasks. When all are done, those of `task1`, `task2`, ...
 * follow, one function after another.
 */
export interface KernelModule {
  readonly module: ModuleBuilder;
  /** dtypes of the parameters in the argument block: the kernel's, then those of `hidden`. */
  readonly params: readonly DType[];
  /** Parameters of its own: lengths that the code leaves open. */
  readonly hidden: readonly number[];
  readonly tasks: number;
  /** Tasks of the functions that follow. */
  readonly later?: readonly number[];
  /** Scratch memory, whose address stands behind the outputs'; 0 where there is none. */
  readonly scratchBytes?: number;
}
