import type { CellError, OutputItem, Timing } from "../runtime/protocol.ts";

export type CellStatus = "idle" | "queued" | "running" | "done" | "error";

/** How the run whose output is shown came to its end. */
export type CellOutcome = "done" | "error" | "expected-error" | "interrupted" | "lost";

/** What the reader sees of a cell's life. Each function below is one arrow of its state machine. */
export interface CellState {
  readonly status: CellStatus;
  /** The number in brackets, `[3]`; null until the cell has run in this worker. */
  readonly executionCount: number | null;
  readonly outputs: readonly OutputItem[];
  /** The source that produced the outputs. */
  readonly ranSource: string | null;
  readonly outcome: CellOutcome | null;
  /** The whole run, read-back of its output included. */
  readonly timing: Timing | null;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** The outputs are older than the worker, or than the pass that was cut short. */
  readonly leftOver: boolean;
}

export const NEVER_RUN: CellState = {
  status: "idle",
  executionCount: null,
  outputs: [],
  ranSource: null,
  outcome: null,
  timing: null,
  reads: [],
  writes: [],
  leftOver: false,
};

export function enqueue(cell: CellState): CellState {
  return { ...cell, status: "queued" };
}

/** Out of the queue without having run. */
export function dequeue(cell: CellState): CellState {
  return { ...cell, status: "idle", leftOver: cell.ranSource !== null };
}

/** Sent to the worker; the old output stays visible until the worker starts. */
export function begin(cell: CellState): CellState {
  return { ...cell, status: "running" };
}

export function started(cell: CellState, executionCount: number, source: string): CellState {
  return { ...NEVER_RUN, status: "running", executionCount, ranSource: source, writes: cell.writes };
}

export function appendOutputs(cell: CellState, items: readonly OutputItem[]): CellState {
  const outputs = [...cell.outputs];
  for (const item of items) {
    const last = outputs.at(-1);
    if (item.kind === "text" && last?.kind === "text" && last.stream === item.stream) {
      outputs[outputs.length - 1] = { ...last, text: last.text + item.text };
    } else {
      outputs.push(item);
    }
  }
  return { ...cell, outputs };
}

export interface CellEnd {
  readonly status: "done" | "error" | "interrupted";
  readonly timing: Timing;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

export function finish(cell: CellState, end: CellEnd, raises: string | undefined): CellState {
  const { timing, reads, writes } = end;
  const failed = { ...cell, status: "error", timing, reads, writes } as const;
  if (end.status === "interrupted") return { ...failed, outcome: "interrupted" };
  if (end.status === "done") return { ...failed, status: "done", outcome: "done" };
  const expected = raises !== undefined && errorOf(cell)?.name === raises;
  return { ...failed, outcome: expected ? "expected-error" : "error" };
}

/** The worker went away under the running cell. */
export function lose(cell: CellState): CellState {
  return { ...cell, status: "error", outcome: "lost" };
}

/** A new worker knows nothing of this cell; its output stays readable, marked as left over. */
export function forget(cell: CellState): CellState {
  if (cell.outcome === "lost") return { ...cell, executionCount: null };
  return { ...cell, status: "idle", executionCount: null, leftOver: cell.ranSource !== null };
}

/** The error the cell ended with, if it did. */
export function errorOf(cell: CellState): CellError | undefined {
  return cell.outputs.findLast((item) => item.kind === "error")?.error;
}

/** What the cell's own magic measured, else the whole run. */
export function measuredTiming(cell: CellState): Timing | null {
  return cell.outputs.findLast((item) => item.kind === "timing")?.timing ?? cell.timing;
}
