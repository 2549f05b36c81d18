import { expect, it } from "vitest";
import { addCells, dropWaiting, EMPTY_QUEUE, endCurrent, isBusy, takeNext } from "./run-queue.ts";

it("hands out one cell at a time, in order", () => {
  let queue = takeNext(addCells(EMPTY_QUEUE, ["a", "b"]), 1);
  expect(queue.current).toEqual({ cellId: "a", runId: 1 });
  expect(takeNext(queue, 2)).toBe(queue);
  queue = takeNext(endCurrent(queue), 2);
  expect(queue).toMatchObject({ current: { cellId: "b", runId: 2 }, waiting: [], total: 2, ended: 1 });
  expect(isBusy(endCurrent(queue))).toBe(false);
});

it("does not queue a waiting cell twice, but does queue the running one again", () => {
  const queue = takeNext(addCells(EMPTY_QUEUE, ["a", "b"]), 1);
  expect(addCells(queue, ["b", "a"]).waiting).toEqual(["b", "a"]);
});

it("drops what waits and lets the current cell go on", () => {
  const queue = dropWaiting(takeNext(addCells(EMPTY_QUEUE, ["a", "b", "c"]), 1));
  expect(queue).toMatchObject({ current: { cellId: "a", runId: 1 }, waiting: [], total: 1 });
});

it("counts a new pass from nothing", () => {
  const over = endCurrent(takeNext(addCells(EMPTY_QUEUE, ["a"]), 1));
  expect(addCells(over, ["b"])).toMatchObject({ total: 1, ended: 0 });
});
