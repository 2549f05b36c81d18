import { expect, it } from "vitest";
import { NEVER_RUN, type CellState } from "./cell-state.ts";
import { createDocument, editCell } from "./document.ts";
import { staleness } from "./freshness.ts";
import { parseLesson } from "./parse-lesson.ts";

const document = createDocument(
  parseLesson(
    "---\ntitle: T\nsummary: S.\ncredit: C.\n---\n" +
      "```ts {#define}\nlet a = 1;\n```\n```ts {#use}\na\n```\n```ts {#rebind}\na = 42;\n```\n",
  ),
);
function done(executionCount: number, source: string, names: Partial<CellState>): CellState {
  return { ...NEVER_RUN, status: "done", outcome: "done", executionCount, ranSource: source, ...names };
}
const cells = {
  define: done(1, "let a = 1;", { writes: ["a"] }),
  use: done(2, "a", { reads: ["a"] }),
  rebind: done(3, "a = 42;", { writes: ["a"] }),
};

it("is fresh after a pass from top to bottom, rebinding below included", () => {
  expect(staleness(document, cells, "use")).toBeNull();
});

it("is stale once the definer above ran again", () => {
  const again = { ...cells, define: { ...cells.define, executionCount: 4 } };
  expect(staleness(document, again, "use")).toEqual({ reason: "input", name: "a", cellNumber: 1 });
});

it("is stale once the source differs from what ran", () => {
  expect(staleness(editCell(document, "use", "a + 1"), cells, "use")).toEqual({ reason: "edited" });
});

it("is stale when output outlived its worker, and silent where there is none", () => {
  const output = [{ kind: "value", text: "1" }] as const;
  const leftOver = (outputs: CellState["outputs"]) =>
    staleness(document, { ...cells, use: { ...cells.use, leftOver: true, outputs } }, "use");
  expect(leftOver(output)).toEqual({ reason: "left-over" });
  expect(leftOver([])).toBeNull();
  expect(staleness(document, { ...cells, use: NEVER_RUN }, "use")).toBeNull();
});
