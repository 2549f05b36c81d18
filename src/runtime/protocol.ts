/**
 * Every message that crosses between the page and the sandboxed worker.
 *
 * Types and nothing else: both sides import this file, so it must pull in neither the engine nor the DOM.
 * Messages are plain structured-cloneable data; outputs are text or plain figures, never markup.
 */

export type DeviceChoice = "auto" | "cpu" | "webgpu";

/** What the engine computes on. `name` is the adapter's own name, or "CPU". */
export interface DeviceInfo {
  readonly kind: "cpu" | "webgpu";
  readonly name: string;
  /** Limits that decide what fits, in bytes or counts: name as WebGPU spells it. */
  readonly limits: readonly { readonly name: string; readonly value: number }[];
  /** Why another device than the one asked for is used; absent when there is nothing to explain. */
  readonly note?: string;
  /** Whether `x.item()`, `if (x > 0)` and `block_until_ready()` can wait on this device. */
  readonly synchronousReads: boolean;
}

/** Device bytes held by arrays now, at most since the worker started, and kept for reuse. */
export interface MemoryInfo {
  readonly liveBytes: number;
  readonly peakBytes: number;
  readonly pooledBytes: number;
}

/** One timed stretch of work; all times in milliseconds. `wallMs` covers the rest and more. */
export interface Timing {
  readonly wallMs: number;
  readonly traceMs: number;
  readonly compileMs: number;
  /** How many kernels were compiled in this stretch (0 = everything came from the cache). */
  readonly kernelsCompiled: number;
  /** How many kernels were dispatched. */
  readonly kernelsRun: number;
  readonly runMs: number;
  readonly readMs: number;
}

/** A place in a cell; line and column count from 1. */
export interface CellLocation {
  readonly cellId: string;
  readonly line: number;
  readonly column: number;
  /** The function the frame is in; absent at the top level of the cell. */
  readonly functionName?: string;
}

export interface CellError {
  /** "TypeError", "SyntaxError", "TracerBoolConversionError", ... */
  readonly name: string;
  readonly message: string;
  /** What to try instead, one sentence; absent when there is nothing better to say than the message. */
  readonly hint?: string;
  /** Innermost frame first; only frames inside cells. */
  readonly frames: readonly CellLocation[];
}

/** What a figure is made of: plain data, every number finite. */
export type FigureValue = string | number | boolean | null | readonly FigureValue[] | FigureFields;
export interface FigureFields {
  readonly [name: string]: FigureValue;
}

/**
 * A figure in Plotly's terms, thinned out for drawing. Colours may name the page's own: "C0" to "C9", "ink",
 * "ink-quiet", "paper", "rule" or "red", with an opacity after a slash ("C0/0.3"). `check-figure.ts` says what is
 * let through.
 */
export interface Figure {
  readonly data: readonly FigureFields[];
  readonly layout: FigureFields;
  /** The size it was made for in CSS pixels; the page keeps the proportions. */
  readonly width: number;
  readonly height: number;
  /** What the figure leaves out, one sentence each ("showing 4,000 of 50,000,000 points"). */
  readonly notes: readonly string[];
}

export type OutputItem =
  | { readonly kind: "text"; readonly stream: "stdout" | "stderr"; readonly text: string }
  /** The repr of the cell's last expression. */
  | { readonly kind: "value"; readonly text: string }
  /** What `%time`, `%%time` or `%timeit` measured. `loops` and `bestMs` are set by `%timeit` only. */
  | {
      readonly kind: "timing";
      readonly magic: "%time" | "%%time" | "%timeit";
      readonly timing: Timing;
      readonly loops?: number;
      readonly bestMs?: number;
      readonly meanMs?: number;
      readonly stdMs?: number;
    }
  | { readonly kind: "figure"; readonly figure: Figure }
  /** Output dropped because the cell printed too much. */
  | { readonly kind: "truncated"; readonly droppedCharacters: number }
  | { readonly kind: "error"; readonly error: CellError };

export type PageToWorker =
  /** First message: choose the device and become ready. */
  | { readonly type: "start"; readonly device: DeviceChoice }
  /** Cells run one at a time, in the order sent. `number` names the cell in messages ("cell 13"). */
  | {
      readonly type: "run";
      readonly runId: number;
      readonly cellId: string;
      readonly number: number;
      readonly source: string;
    }
  /** Ask the running cell to stop at its next loop turn or await; variables survive. Queued runs are dropped. */
  | { readonly type: "interrupt" };

export type WorkerToPage =
  | { readonly type: "ready"; readonly device: DeviceInfo; readonly memory: MemoryInfo }
  /** The worker could not start at all (for instance a forced device that is missing). */
  | { readonly type: "startFailed"; readonly error: CellError }
  | { readonly type: "started"; readonly runId: number; readonly executionCount: number }
  | { readonly type: "output"; readonly runId: number; readonly items: readonly OutputItem[] }
  | {
      readonly type: "finished";
      readonly runId: number;
      readonly status: "done" | "error" | "interrupted";
      /** The whole cell, read-back of its output included. */
      readonly timing: Timing;
      readonly memory: MemoryInfo;
      /** Top-level names the cell read and wrote, for stale marks. */
      readonly reads: readonly string[];
      readonly writes: readonly string[];
    }
  /** Sent while a cell runs, at most a few times a second. */
  | { readonly type: "memory"; readonly memory: MemoryInfo }
  /** The device was lost; the next run starts a new one. */
  | { readonly type: "deviceLost"; readonly message: string };
