import { describe, expect, it } from "vitest";
import { formatDuration, formatWallTime, parseDuration } from "./duration.ts";

describe("parseDuration", () => {
  it("reads the units the lecture uses", () => {
    expect(parseDuration("462 ms")).toBe(462);
    expect(parseDuration("3.95 s")).toBe(3950);
    expect(parseDuration("236 µs")).toBeCloseTo(0.236);
    expect(parseDuration("236 μs")).toBeCloseTo(0.236);
  });

  it("refuses what is not a duration", () => {
    expect(parseDuration("fast")).toBeUndefined();
    expect(parseDuration("12")).toBeUndefined();
    expect(parseDuration("12 parsecs")).toBeUndefined();
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "<0.1 ms"],
    [0.099, "<0.1 ms"],
    [0.1, "0.1 ms"],
    [9.94, "9.9 ms"],
    [9.96, "10 ms"],
    [461.6, "462 ms"],
    [999.6, "1.00 s"],
    [13_800, "13.8 s"],
    [59_960, "1 min 0 s"],
    [125_000, "2 min 5 s"],
  ])("writes %d ms as %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  it.each([
    [0.0543, 0.0001, "54 µs"],
    [0.0021, 0.0001, "2.1 µs"],
    [0.0001, 0.001, "<1.0 µs"],
    [0.25, 0.001, "0.3 ms"],
  ])("writes the mean of many loops, %d ms known to %d ms, as %s", (milliseconds, resolution, text) => {
    expect(formatDuration(milliseconds, resolution)).toBe(text);
  });
});

it.each([
  ["462 ms", 462],
  ["62.5 ms", 62.5],
  ["236 µs", 0.236],
  ["3.95 s", 3950],
  ["13.8 s", 13_800],
])("writes a wall time as IPython does: %s", (text, ms) => {
  expect(formatWallTime(ms)).toBe(text);
});
