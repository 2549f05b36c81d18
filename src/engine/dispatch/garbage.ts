import { backends } from "./devices.ts";

/**
 * Device memory is given back when JavaScript collects the arrays that hold it, but a few small handles to hundreds
 * of megabytes on a GPU give a collector no reason to run. So the runtime asks for a collection between cells.
 */

/** A sweep is worth its few milliseconds when at least this much could come back. */
const worthwhileBytes = 1 << 20;
/** Allocating blocks that are never touched, 256 MiB a turn, makes the collector run after a few turns. */
const pressureBlockBytes = 1 << 26;
const pressureBlocksPerTurn = 4;
const pressureTurns = 24;

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

/**
 * Objects that only their weak references will know: when one is gone the collector has run. A young object goes in a
 * minor collection, which leaves old arrays alone, so each waits here for a few sweeps before it serves.
 */
const sentinels: object[] = [{}, {}, {}, {}];

async function sweep(): Promise<void> {
  const sentinel = new WeakRef(sentinels.shift()!);
  sentinels.push({});
  // A weak reference keeps its target until the job that made it ends.
  await nextTask();
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect !== undefined) collect();
  else await pressUntilCollected(sentinel);
  // Finalizers run as tasks of their own.
  await nextTask();
  await nextTask();
}

async function pressUntilCollected(sentinel: WeakRef<object>): Promise<void> {
  for (let turn = 0; turn < pressureTurns; turn++) {
    if (press() === 0) return;
    await nextTask();
    if (sentinel.deref() === undefined) return;
  }
}

/** Allocates and forgets; the sum is asked for because an optimizer drops an allocation nobody looks at. */
function press(): number {
  let bytes = 0;
  try {
    for (let block = 0; block < pressureBlocksPerTurn; block++) {
      bytes += new ArrayBuffer(pressureBlockBytes).byteLength;
    }
  } catch {
    // An allocation that fails has made the collector run, too.
  }
  return bytes;
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
