import { messageOf } from "./device.ts";

/** Collects what goes wrong on the device's own time, so that the next wait throws it instead of giving zeros. */
export class Failures {
  readonly #pending = new Set<Promise<unknown>>();
  #first: Error | undefined;

  record(error: Error): void {
    this.#first ??= error;
  }

  /** Watches an error scope that was just closed. */
  watch(scope: Promise<GPUError | null>, doing: string): void {
    const seen = scope.then(
      (error) => {
        if (error !== null) this.record(new Error(`the device failed at ${doing}: ${error.message}`));
      },
      // A lost device rejects the scopes that were open; the loss itself is reported elsewhere.
      (reason: unknown) => this.record(new Error(`the device failed at ${doing}: ${messageOf(reason)}`)),
    );
    this.#pending.add(seen);
    void seen.then(() => this.#pending.delete(seen));
  }

  /** Waits for the scopes that are still open. */
  async settle(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** Throws the first failure since the last call, once. */
  throwIfAny(): void {
    const error = this.#first;
    this.#first = undefined;
    if (error !== undefined) throw error;
  }
}
