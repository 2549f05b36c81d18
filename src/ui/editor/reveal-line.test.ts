import { expect, it } from "vitest";
import { lineRange } from "./reveal-line.ts";

it.each([
  [1, "ab"],
  [2, ""],
  [3, "cde"],
  [0, "ab"],
  [9, "cde"],
])("line %i covers %j", (line, text) => {
  const source = "ab\n\ncde";
  expect(source.slice(...lineRange(source, line))).toBe(text);
});
