import { beforeAll, expect, test } from "vitest";
import { initialize, memory, modules, type EngineArray } from "../engine-door.ts";
import { asarray } from "./as-array.ts";
import { zeros } from "./creation.ts";
import { getItem, setItem } from "./indexing.ts";
import "./methods.ts";
import { finishWrites } from "./pending-writes.ts";

const jnp = modules["jax/numpy"] as unknown as Record<string, (...args: unknown[]) => EngineArray>;
const scalar = (value: unknown, dtype?: string): EngineArray => jnp["asarray"]!(value, dtype);

beforeAll(async () => {
  await initialize("cpu");
});

test("what is stored later is there when anybody looks", () => {
  const array = zeros(4);
  const view = getItem(array, "1:");
  array.storeLater(1, scalar(2.5));
  array.storeLater(3, scalar(7));
  array.storeLater(0, scalar(true));
  expect(view.tolist()).toEqual([2.5, 0, 7]);
  expect(array.sum().item()).toBe(10.5);
});

test("the last write wins, whichever way it was made", () => {
  const array = zeros(2);
  array.storeLater(0, scalar(1));
  setItem(array, 0, 2);
  setItem(array, 1, 3);
  array.storeLater(1, scalar(4));
  array.storeLater(1, scalar(5));
  expect(String(array)).toBe("[2. 5.]");
});

test("elements take the dtype of the array they go to", () => {
  const array = zeros(3, "int64");
  array.storeLater(0, scalar(2.9));
  array.storeLater(2, scalar(-1));
  expect(array.__repr__()).toBe("array([ 2,  0, -1])");
});

test("the value may be freed as soon as it is noted, and nothing is held afterwards", () => {
  const before = memory().liveBytes;
  const array = zeros(5000);
  for (let i = 0; i < 5000; i++) {
    const value = scalar(i);
    array.storeLater(i, value);
    value.delete();
  }
  finishWrites();
  expect(memory().liveBytes).toBe(before);
  expect(asarray(array).sum().item()).toBe((4999 * 5000) / 2);
});

test("a copy made in between does not see later writes", () => {
  const array = zeros(1);
  array.storeLater(0, scalar(1));
  const copy = array.copy();
  array.storeLater(0, scalar(2));
  expect([copy.item(), array.item()]).toEqual([1, 2]);
});
