/** Cells waiting for their turn. Plain data: the notebook sends one cell at a time and asks for the next. */
export interface RunQueue {
  readonly waiting: readonly string[];
  /** What the worker has now. */
  readonly current: { readonly cellId: string; readonly runId: number } | null;
  /** Cells of this pass, and how many of them have ended: the progress line. */
  readonly total: number;
  readonly ended: number;
}

export const EMPTY_QUEUE: RunQueue = { waiting: [], current: null, total: 0, ended: 0 };

export function isBusy(queue: RunQueue): boolean {
  return queue.current !== null || queue.waiting.length > 0;
}

/** Adds cells at the end, leaving out those that already wait. */
export function addCells(queue: RunQueue, cellIds: readonly string[]): RunQueue {
  const base = isBusy(queue) ? queue : EMPTY_QUEUE;
  const added = cellIds.filter((cellId) => !base.waiting.includes(cellId));
  return { ...base, waiting: [...base.waiting, ...added], total: base.total + added.length };
}

/** Hands the first waiting cell to the worker; unchanged while the worker is busy or nothing waits. */
export function takeNext(queue: RunQueue, runId: number): RunQueue {
  const [cellId, ...waiting] = queue.waiting;
  if (queue.current !== null || cellId === undefined) return queue;
  return { ...queue, waiting, current: { cellId, runId } };
}

/** The worker is done with its cell. */
export function endCurrent(queue: RunQueue): RunQueue {
  return { ...queue, current: null, ended: queue.ended + 1 };
}

/** Nothing waits any more; what runs goes on. */
export function dropWaiting(queue: RunQueue): RunQueue {
  return { ...queue, waiting: [], total: queue.total - queue.waiting.length };
}
