import type { ArrayBase } from "./array-base.ts";

/**
 * Intermediate arrays of a derivative that nobody outside can see. JavaScript gives memory back only between tasks;
 * a loop of gradient steps in one cell would keep every step's intermediates until it ends.
 */
export class Scratch {
  readonly #arrays = new Set<ArrayBase>();

  add(arrays: readonly ArrayBase[]): void {
    for (const array of arrays) this.#arrays.add(array);
  }

  /** Deletes everything but `kept`. The scratch is empty afterwards. */
  deleteExcept(kept: ReadonlySet<unknown>): void {
    for (const array of this.#arrays) if (!kept.has(array)) (array as Partial<Deletable>).delete?.();
    this.#arrays.clear();
  }
}

interface Deletable extends ArrayBase {
  delete(): void;
}

let active: Scratch | undefined;

/** Where concrete arrays made now are noted, if anywhere. */
export function activeScratch(): Scratch | undefined {
  return active;
}

/** Runs `body`, noting the concrete arrays it makes; with undefined they are the user's and stay. */
export function withScratch<T>(scratch: Scratch | undefined, body: () => T): T {
  const previous = active;
  active = scratch;
  try {
    return body();
  } finally {
    active = previous;
  }
}
