import type { Timing } from "./output.ts";
import { TIMER_RESOLUTION_MS } from "./duration.ts";
import { isEdited, sourceOf, type NotebookDocument } from "./document.ts";
import type { LessonCell } from "./lesson.ts";

/** One timed run and the cell it ran in. */
export interface TimedRun {
  readonly cellId: string;
  readonly timing: Timing;
}

/**
 * The first call beside the calls after it.
 *
 * "First" is the first run since the worker started or the source changed, or a later one that had to compile
 * kernels again: it is where the costs of a first call show. "Cached" is the latest run after it, so that
 * running a cell again always changes the number; the best of them is kept beside it.
 */
export interface TimingHistory {
  readonly first: TimedRun;
  readonly cached: TimedRun | null;
  /** The latest cached run of each cell that made one: a cell shows its own where it can. */
  readonly cachedByCell: Readonly<Record<string, TimedRun>>;
  readonly cachedRuns: number;
  readonly bestCachedMs: number | null;
}

export type TimingHistories = Readonly<Record<string, TimingHistory>>;

/** Cells that time the same call share a history, as long as they read as the lesson has them. */
export function historyKey(document: NotebookDocument, cell: LessonCell): string {
  if (cell.call !== undefined && !isEdited(document, cell.id)) return `call ${cell.call}`;
  return `cell ${cell.id} ${sourceOf(document, cell.id)}`;
}

export function recordRun(history: TimingHistory | undefined, run: TimedRun): TimingHistory {
  if (history === undefined || run.timing.kernelsCompiled > 0) {
    return { first: run, cached: null, cachedByCell: {}, cachedRuns: 0, bestCachedMs: null };
  }
  return {
    first: history.first,
    cached: run,
    cachedByCell: { ...history.cachedByCell, [run.cellId]: run },
    cachedRuns: history.cachedRuns + 1,
    bestCachedMs: Math.min(history.bestCachedMs ?? Infinity, run.timing.wallMs),
  };
}

/** The history as one of its cells shows it: with that cell's own cached run, if it made one. */
export function historyOfCell(history: TimingHistory, cellId: string): TimingHistory {
  const own = history.cachedByCell[cellId];
  return own === undefined ? history : { ...history, cached: own };
}

/** How the two calls compare, in words; `undefined` while there is only one. */
export function describeRatio(history: TimingHistory): string | undefined {
  if (history.cached === null) return undefined;
  const first = history.first.timing;
  const cachedMs = history.cached.timing.wallMs;
  if (first.wallMs < TIMER_RESOLUTION_MS || cachedMs < TIMER_RESOLUTION_MS) {
    return "too short for this clock to compare";
  }
  const ratio = first.wallMs / cachedMs;
  if (ratio >= 1.05) {
    return `${formatRatio(ratio)}x faster ${first.kernelsCompiled > 0 ? "once compiled" : "the second time"}`;
  }
  if (ratio > 0.95) return "as long as the first call";
  return `${formatRatio(1 / ratio)}x slower than the first call`;
}

function formatRatio(ratio: number): string {
  return ratio < 9.95 ? ratio.toFixed(1) : ratio.toFixed(0);
}

/** What the lecture's T4 took for the first and for the cached call of a history, where it printed them. */
export interface LectureTimes {
  readonly firstMs?: number;
  readonly cachedMs?: number;
}

/** The lecture's times to set beside this cell's history. */
export function lectureTimes(document: NotebookDocument, cell: LessonCell): LectureTimes {
  const sameCall = document.cells.filter((other) => cell.call !== undefined && other.call === cell.call);
  const [opening, ...repeats] = sameCall.length === 0 ? [cell] : sameCall;
  const repeat =
    repeats.find((other) => other.id === cell.id) ?? repeats.find((other) => other.t4Ms !== undefined);
  return {
    ...(opening?.t4Ms === undefined ? {} : { firstMs: opening.t4Ms }),
    ...(repeat?.t4Ms === undefined ? {} : { cachedMs: repeat.t4Ms }),
  };
}

/** One distinct call of the lesson with what it took here and what it took the lecture. */
export interface SummaryRow {
  readonly call: string;
  readonly history: TimingHistory | undefined;
  readonly lecture: LectureTimes;
}

/** The lesson's timed calls in reading order. */
export function timingSummary(document: NotebookDocument, histories: TimingHistories): readonly SummaryRow[] {
  const calls = new Set(document.cells.flatMap((cell) => (cell.call === undefined ? [] : [cell.call])));
  return [...calls].flatMap((call) => {
    const opening = document.cells.find((cell) => cell.call === call);
    return opening === undefined
      ? []
      : [{ call, history: histories[`call ${call}`], lecture: lectureTimes(document, opening) }];
  });
}
