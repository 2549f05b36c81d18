import { provideThreadHost, threadCount } from "./thread-host.ts";
import { threadSource } from "./thread-source.ts";
import type { Reserved } from "./wasm-memory.ts";

/** The end of a channel. */
interface Port {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent<Reserved | undefined>) => unknown) | null;
}

/**
 * Has another context make threads and the memory they share, where this one may use shared memory but not pass it on.
 * `first` is the first memory. The other end of `port` answers
 *
 *     { type: "memory", initial, maximum }  with { memory, maximum }, in pages, or undefined when there is none left,
 *     { type: "start", id, source }         by starting a thread that runs `source` and is posted the latest memory,
 *     { type: "stop", id }                  by ending it.
 *
 * To be called before arrays are made. One CPU device has the threads; another one works alone.
 */
export function useRemoteThreads(port: Port, first: Reserved): void {
  let ready: Reserved | undefined = first;
  let threads = 0;
  const waiting: ((reserved: Reserved | undefined) => void)[] = [];
  port.onmessage = ({ data }) => waiting.shift()?.(data);
  provideThreadHost({
    count: threadCount(navigator.hardwareConcurrency),
    makeMemory: (initial, maximum) => {
      const reserved = ready;
      ready = undefined;
      if (reserved !== undefined) return reserved;
      return new Promise((resolve, reject) => {
        waiting.push((made) => {
          if (made === undefined) reject(new RangeError("no memory is left to share"));
          else resolve(made);
        });
        port.postMessage({ type: "memory", initial, maximum });
      });
    },
    start: () => {
      threads += 1;
      const id = threads;
      port.postMessage({ type: "start", id, source: threadSource });
      return () => {
        port.postMessage({ type: "stop", id });
      };
    },
  });
}
