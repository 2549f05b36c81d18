import { expect, test } from "vitest";
import type { Figure } from "../../notebook/output.ts";
import { plotSummary } from "./plot-summary.ts";
import { plainLabel, shortNumber } from "./plot-text.ts";

const empty: Figure = { data: [], layout: {}, width: 640, height: 480, notes: [] };

test("lines are named with their extents", () => {
  const figure: Figure = {
    ...empty,
    data: [
      { type: "scatter", mode: "lines", name: "<i>f</i>", x: [-4, 0, 4], y: [1.25, null, 3] },
      { type: "scatter", mode: "lines", name: "<i>f</i>′", x: [-4, 4], y: [0, 0] },
    ],
    layout: { title: { text: "A function" }, xaxis: { title: { text: "<i>x</i>" } } },
  };
  expect(plotSummary(figure)).toBe(
    "Line plot with 2 series: A function. f: 3 points, x from −4 to 4, y from 1.25 to 3. f′: 2 points, x from −4 to 4, y is 0.",
  );
});

test("a surface is a grid, and notes are part of the words", () => {
  const figure: Figure = {
    ...empty,
    data: [
      {
        type: "surface",
        scene: "scene",
        x: [0, 1],
        y: [0, 2],
        z: [
          [1, 2],
          [3, -4],
        ],
      },
    ],
    layout: { scene: { zaxis: { title: { text: "height" } } } },
    notes: ["showing a grid of 2 × 2 of 9 × 9 points"],
  };
  expect(plotSummary(figure)).toBe(
    "Surface in three dimensions. A grid of 2 by 2 points, x from 0 to 1, y from 0 to 2, height from −4 to 3. " +
      "Showing a grid of 2 × 2 of 9 × 9 points.",
  );
});

test("bars are named, many series are counted, nothing is said to be empty", () => {
  expect(plotSummary({ ...empty, data: [{ type: "bar", x: ["a", "b"], y: [1, 2] }] })).toBe(
    "Bar chart. 2 bars, x: a, b, y from 1 to 2.",
  );
  const many = { ...empty, data: Array.from({ length: 12 }, () => ({ y: [1, 2] })) };
  expect(plotSummary(many)).toContain("And 4 more.");
  expect(plotSummary(empty)).toBe("An empty plot.");
});

test("labels without marks", () => {
  expect(plainLabel("<i>x</i><sup>2</sup> + <i>y</i><sup>−1</sup>")).toBe("x² + y⁻¹");
  expect(plainLabel("e<sup><i>x</i></sup> &lt; 1<br>a<sub>t</sub>")).toBe("e^x < 1 a_t");
});

test.each([
  [0, "0"],
  [1234.5678, "1235"],
  [-0.000123456, "−0.0001235"],
  [1.5e9, "1.5e9"],
  [2e-7, "2e-7".replace("-", "−")],
])("%s is written %s", (value, text) => {
  expect(shortNumber(value)).toBe(text);
});
