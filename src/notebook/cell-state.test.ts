import { describe, expect, it } from "vitest";
import type { OutputItem, Timing } from "../runtime/protocol.ts";
import {
  appendOutputs,
  begin,
  dequeue,
  enqueue,
  finish,
  forget,
  lose,
  measuredTiming,
  NEVER_RUN,
  started,
} from "./cell-state.ts";

const timing: Timing = {
  wallMs: 10,
  traceMs: 1,
  compileMs: 2,
  kernelsCompiled: 1,
  kernelsRun: 3,
  runMs: 5,
  readMs: 1,
};
const end = { status: "done", timing, reads: ["x"], writes: ["y"] } as const;
const typeError: OutputItem = {
  kind: "error",
  error: { name: "TypeError", message: "no item assignment", frames: [] },
};

describe("a cell's life", () => {
  it("goes idle, queued, running, done", () => {
    const queued = enqueue(NEVER_RUN);
    expect(queued.status).toBe("queued");
    const running = started(begin(queued), 3, "x");
    expect([running.status, running.executionCount, running.ranSource]).toEqual(["running", 3, "x"]);
    const done = finish(running, end, undefined);
    expect([done.status, done.outcome, done.reads, done.writes]).toEqual(["done", "done", ["x"], ["y"]]);
  });

  it("drops the previous output when the next run starts, not before", () => {
    const done = finish(
      appendOutputs(started(NEVER_RUN, 1, "x"), [{ kind: "value", text: "1" }]),
      end,
      undefined,
    );
    expect(begin(enqueue(done)).outputs).toHaveLength(1);
    expect(started(begin(done), 2, "x").outputs).toEqual([]);
  });

  it("tells an expected error from an unexpected one by its name", () => {
    const running = appendOutputs(started(NEVER_RUN, 1, "a[0] = 1"), [typeError]);
    const failed = { ...end, status: "error" } as const;
    expect(finish(running, failed, "TypeError").outcome).toBe("expected-error");
    expect(finish(running, failed, "RangeError").outcome).toBe("error");
    expect(finish(running, failed, undefined).outcome).toBe("error");
  });

  it("ends as an error when it was interrupted", () => {
    const stopped = finish(started(NEVER_RUN, 1, "x"), { ...end, status: "interrupted" }, "TypeError");
    expect([stopped.status, stopped.outcome]).toEqual(["error", "interrupted"]);
  });

  it("goes back to idle from the queue, its old output marked as left over", () => {
    expect(dequeue(enqueue(NEVER_RUN))).toEqual(NEVER_RUN);
    const done = finish(started(NEVER_RUN, 1, "x"), end, undefined);
    expect(dequeue(enqueue(done))).toMatchObject({ status: "idle", leftOver: true });
  });

  it("outlives its worker as left-over output", () => {
    const done = finish(started(NEVER_RUN, 1, "x"), end, undefined);
    expect(forget(done)).toMatchObject({ status: "idle", executionCount: null, leftOver: true });
    expect(forget(lose(started(NEVER_RUN, 1, "x")))).toMatchObject({ status: "error", outcome: "lost" });
  });
});

it("joins neighbouring text of one stream and keeps the streams apart", () => {
  const text = (stream: "stdout" | "stderr", value: string): OutputItem => ({
    kind: "text",
    stream,
    text: value,
  });
  const cell = appendOutputs(appendOutputs(NEVER_RUN, [text("stdout", "a\n")]), [
    text("stdout", "b\n"),
    text("stderr", "c\n"),
  ]);
  expect(cell.outputs).toEqual([text("stdout", "a\nb\n"), text("stderr", "c\n")]);
});

it("prefers what the cell's magic measured to the whole run", () => {
  const inner = { ...timing, wallMs: 4 };
  const whole = finish(started(NEVER_RUN, 1, "x"), end, undefined);
  expect(measuredTiming(whole)?.wallMs).toBe(10);
  expect(
    measuredTiming(appendOutputs(whole, [{ kind: "timing", magic: "%time", timing: inner }]))?.wallMs,
  ).toBe(4);
});
