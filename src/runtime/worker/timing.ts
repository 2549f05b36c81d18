import type { MemoryInfo, Timing } from "../protocol.ts";
import { counters, memory } from "./engine-door.ts";

/** Measures stretches of work: the clock, and what the engine counted meanwhile. */
export class Stopwatch {
  readonly #started = performance.now();
  readonly #before = { ...counters };

  /** Wall time since the start, in milliseconds. */
  get wallMs(): number {
    return performance.now() - this.#started;
  }

  /** Everything since the start. */
  read(): Timing {
    const before = this.#before;
    return {
      wallMs: this.wallMs,
      traceMs: counters.traceMs - before.traceMs,
      compileMs: counters.compileMs - before.compileMs,
      kernelsCompiled: counters.kernelsCompiled - before.kernelsCompiled,
      kernelsRun: counters.kernelsRun - before.kernelsRun,
      runMs: counters.runMs - before.runMs,
      readMs: counters.readMs - before.readMs,
    };
  }
}

/** The engine's memory, without anything else it may carry. */
export function memoryNow(): MemoryInfo {
  const { liveBytes, peakBytes, pooledBytes } = memory();
  return { liveBytes, peakBytes, pooledBytes };
}
