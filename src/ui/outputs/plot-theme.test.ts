import { expect, test } from "vitest";
import type { Figure, FigureFields } from "../../notebook/output.ts";
import { gridOf, isSpatial, themedFigure } from "./plot-theme.ts";
import { turned } from "./plot-stage.ts";

const palette = {
  color: (name: string) => (/^#|^rgb/.test(name) ? name : `<${name}>`),
  sans: "Sans",
  serif: '"Text Serif", serif',
};
const wide = { touch: false, narrow: false };
const figure: Figure = {
  data: [
    {
      type: "scatter",
      name: "<i>f</i>",
      x: [0, 1],
      y: [1, 2],
      line: { color: "C0/0.5" },
      marker: { color: ["C1", "#123456"] },
    },
    {
      type: "contour",
      z: [[1, 2]],
      colorscale: [
        [0, "ink"],
        [1, "#ffffff"],
      ],
    },
  ],
  layout: { xaxis: { title: { text: "<i>x</i>" }, gridcolor: "C2" }, shapes: [{ line: { color: "red" } }] },
  width: 640,
  height: 480,
  notes: [],
};

test("the page's colours take the place of their names, in lists and scales too", () => {
  const { data, layout } = themedFigure(figure, palette, wide);
  expect(data[0]).toMatchObject({
    line: { color: "<C0/0.5>" },
    marker: { color: ["<C1>", "#123456"] },
    x: [0, 1],
  });
  expect(data[1]?.["colorscale"]).toEqual([
    [0, "<ink>"],
    [1, "#ffffff"],
  ]);
  expect(layout).toMatchObject({ shapes: [{ line: { color: "<red>" } }], font: { color: "<ink-quiet>" } });
  expect((layout["colorway"] as string[])[9]).toBe("<C9>");
});

test("a figure's own fields stand over the theme's", () => {
  const { layout } = themedFigure(figure, palette, wide);
  expect(layout["xaxis"]).toMatchObject({ gridcolor: "<C2>", automargin: true });
  expect(layout["yaxis"]).toMatchObject({ gridcolor: "<rule>" });
});

test("letters of formulas are set in the serif, except in scenes", () => {
  const { data } = themedFigure(figure, palette, wide);
  expect(data[0]?.["name"]).toBe(
    "<span style=\"font-family:'Text Serif', serif;font-style:italic;font-size:108%\">f</span>",
  );
  const spatial: Figure = {
    ...figure,
    data: [{ type: "surface", z: [[1]] }],
    layout: { scene: { xaxis: { title: { text: "<i>x</i>" } } } },
  };
  const scene = themedFigure(spatial, palette, wide).layout["scene"] as FigureFields;
  expect(scene["xaxis"]).toMatchObject({ title: { text: "<i>x</i>" }, gridcolor: "<rule-strong>" });
  expect([isSpatial(figure), isSpatial(spatial)]).toEqual([false, true]);
});

test("a finger does not zoom", () => {
  expect(themedFigure(figure, palette, { touch: true, narrow: true }).layout["dragmode"]).toBe(false);
});

test("plots of a grid are counted by where they stand", () => {
  const layout = {
    xaxis: { domain: [0, 0.4], anchor: "y" },
    yaxis: { domain: [0, 1], anchor: "x" },
    scene2: { domain: { x: [0.6, 1], y: [0, 1] } },
  };
  expect(gridOf({ ...figure, layout })).toEqual({ columns: 2, rows: 1 });
  expect(gridOf(figure)).toEqual({ columns: 1, rows: 1 });
});

test("a view turns about the vertical axis and stops short of the pole", () => {
  const half = turned({ x: 1, y: 0, z: 0 }, Math.PI, 0);
  expect([half.x, half.y, half.z].map((value) => Math.round(value * 1e9) / 1e9 + 0)).toEqual([-1, 0, 0]);
  const { x, z } = turned({ x: 1, y: 0, z: 0 }, 0, 10);
  expect(x).toBeGreaterThan(0);
  expect(z).toBeLessThan(1);
});
