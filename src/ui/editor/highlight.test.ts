import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lessonCells } from "../../notebook/lesson.ts";
import { parseLesson } from "../../notebook/parse-lesson.ts";
import { highlight } from "./highlight.ts";

const join = (source: string): string =>
  highlight(source)
    .map((token) => token.text)
    .join("");
const pieces = (source: string): string[] =>
  highlight(source)
    .filter((token) => token.kind !== "plain")
    .map((token) => `${token.kind} ${token.text}`);

describe("highlight", () => {
  it("names the pieces of a cell", () => {
    expect(pieces('%time f(x); // "why"')).toEqual(["magic %time", "call f", 'comment // "why"']);
    expect(pieces("const n = 50_000_000; x**1.5 + .5")).toEqual([
      "keyword const",
      "number 50_000_000",
      "number 1.5",
      "number .5",
    ]);
    expect(pieces('let s = "a \\" b" + `c\n${d}`')).toEqual([
      "keyword let",
      'string "a \\" b"',
      "string `c\n${d}`",
    ]);
    expect(pieces("a.from(x1)")).toEqual(["call from"]);
    expect(pieces("7 % mod(2)")).toEqual(["number 7", "call mod", "number 2"]);
  });

  it("loses no character, whatever is typed", () => {
    const lesson = readFileSync(new URL("../../../lessons/introduction-to-jax.md", import.meta.url), "utf8");
    const sources = lessonCells(parseLesson(lesson)).map((cell) => cell.source);
    for (const source of [...sources, "'open", "`open\n", "/* open", "β = μ @ #x\t\\", "", "\n\n", "1..x"]) {
      expect(join(source)).toBe(source);
    }
  });
});
