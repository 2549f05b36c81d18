import { expect, it } from "vitest";
import { compareWithLecture } from "./agreement.ts";
import type { OutputItem } from "./output.ts";

const value = (text: string): OutputItem[] => [{ kind: "value", text }];

it("overlooks white space, since the lecture's page collapsed it", () => {
  expect(
    compareWithLecture([{ kind: "text", stream: "stdout", text: "[ 1.   3.2 -1.5]\n" }], "[ 1. 3.2 -1.5]"),
  ).toEqual({ kind: "same" });
});

it("tells another element type from other numbers", () => {
  expect(
    compareWithLecture(value("Array([1., 1.], dtype=float32)"), "Array([1., 1.], dtype=float64)"),
  ).toEqual({
    kind: "same-numbers",
    dtypes: ["float32"],
  });
});

it("reads a tuple and an array of results alike", () => {
  const ours = value("[Array([2, 1], dtype=int32), Array([1, 2], dtype=int32)]");
  const theirs = "(Array([2, 1], dtype=int64), Array([1, 2], dtype=int64))";
  expect(compareWithLecture(ours, theirs)).toEqual({ kind: "same-numbers", dtypes: ["int32"] });
});

it.each([
  ["2.19896e+08", 8],
  ["2.1989598e+08", 7],
  ["2.1989667e+08", 6],
])("counts the digits of %s that agree", (ours, digits) => {
  const theirs = "Array(2.19896006e+08, dtype=float64)";
  expect(compareWithLecture(value(`Array(${ours}, dtype=float32)`), theirs)).toEqual({
    kind: "digits",
    digits,
  });
});

it("says so when the results differ", () => {
  expect(
    compareWithLecture(value("Array([2., 2.], dtype=float32)"), "Array([43., 43.], dtype=float64)"),
  ).toEqual({
    kind: "different",
  });
  expect(compareWithLecture(value("(80,)"), "(80, 80)")).toEqual({ kind: "different" });
});

it("says nothing before anything was printed", () => {
  expect(compareWithLecture([], "2.7")).toBeUndefined();
});
