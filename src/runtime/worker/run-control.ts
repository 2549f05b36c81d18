import type { OutputItem } from "../protocol.ts";
import { consumePendingBlock, release, synchronize } from "./engine-door.ts";
import { finishWrites } from "./numpy/pending-writes.ts";
import { Stopwatch } from "./timing.ts";

/** Ends a cell that the reader stopped. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** How long the loops of a cell run between two looks at the messages. */
const turnMs = 50;
/** The clock is read once in so many turns at most: a turn costs a nanosecond, the clock fifty. */
const maxTurnsPerLook = 64;
/** `%timeit`: how long one repetition takes at least, how many there are, and when it is enough. */
const repetitionMs = 200;
const repetitions = 7;
const timeitBudgetMs = 2000;

/** How long a stopped cell that waits for something may take to notice. */
const graceMs = 1000;

/** One run of a cell: where Stop takes effect, and its timing magics. The generated code calls it. */
export class RunControl {
  readonly #emit: (item: OutputItem) => void;
  #interrupted = false;
  #lastPause = performance.now();
  #turnsLeft = 1;
  #turnsPerLook = 1;
  #abandon: (() => void) | undefined;
  /** Rejects when the reader stopped the cell and the cell did not end by itself. */
  readonly abandoned: Promise<never>;

  constructor(emit: (item: OutputItem) => void) {
    this.#emit = emit;
    this.abandoned = new Promise((_, reject) => {
      this.#abandon = () => reject(new Interrupted("The cell was stopped."));
    });
    // Whether anybody waits for it is not this promise's concern.
    this.abandoned.catch(() => undefined);
  }

  /** The reader presses Stop. */
  interrupt(): void {
    this.#interrupted = true;
    setTimeout(() => this.#abandon?.(), graceMs);
  }

  /** Whether a loop should pause now. */
  due(): boolean {
    if (--this.#turnsLeft > 0) return false;
    const elapsed = performance.now() - this.#lastPause;
    // Slow turns are looked at one by one, fast ones in growing steps.
    this.#turnsPerLook = elapsed < 1 ? Math.min(maxTurnsPerLook, this.#turnsPerLook * 2) : this.#turnsPerLook;
    if (elapsed >= turnMs) this.#turnsPerLook = Math.max(1, this.#turnsPerLook >> 1);
    this.#turnsLeft = this.#turnsPerLook;
    return elapsed >= turnMs;
  }

  /** Lets messages in, output out and timers run; throws when the cell was stopped. */
  async pause(): Promise<void> {
    await nextTask();
    this.#lastPause = performance.now();
    this.#check();
  }

  /** Passes on what an `await` gave, unless the cell was stopped meanwhile. */
  resumed<T>(value: T): T {
    this.#check();
    return value;
  }

  #check(): void {
    if (this.#interrupted) throw new Interrupted("The cell was stopped.");
  }

  /** `%time f()`: prints what the call took and passes its value on. */
  async time(f: () => unknown, temporary = false): Promise<unknown> {
    consumePendingBlock();
    const watch = new Stopwatch();
    let value = f();
    if (value instanceof Promise) value = await value;
    await finishPending();
    this.#emit({ kind: "timing", magic: "%time", timing: watch.read() });
    if (temporary) release(value);
    return value;
  }

  /** `%timeit f()`: repeats the call and prints mean and deviation of one. */
  async timeit(f: () => unknown, temporary = false): Promise<void> {
    const total = new Stopwatch();
    const batch = async (loops: number): Promise<number> => {
      const started = performance.now();
      for (let loop = 0; loop < loops; loop++) {
        let value = f();
        // Waiting for what is already there would be most of the time of a fast call.
        if (value instanceof Promise) value = await value;
        if (consumePendingBlock()) await synchronize();
        if (temporary) release(value);
        if (this.due()) await this.pause();
      }
      return performance.now() - started;
    };
    let loops = 1;
    let lasted = await batch(loops);
    while (lasted < repetitionMs && total.wallMs + 20 * lasted < timeitBudgetMs) {
      loops *= 10;
      lasted = await batch(loops);
    }
    const runs = [lasted / loops];
    while (runs.length < repetitions && total.wallMs + lasted < timeitBudgetMs) {
      lasted = await batch(loops);
      runs.push(lasted / loops);
    }
    this.#emit({ kind: "timing", magic: "%timeit", timing: total.read(), loops, ...statistics(runs) });
  }
}

function statistics(runs: readonly number[]): { bestMs: number; meanMs: number; stdMs: number } {
  const meanMs = runs.reduce((sum, run) => sum + run, 0) / runs.length;
  const variance = runs.reduce((sum, run) => sum + (run - meanMs) ** 2, 0) / runs.length;
  return { bestMs: Math.min(...runs), meanMs, stdMs: Math.sqrt(variance) };
}

/** Waits for a `block_until_ready` that could not wait by itself, and for elements on their way to the host. */
export async function finishPending(): Promise<void> {
  finishWrites();
  if (consumePendingBlock()) await synchronize();
}

/** Resolves in a task of its own, without the delay that browsers add to nested timers. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
