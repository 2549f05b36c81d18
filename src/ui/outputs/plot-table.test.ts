import { expect, test } from "vitest";
import type { Figure } from "../../notebook/output.ts";
import { endsOf, plotTables, spreadOver, tablesAsCsv } from "./plot-table.ts";

const empty: Figure = { data: [], layout: {}, width: 640, height: 480, notes: [] };

test("lines over the same x share one table", () => {
  const figure: Figure = {
    ...empty,
    data: [
      { name: "<i>f</i>", x: [0, 1], y: [2, null] },
      { name: "g", x: [0, 1], y: [4, 5] },
    ],
    layout: { xaxis: { title: { text: "time" } } },
  };
  const tables = plotTables(figure);
  expect(tables).toEqual([
    {
      caption: "",
      header: ["time", "f", "g"],
      rows: [
        [0, 2, 4],
        [1, null, 5],
      ],
      isGrid: false,
    },
  ]);
  expect(tablesAsCsv(tables)).toBe("time,f,g\r\n0,2,4\r\n1,,5\r\n");
});

test("other series have tables of their own", () => {
  const figure: Figure = {
    ...empty,
    data: [
      { x: [0, 1], y: [2, 3] },
      { type: "bar", x: ["a"], y: [4] },
    ],
  };
  expect(plotTables(figure).map(({ caption, rows }) => [caption, rows])).toEqual([
    [
      "Series 1",
      [
        [0, 2],
        [1, 3],
      ],
    ],
    ["Series 2", [["a", 4]]],
  ]);
});

test("a grid has x across and y down, whether given as lists or as a mesh", () => {
  const z = [
    [1, 2],
    [3, 4],
  ];
  const lists = plotTables({ ...empty, data: [{ type: "contour", x: [10, 20], y: [5, 6], z }] });
  const meshes = plotTables({
    ...empty,
    data: [
      {
        type: "surface",
        x: [
          [10, 20],
          [10, 20],
        ],
        y: [
          [5, 5],
          [6, 6],
        ],
        z,
      },
    ],
  });
  const expected = [
    {
      caption: "",
      header: ["y \\ x", "10", "20"],
      rows: [
        [5, 1, 2],
        [6, 3, 4],
      ],
      isGrid: true,
    },
  ];
  expect(lists).toEqual(expected);
  expect(meshes).toEqual(expected);
});

test("fields that a spreadsheet could misread are quoted", () => {
  const table = { caption: "=1+1", header: ['a "b"', "c,d"], rows: [["+x", -1]], isGrid: false } as const;
  expect(tablesAsCsv([table])).toBe('\'=1+1\r\n"a ""b""","c,d"\r\n\'+x,-1\r\n');
});

test("long tables show their ends, wide ones some of everything", () => {
  expect(endsOf(3, 10)).toEqual([0, 1, 2]);
  expect(endsOf(100, 4)).toEqual([0, 1, null, 98, 99]);
  expect(spreadOver(100, 3)).toEqual([0, 50, 99]);
});
