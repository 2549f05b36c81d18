import { expect, test } from "vitest";
import { histogram } from "./histogram.ts";

test("bins are half open, the last one closed", () => {
  expect(histogram([0, 1, 2, 3], { bins: 3 })).toEqual({ edges: [0, 1, 2, 3], heights: [1, 1, 2] });
});
test("values on edges that divide badly fall where NumPy puts them", () => {
  const values = Array.from({ length: 11 }, (_, k) => k / 10);
  const { edges, heights } = histogram(values, { bins: 10 });
  const expected = edges
    .slice(0, -1)
    .map(
      (edge, k) =>
        values.filter((v) => v >= edge && (v < (edges[k + 1] ?? 0) || (k === 9 && v <= (edges[10] ?? 0))))
          .length,
    );
  expect(heights).toEqual(expected);
});
test("one value has a bin around it, none has the unit interval", () => {
  expect(histogram([2, 2], { bins: 1 }).edges).toEqual([1.5, 2.5]);
  expect(histogram([], { bins: 2 })).toEqual({ edges: [0, 0.5, 1], heights: [0, 0] });
});
test("a range leaves values out, NaN is in no bin", () => {
  expect(histogram([-1, 0.5, 9, NaN], { bins: 1, range: [0, 1] }).heights).toEqual([1]);
});
test("a density integrates to one", () => {
  const { edges, heights } = histogram([1, 2, 2, 5, 7], { bins: [0, 2, 6, 8], density: true });
  const area = heights.reduce((sum, height, k) => sum + height * ((edges[k + 1] ?? 0) - (edges[k] ?? 0)), 0);
  expect(area).toBeCloseTo(1, 12);
});
test("wrong bins and ranges are refused in NumPy's words", () => {
  expect(() => histogram([1], { bins: 0 })).toThrow("`bins` must be positive, when an integer");
  expect(() => histogram([1], { bins: [2, 1] })).toThrow("`bins` must increase monotonically, when an array");
  expect(() => histogram([1, NaN], { bins: 2 })).toThrow("autodetected range of [nan, nan] is not finite");
});
