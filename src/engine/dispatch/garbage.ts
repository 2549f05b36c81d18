import { collectNow } from "../backend/collect-now.ts";
import { backends } from "./devices.ts";

/**
 * Device memory is given back when JavaScript collects the arrays that hold it, but a few small handles to hundreds
 * of megabytes on a GPU give a collector no reason to run. So the runtime asks for a collection between cells.
 */

/** A sweep is worth its few milliseconds when at least this much could come back. */
const worthwhileBytes = 1 << 20;

let liveAfterLastSweep = 0;

function liveBytes(): number {
  return backends().reduce((sum, backend) => sum + backend.memory().liveBytes, 0);
}

/**
 * Gives back the memory of arrays that nothing refers to any more. Resolves when that has happened.
 *
 * `mayBeGarbage` says that something was let go of since the last sweep (a variable was given a new value); without
 * it a sweep happens only after arrays were allocated.
 */
export async function collectGarbage(mayBeGarbage = false): Promise<void> {
  const grown = liveBytes() - liveAfterLastSweep;
  if ((mayBeGarbage ? liveBytes() : grown) < worthwhileBytes) return;
  await sweep();
  liveAfterLastSweep = liveBytes();
}

async function sweep(): Promise<void> {
  // What a weak reference has shown in this job lives until the job ends.
  await nextTask();
  collectNow();
  // Finalizers run as tasks of their own.
  await nextTask();
  await nextTask();
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
