import type { BufferPool, Storage } from "./buffers.ts";
import type { ThreadHost } from "./thread-host.ts";
import { controlWords as at } from "./thread-source.ts";

/** Does one task of a kernel, told where its arguments are. */
export type Task = (args: number, index: number) => void;

/** A module that threads can find. */
export interface PublishedModule {
  readonly id: number;
  /** Where its bytes are; undefined where there are no threads. */
  readonly code: Storage | undefined;
}

/** Fewer tasks than this (of some 50 us each) are done before a thread would have joined. */
const minTasks = 3;

/** Looks for the end of a run that the caller takes before it sleeps: some 50 us. */
const spins = 4000;

/** How long `start` waits for threads, and how often it looks: milliseconds. */
const startLimit = 400;
const startStep = 4;

let published = 0;

/**
 * Runs the tasks of a kernel on all processors. Threads are started by `start`, or when there is a large array or work
 * for several of them; this takes some milliseconds. Until they are up, and where there are none, the calling thread does all tasks
 * in order.
 */
export class Threads {
  readonly #pool: BufferPool;
  readonly #host: ThreadHost | undefined;
  #stops: (() => void)[] = [];
  /** The memory that the threads there are were started on. */
  #generation = -1;
  #control: Int32Array | undefined;

  /** Without a host, or over memory that cannot be shared, there is only the calling thread. */
  constructor(pool: BufferPool, host: ThreadHost | undefined) {
    this.#pool = pool;
    this.#host = pool.memory.shared && host !== undefined && host.count > 0 ? host : undefined;
    pool.takesLarge = () => {
      this.#hire();
    };
    // Threads hold on to the memory they were started on.
    pool.memory.onReplaced(() => {
      const wereThere = this.#stops.length > 0;
      this.stop();
      if (wereThere) this.#hire();
    });
  }

  /** Threads that are up, the calling one included. */
  get count(): number {
    return 1 + (this.#joined() === undefined ? 0 : Atomics.load(this.#control!, at.ready));
  }

  /**
   * Starts the threads, and resolves when all are up, or after a time in which they should have been. A context that never
   * comes to rest between calls would else compute alone.
   */
  async start(): Promise<void> {
    this.#hire();
    const all = 1 + (this.#host?.count ?? 0);
    for (let waited = 0; waited < startLimit && this.count < all; waited += startStep) {
      await new Promise<void>((resolve) => setTimeout(resolve, startStep));
    }
  }

  /** Makes a module known to the threads. Arrays may move. */
  publish(bytes: Uint8Array): PublishedModule {
    published += 1;
    if (this.#host === undefined) return { id: published, code: undefined };
    const code = this.#pool.takeScratch(bytes.length);
    code.copyIn(bytes);
    return { id: published, code };
  }

  /** Takes back the memory of a module that is not run any more. */
  forget(module: PublishedModule): void {
    if (module.code !== undefined) this.#pool.giveScratch(module.code);
  }

  /**
   * Does all `tasks` of a kernel: `task` is its function on the memory there is now, exported by `module` as "task", or
   * as "task1", "task2", ... where `entry` says so. Tasks may run in any order and at the same time. Throws what a task
   * threw; those not begun by then are left out.
   */
  run(module: PublishedModule, task: Task, args: number, tasks: number, entry = 0): void {
    const control = tasks < minTasks ? undefined : this.#joined();
    if (control === undefined && tasks >= minTasks) this.#hire();
    if (control === undefined || module.code === undefined) {
      for (let index = 0; index < tasks; index++) task(args, index);
      return;
    }
    control[at.module] = module.id;
    control[at.bytes] = module.code.address;
    control[at.length] = module.code.bytes;
    control[at.entry] = entry;
    control[at.args] = args;
    control[at.tasks] = tasks;
    control[at.failed] = 0;
    Atomics.store(control, at.next, 0);
    Atomics.store(control, at.gate, 1);
    Atomics.add(control, at.run, 1);
    Atomics.notify(control, at.run);
    try {
      for (
        let index = Atomics.add(control, at.next, 1);
        index < tasks;
        index = Atomics.add(control, at.next, 1)
      ) {
        task(args, index);
      }
    } finally {
      Atomics.store(control, at.next, 0x40000000);
      waitForAll(control);
    }
    if (control[at.failed] !== 0) throw failure(control);
  }

  /** Ends the threads; they are started again when they are needed. */
  stop(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    this.#control = undefined;
    this.#generation = -1;
  }

  /** The control block, if a thread is up. */
  #joined(): Int32Array | undefined {
    const control = this.#control;
    if (control === undefined || this.#generation !== this.#pool.memory.generation) return undefined;
    return Atomics.load(control, at.ready) > 0 ? control : undefined;
  }

  /** Starts threads on the memory there is now; they are not up yet. */
  #hire(): void {
    const { memory } = this.#pool;
    if (this.#host === undefined || this.#generation === memory.generation) return;
    this.#generation = memory.generation;
    this.#control = new Int32Array(memory.buffer, 0, 1024);
    for (let k = 0; k < this.#host.count; k++) this.#stops.push(this.#host.start(memory.memory));
  }
}

/** Closes the gate, and waits until every thread that came through it has left. */
function waitForAll(control: Int32Array): void {
  let inside = Atomics.and(control, at.gate, ~1) & ~1;
  for (let k = 0; k < spins && inside !== 0; k++) inside = Atomics.load(control, at.gate);
  while (inside !== 0) {
    sleep(control, at.gate, inside);
    inside = Atomics.load(control, at.gate);
  }
}

/** Waits for a change; on a page's main thread, which may not sleep, it looks again and again. */
function sleep(control: Int32Array, index: number, value: number): void {
  try {
    Atomics.wait(control, index, value);
  } catch {
    while (Atomics.load(control, index) === value);
  }
}

function failure(control: Int32Array): Error {
  const units = control.subarray(at.message, at.message + control[at.failed]!);
  const text = String.fromCharCode(...units);
  return new WebAssembly.RuntimeError(text.replace(/^RuntimeError: /, ""));
}
