import { describe, expect, it } from "vitest";
import { indent, outdent, type TextEdit } from "./indent.ts";

/** Shows the text after the edit with the selection as [ ] and a bare caret as |. */
function apply(marked: string, edit: (source: string, start: number, end: number) => TextEdit): string {
  const start = marked.search(/[[|]/);
  const end = marked.includes("|") ? start : marked.indexOf("]") - 1;
  const source = marked.replace(/[[\]|]/g, "");
  const { from, to, text, selectionStart, selectionEnd } = edit(source, start, end);
  const result = source.slice(0, from) + text + source.slice(to);
  const [head, middle, tail] = [
    result.slice(0, selectionStart),
    result.slice(selectionStart, selectionEnd),
    result.slice(selectionEnd),
  ];
  return middle === "" ? `${head}|${tail}` : `${head}[${middle}]${tail}`;
}

describe("indent", () => {
  it.each([
    ["a|b", "a  |b"],
    ["a[bc]d", "a  |d"],
    ["f {\n[x\n\ny]\n}", "f {\n  [x\n\n  y]\n}"],
  ])("turns %j into %j", (before, after) => {
    expect(apply(before, indent)).toBe(after);
  });
});

describe("outdent", () => {
  it.each([
    ["    x|", "  x|"],
    ["|    x", "|  x"],
    ["  |x", "|x"],
    ["x|", "x|"],
    ["a\n  [b\n    c]\nd", "a\n[b\n  c]\nd"],
    ["\tx|", "x|"],
  ])("turns %j into %j", (before, after) => {
    expect(apply(before, outdent)).toBe(after);
  });
});
