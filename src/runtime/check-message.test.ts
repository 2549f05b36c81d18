import { describe, expect, test } from "vitest";
import { isWorkerMessage } from "./check-message.ts";
import type { WorkerToPage } from "./protocol.ts";

const timing = {
  wallMs: 1.5,
  traceMs: 0,
  compileMs: 0,
  kernelsCompiled: 1,
  kernelsRun: 2,
  runMs: 0,
  readMs: 0,
};
const memory = { liveBytes: 1, peakBytes: 2, pooledBytes: 3 };
const device = {
  kind: "cpu",
  name: "CPU",
  limits: [{ name: "m", value: 1 }],
  synchronousReads: true,
} as const;
const error = { name: "E", message: "m", hint: "h", frames: [{ cellId: "a", line: 1, column: 2 }] };

const good: readonly WorkerToPage[] = [
  { type: "ready", device: { ...device, note: "why" }, memory },
  { type: "startFailed", error },
  { type: "started", runId: 1, executionCount: 1 },
  {
    type: "output",
    runId: 1,
    items: [
      { kind: "text", stream: "stderr", text: "t" },
      { kind: "value", text: "v" },
      { kind: "timing", magic: "%timeit", timing, loops: 10, bestMs: 1, meanMs: 1, stdMs: 0 },
      { kind: "truncated", droppedCharacters: 5 },
      {
        kind: "error",
        error: { ...error, frames: [{ cellId: "a", line: 1, column: 1, functionName: "f" }] },
      },
    ],
  },
  { type: "finished", runId: 1, status: "interrupted", timing, memory, reads: ["a"], writes: [] },
  { type: "memory", memory },
  { type: "deviceLost", message: "gone" },
];

describe("messages out of the sandbox", () => {
  test.each(good)("$type is let through", (message) => {
    expect(isWorkerMessage(message)).toBe(true);
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a text", "ready"],
    ["an unknown type", { type: "run" }],
    ["a type from the prototype", { type: "constructor" }],
    ["a missing field", { type: "started", runId: 1 }],
    ["an unheard-of field", { type: "memory", memory, html: "<b>" }],
    ["a wrong kind", { type: "deviceLost", message: 3 }],
    ["a negative count", { type: "started", runId: -1, executionCount: 1 }],
    ["a fraction for a count", { type: "started", runId: 0.5, executionCount: 1 }],
    ["no number", { type: "memory", memory: { ...memory, liveBytes: NaN } }],
    ["an item of another kind", { type: "output", runId: 1, items: [{ kind: "html", text: "<b>" }] }],
    ["items that are no list", { type: "output", runId: 1, items: { length: 0 } }],
    ["another status", { type: "finished", runId: 1, status: "ok", timing, memory, reads: [], writes: [] }],
    ["a frame without a line", { type: "startFailed", error: { ...error, frames: [{ cellId: "a" }] } }],
  ])("%s is dropped", (_, message) => {
    expect(isWorkerMessage(message)).toBe(false);
  });
});
