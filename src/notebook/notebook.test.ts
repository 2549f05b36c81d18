import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DeviceChoice, OutputItem, Timing, WorkerToPage } from "../runtime/protocol.ts";
import { Notebook, STOP_PATIENCE_MS, type NotebookRuntime } from "./notebook.ts";
import { parseLesson } from "./parse-lesson.ts";

type SentCell = Parameters<NotebookRuntime["run"]>[0];

const TIMING: Timing = {
  wallMs: 300,
  traceMs: 1,
  compileMs: 200,
  kernelsCompiled: 2,
  kernelsRun: 2,
  runMs: 90,
  readMs: 1,
};
const MEMORY = { liveBytes: 8, peakBytes: 16, pooledBytes: 0 };

/** A runtime in memory: remembers what it was asked and lets a test answer as the worker would. */
class MemoryRuntime implements NotebookRuntime {
  readonly sent: SentCell[] = [];
  readonly calls: string[] = [];
  #listener: (message: WorkerToPage) => void = () => undefined;
  #executionCount = 0;

  start(device: DeviceChoice): void {
    this.calls.push(`start ${device}`);
  }
  run(cell: SentCell): void {
    this.sent.push(cell);
  }
  interrupt(): void {
    this.calls.push("interrupt");
  }
  terminateAndRestart(): void {
    this.#executionCount = 0;
    this.calls.push("restart");
  }
  dispose(): void {
    this.calls.push("dispose");
  }
  onMessage(listener: (message: WorkerToPage) => void): () => void {
    this.#listener = listener;
    return () => undefined;
  }

  ready(): void {
    const device = { kind: "cpu", name: "CPU", limits: [], synchronousReads: true } as const;
    this.#listener({ type: "ready", device, memory: MEMORY });
  }
  say(message: WorkerToPage): void {
    this.#listener(message);
  }
  /** Runs the cell that was sent last to its end. */
  finish(
    status: "done" | "error" | "interrupted" = "done",
    items: readonly OutputItem[] = [],
    timing: Timing = TIMING,
  ): void {
    const runId = this.sent.at(-1)?.runId ?? -1;
    this.#executionCount += 1;
    this.#listener({ type: "started", runId, executionCount: this.#executionCount });
    this.#listener({ type: "output", runId, items });
    this.#listener({ type: "finished", runId, status, timing, memory: MEMORY, reads: [], writes: [] });
  }
}

const LESSON = parseLesson(
  "---\ntitle: T\nsummary: S.\ncredit: C.\n---\n" +
    '```ts {#one}\n1\n```\n```ts {#two raises="TypeError"}\n2\n```\n```ts {#three}\n3\n```\n```ts {#four}\n4\n```\n',
);
const error = (name: string): OutputItem => ({ kind: "error", error: { name, message: "no", frames: [] } });

let runtime: MemoryRuntime;
let notebook: Notebook;
const statuses = (): string =>
  Object.values(notebook.store.getState().cells)
    .map((cell) => cell.status)
    .join(" ");
const cell = (id: string) => notebook.store.getState().cells[id];

beforeEach(() => {
  vi.useFakeTimers();
  runtime = new MemoryRuntime();
  notebook = new Notebook(LESSON, runtime);
  notebook.start("auto");
});
afterEach(() => {
  vi.useRealTimers();
});

describe("running", () => {
  it("waits for the worker, then sends one cell at a time with its number and source", () => {
    notebook.runAll();
    expect(runtime.sent).toEqual([]);
    expect(statuses()).toBe("queued queued queued queued");
    runtime.ready();
    expect(runtime.sent).toEqual([{ runId: 1, cellId: "one", number: 1, source: "1" }]);
    expect(statuses()).toBe("running queued queued queued");
    runtime.finish();
    expect(runtime.sent).toHaveLength(2);
    expect(statuses()).toBe("done running queued queued");
    expect(cell("one")?.executionCount).toBe(1);
  });

  it("goes on after the error a cell is meant to raise", () => {
    runtime.ready();
    notebook.runAll();
    runtime.finish();
    runtime.finish("error", [error("TypeError")]);
    expect(statuses()).toBe("done error running queued");
    expect(cell("two")?.outcome).toBe("expected-error");
  });

  it("stops at any other error and sends the rest back to idle", () => {
    runtime.ready();
    notebook.runAll();
    runtime.finish();
    runtime.finish("error", [error("RangeError")]);
    expect(statuses()).toBe("done error idle idle");
    const { notice, announcement } = notebook.store.getState();
    expect(notice).toEqual({ kind: "stopped-at-error", cellId: "two", notRun: 2 });
    expect(announcement).toBe("Cell 2 failed: RangeError: no");
  });

  it("runs the cells above one", () => {
    runtime.ready();
    notebook.runAbove("three");
    runtime.finish();
    runtime.finish("error", [error("TypeError")]);
    expect(runtime.sent.map((sent) => sent.cellId)).toEqual(["one", "two"]);
    expect(notebook.store.getState().announcement).toBe("2 cells ran.");
  });

  it("queues a running cell once more when asked twice", () => {
    runtime.ready();
    notebook.run("one");
    notebook.run("one");
    notebook.run("one");
    runtime.finish();
    expect(statuses()).toBe("running idle idle idle");
    runtime.finish();
    expect(runtime.sent).toHaveLength(2);
    expect(statuses()).toBe("done idle idle idle");
  });

  it("sends the edited source and ignores messages of a run that is over", () => {
    runtime.ready();
    notebook.edit("one", "10");
    notebook.run("one");
    expect(runtime.sent[0]?.source).toBe("10");
    runtime.finish();
    runtime.say({ type: "output", runId: 1, items: [{ kind: "value", text: "late" }] });
    expect(cell("one")?.outputs).toEqual([]);
  });
});

