import type { MapKernel } from "../../kernel/kernel.ts";
import type { BufferPool, Storage } from "./buffers.ts";
import type { KernelProgram } from "./program.ts";
import type { TaskFunction, TaskFunctions } from "./wasm-program.ts";

/** What routines that are more than one loop nest need of the backend. */
export interface RoutineHost {
  readonly pool: BufferPool;
  readonly functions: TaskFunctions;
  compileMap(kernel: MapKernel): KernelProgram;
  /** Does tasks 0 to `tasks` - 1, and returns when all are done. */
  runTasks(task: TaskFunction, args: number, tasks: number): void;
}

/** Runs `body` with scratch memory of these sizes, which is given back afterwards. */
export function withScratch<T>(
  pool: BufferPool,
  sizes: readonly number[],
  body: (scratch: Storage[]) => T,
): T {
  const scratch: Storage[] = [];
  try {
    for (const size of sizes) scratch.push(pool.takeScratch(size));
    return body(scratch);
  } finally {
    for (const storage of scratch) pool.giveScratch(storage);
  }
}
