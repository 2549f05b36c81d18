import { threadSource } from "./thread-source.ts";
import { reserveMemory, type MemorySource } from "./wasm-memory.ts";

/** Where threads and the memory they share come from. */
export interface ThreadHost {
  /** How many threads there can be beside the calling one. */
  readonly count: number;
  readonly makeMemory: MemorySource;
  /** Starts one on the memory made last; gives what ends it. It says by itself that it is up. */
  start(memory: WebAssembly.Memory): () => void;
}

/** More threads than this wait for memory more than they compute. */
const maxThreads = 7;

/** Words of the module in Node that makes threads. */
interface NodeThreads {
  readonly Worker: new (
    source: string,
    options: object,
  ) => {
    postMessage(value: unknown): void;
    unref(): void;
    on(event: "error", listener: () => void): void;
    terminate(): Promise<number>;
  };
}

let provided: ThreadHost | undefined;

/** Names a host to use in place of the context's own: where this context may not make threads itself. */
export function provideThreadHost(host: ThreadHost): void {
  provided = host;
}

/** The host of this context; undefined where memory cannot be shared. */
export function threadHost(): ThreadHost | undefined {
  return provided ?? nodeHost() ?? browserHost();
}

/** How many threads to start on a machine of so many processors. */
export function threadCount(processors: number | undefined): number {
  return Math.max(0, Math.min(maxThreads, (processors ?? 1) - 1));
}

function nodeHost(): ThreadHost | undefined {
  const { process } = globalThis as {
    process?: { versions?: { node?: string }; getBuiltinModule?: (name: string) => unknown };
  };
  if (process?.versions?.node === undefined || process.getBuiltinModule === undefined) return undefined;
  const { Worker } = process.getBuiltinModule("node:worker_threads") as NodeThreads;
  const system = process.getBuiltinModule("node:os") as { availableParallelism(): number };
  return {
    count: threadCount(system.availableParallelism()),
    makeMemory: reserveMemory(true),
    start: (memory) => {
      const worker = new Worker(threadSource, { eval: true, execArgv: [] });
      worker.unref();
      worker.on("error", () => undefined); // One that does not come up is not missed.
      worker.postMessage(memory);
      return () => void worker.terminate();
    },
  };
}

function browserHost(): ThreadHost | undefined {
  if ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated !== true) return undefined;
  const count = threadCount(navigator.hardwareConcurrency);
  return {
    count,
    makeMemory: reserveMemory(true),
    start: (memory) => {
      const url = URL.createObjectURL(new Blob([threadSource], { type: "text/javascript" }));
      const worker = new Worker(url);
      worker.onerror = (event) => event.preventDefault();
      worker.postMessage(memory);
      return () => {
        worker.terminate();
        URL.revokeObjectURL(url);
      };
    },
  };
}
