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

/** Runs `body` with scratch memory of these sizes, none where the size is 0; it is given back afterwards. */
export function withScratch<T>(
  pool: BufferPool,
  sizes: readonly number[],
  body: (scratch: readonly (Storage | undefined)[]) => T,
): T {
  const scratch: (Storage | undefined)[] = [];
  try {
    for (const size of sizes) scratch.push(size === 0 ? undefined : pool.takeScratch(size));
    return body(scratch);
  } finally {
    for (const storage of scratch) if (storage !== undefined) pool.giveScratch(storage);
  }
}

const blocks = new WeakMap<BufferPool, Storage>();
const blockBytes = 256;

/** Memory for what the tasks of one phase are told; one phase runs at a time. It may move when arrays do. */
export function argumentMemory(pool: BufferPool): Storage {
  let block = blocks.get(pool);
  if (block === undefined) blocks.set(pool, (block = pool.takeScratch(blockBytes)));
  return block;
}
