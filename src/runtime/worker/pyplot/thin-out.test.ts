import { describe, expect, test } from "vitest";
import { evenly, pick, pickGrid, sample, thinLine } from "./thin-out.ts";

describe("a long line", () => {
  const count = 1_000_000;
  const wave = Float64Array.from({ length: count }, (_, k) => Math.sin(k / 50) * (k === 654_321 ? 9 : 1));

  test("keeps its ends, its extremes and its order within the limit", () => {
    const kept = thinLine(undefined, wave, 2_000) ?? [];
    expect(kept.length).toBeLessThanOrEqual(2_000);
    expect([kept[0], kept.at(-1)]).toEqual([0, count - 1]);
    expect(kept).toContain(654_321);
    expect(kept.every((position, k) => k === 0 || position > (kept[k - 1] ?? -1))).toBe(true);
    const drawn = kept.map((position) => wave[position] ?? 0);
    expect(Math.min(...drawn)).toBeLessThan(-0.9999);
  });
  test("that turns back is taken evenly", () => {
    const circle = Float64Array.from({ length: count }, (_, k) => Math.cos(k));
    expect(thinLine(circle, wave, 5)).toEqual([0, 250_000, 500_000, 749_999, 999_999]);
  });
  test("a short one stays whole; gaps are no trouble", () => {
    expect(thinLine(undefined, [1, 2, 3], 3)).toBeUndefined();
    const gaps = new Float64Array(10_000).fill(NaN);
    expect(thinLine(undefined, gaps, 100)?.every((position) => Number.isInteger(position))).toBe(true);
  });
});

test("a sample takes one of every stretch, always the same", () => {
  const kept = sample(100_000, 1_000) ?? [];
  expect(kept).toHaveLength(1_000);
  expect(kept.every((position, k) => Math.floor(position / 100) === k)).toBe(true);
  expect(sample(100_000, 1_000)).toEqual(kept);
  expect(new Set(kept.map((position) => position % 100)).size).toBeGreaterThan(50);
});

test("evenly spaced positions reach both ends", () => {
  expect(evenly(10, 4)).toEqual([0, 3, 6, 9]);
  expect(evenly(3, 4)).toEqual([0, 1, 2]);
});

test("what is not finite is a gap", () => {
  expect(pick([1, NaN, Infinity, 2])).toEqual([1, null, null, 2]);
  expect(pickGrid([0, 1, 2, 3, 4, 5], 3, [1], [0, 2])).toEqual([[3, 5]]);
});