describe("timings", () => {
  it("keeps the first run beside the later ones, and starts over with the source", () => {
    runtime.ready();
    notebook.run("one");
    runtime.finish();
    notebook.run("one");
    runtime.finish("done", [], { ...TIMING, wallMs: 100, kernelsCompiled: 0 });
    const [history] = Object.values(notebook.store.getState().histories);
    expect([history?.first.timing.wallMs, history?.cached?.timing.wallMs]).toEqual([300, 100]);
    notebook.edit("one", "10");
    notebook.run("one");
    runtime.finish();
    const latest = Object.values(notebook.store.getState().histories).at(-1);
    expect([latest?.first.timing.wallMs, latest?.cached]).toEqual([300, null]);
  });

  it("records no time for a run that failed", () => {
    runtime.ready();
    notebook.run("two");
    runtime.finish("error", [error("TypeError")]);
    expect(notebook.store.getState().histories).toEqual({});
  });
});

describe("stopping", () => {
  it("interrupts what runs and empties the queue", () => {
    runtime.ready();
    notebook.runAll();
    notebook.stop();
    notebook.stop();
    expect(runtime.calls).toEqual(["start auto", "interrupt"]);
    expect(statuses()).toBe("running idle idle idle");
    runtime.finish("interrupted");
    expect(statuses()).toBe("error idle idle idle");
    expect(cell("one")?.outcome).toBe("interrupted");
    vi.advanceTimersByTime(STOP_PATIENCE_MS);
    expect(notebook.store.getState().stop).toBe("none");
  });

  it("offers force after two seconds; force loses the variables and says so", () => {
    runtime.ready();
    notebook.run("one");
    runtime.finish();
    notebook.run("three");
    notebook.stop();
    vi.advanceTimersByTime(STOP_PATIENCE_MS - 1);
    expect(notebook.store.getState().stop).toBe("asked");
    vi.advanceTimersByTime(1);
    expect(notebook.store.getState().stop).toBe("overdue");
    notebook.forceStop();
    expect(runtime.calls).toContain("restart");
    expect(cell("three")).toMatchObject({ status: "error", outcome: "lost" });
    expect(cell("one")).toMatchObject({ status: "idle", executionCount: null, leftOver: true });
    const { notice, stop, histories, device } = notebook.store.getState();
    expect(notice).toEqual({ kind: "force-stopped", cellId: "three" });
    expect([stop, histories, device]).toEqual(["none", {}, { phase: "starting" }]);
  });

  it("holds cells asked for during a restart until the new worker is ready", () => {
    runtime.ready();
    notebook.restart();
    notebook.run("one");
    expect(runtime.sent).toEqual([]);
    runtime.ready();
    expect(runtime.sent).toHaveLength(1);
  });
});

it("gives up the running cell when the worker dies under it", () => {
  runtime.ready();
  notebook.runAll();
  runtime.say({ type: "startFailed", error: { name: "Error", message: "crash", frames: [] } });
  expect(statuses()).toBe("error idle idle idle");
  expect(cell("one")?.outcome).toBe("lost");
  notebook.restart();
  runtime.ready();
  expect(notebook.store.getState().device.phase).toBe("ready");
});

it("sends the queue back to idle when the engine cannot start", () => {
  notebook.runAll();
  runtime.say({ type: "startFailed", error: { name: "Error", message: "no adapter", frames: [] } });
  expect(statuses()).toBe("idle idle idle idle");
  expect(notebook.store.getState().device.phase).toBe("failed");
});
