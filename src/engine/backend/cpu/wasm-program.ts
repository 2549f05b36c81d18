import { counters } from "../backend.ts";
import type { DType, HostScalar } from "../../core/dtype.ts";
import { ArgumentBlock } from "./argument-block.ts";
import type { BufferPool, Storage } from "./buffers.ts";
import type { KernelArguments, KernelProgram, PreparedProgram } from "./program.ts";
import type { PublishedModule, Task, Threads } from "./threads.ts";
import type { KernelModule } from "./wasm/kernel-module.ts";
import type { WasmMemory } from "./wasm-memory.ts";

/** A compiled module, and its instance on the memory there is now. */
export class TaskFunction {
  /** The module as other threads know it. */
  readonly published: PublishedModule;
  readonly #module: WebAssembly.Module;
  #exports: WebAssembly.Exports | undefined;

  constructor(bytes: Uint8Array<ArrayBuffer>, published: PublishedModule) {
    this.published = published;
    this.#module = new WebAssembly.Module(bytes);
  }

  /** Lets go of the memory. */
  reset(): void {
    this.#exports = undefined;
  }

  /** Exported as "task", or as "task1", "task2", ... where `entry` says so. */
  on(memory: WasmMemory, entry = 0): Task {
    this.#exports ??= new WebAssembly.Instance(this.#module, { env: { memory: memory.memory } }).exports;
    return this.#exports[entry === 0 ? "task" : `task${entry}`] as Task;
  }
}

/** The compiled modules of one memory, and the threads that run them: equal bytes are compiled once. */
export class TaskFunctions {
  readonly #memory: WasmMemory;
  readonly #threads: Threads;
  readonly #known = new Map<string, TaskFunction>();

  constructor(memory: WasmMemory, threads: Threads) {
    this.#memory = memory;
    this.#threads = threads;
    memory.onReplaced(() => {
      for (const known of this.#known.values()) known.reset();
    });
  }

  /** Does all tasks of a function, and returns when they are done. */
  run(task: TaskFunction, args: number, tasks: number, entry = 0): void {
    this.#threads.run(task.published, task.on(this.#memory, entry), args, tasks, entry);
  }

  /** Arrays may move. */
  compile(bytes: Uint8Array<ArrayBuffer>): TaskFunction {
    const key = new TextDecoder("latin1").decode(bytes);
    let known = this.#known.get(key);
    if (known === undefined) {
      known = new TaskFunction(bytes, this.#threads.publish(bytes));
      this.#known.set(key, known);
      counters.kernelsCompiled += 1;
    }
    return known;
  }
}

/** Runs the tasks of a WebAssembly kernel. */
export class WasmProgram implements KernelProgram {
  readonly #pool: BufferPool;
  readonly #functions: TaskFunctions;
  readonly #function: TaskFunction;
  readonly #dtypes: readonly DType[];
  readonly #hidden: readonly number[];
  /** Tasks of each of the module's functions, in the order they run. */
  readonly #tasks: readonly number[];
  readonly #scratchBytes: number;
  readonly #block: ArgumentBlock;

  constructor(pool: BufferPool, functions: TaskFunctions, kernel: KernelModule) {
    this.#pool = pool;
    this.#functions = functions;
    this.#function = functions.compile(kernel.module.finish({ shared: pool.memory.shared }));
    this.#dtypes = kernel.params;
    this.#hidden = kernel.hidden;
    this.#tasks = [kernel.tasks, ...(kernel.later ?? [])];
    this.#scratchBytes = kernel.scratchBytes ?? 0;
    this.#block = new ArgumentBlock(pool);
  }

  run({ inputs, outputs, params }: KernelArguments): void {
    this.#run([...inputs, ...outputs], params);
  }

  prepare(inputs: readonly Storage[], outputs: readonly Storage[]): PreparedProgram {
    const arrays = [...inputs, ...outputs];
    return {
      run: (params) => {
        this.#run(arrays, params);
      },
    };
  }

  #run(arrays: readonly Storage[], params: readonly HostScalar[]): void {
    if (this.#scratchBytes === 0) {
      this.#runTasks(arrays, params);
      return;
    }
    const scratch = this.#pool.takeScratch(this.#scratchBytes);
    try {
      this.#runTasks([...arrays, scratch], params);
    } finally {
      this.#pool.giveScratch(scratch);
    }
  }

  #runTasks(arrays: readonly Storage[], params: readonly HostScalar[]): void {
    const all = this.#hidden.length === 0 ? params : [...params, ...this.#hidden];
    const args = this.#block.write(arrays, this.#dtypes, all);
    for (let entry = 0; entry < this.#tasks.length; entry++) {
      this.#functions.run(this.#function, args, this.#tasks[entry]!, entry);
    }
  }
}
