import { describe, expect, it } from "vitest";
import { compareWithLecture, type Agreement, type Passage } from "./agreement.ts";
import { compareDurations, describeAgreement } from "./describe-agreement.ts";
import type { OutputItem } from "./output.ts";

const value = (text: string): OutputItem[] => [{ kind: "value", text }];
const compare = (here: string, lecture: string): Agreement => {
  const agreement = compareWithLecture(value(here), lecture);
  if (agreement === undefined) throw new Error("nothing was compared");
  return agreement;
};
/** Differing passages in angle brackets. */
const marked = (passages: readonly Passage[]): string =>
  passages.map(({ text, differs }) => (differs ? `<${text}>` : text)).join("");

describe("compareWithLecture", () => {
  it("overlooks white space, since the lecture's page collapsed it", () => {
    const printed: OutputItem[] = [{ kind: "text", stream: "stdout", text: "[ 1.   3.2 -1.5]\n" }];
    expect(compareWithLecture(printed, "[ 1. 3.2 -1.5]")?.kind).toBe("same");
    expect(compare("[0 1]", "[01]").kind).toBe("different");
  });

  it("tells another element type from other numbers", () => {
    const agreement = compare("Array([1., 1.], dtype=float32)", "Array([1., 1.], dtype=float64)");
    expect(agreement).toMatchObject({ kind: "same-numbers", dtypes: ["float32"] });
    expect(marked(agreement.here)).toBe("Array([1., 1.], dtype=<float32>)");
    expect(describeAgreement(agreement)).toBe("the same numbers, here as float32");
  });

  it.each([
    ["2.19896e+08", 8, "2.19896e+08", "2.19896<006>e+08"],
    ["2.1989598e+08", 7, "2.1989<598>e+08", "2.1989<6006>e+08"],
    ["2.1989667e+08", 6, "2.19896<67>e+08", "2.19896<006>e+08"],
  ])(
    "counts the digits of %s that agree, and marks the first that does not",
    (ours, digits, here, lecture) => {
      const agreement = compare(`Array(${ours}, dtype=float32)`, "Array(2.19896006e+08, dtype=float64)");
      expect(agreement).toMatchObject({ kind: "digits", digits });
      expect(marked(agreement.here)).toBe(`Array(${here}, dtype=<float32>)`);
      expect(marked(agreement.lecture)).toBe(`Array(${lecture}, dtype=<float64>)`);
      expect(describeAgreement(agreement)).toBe(`agrees to ${digits} digits; float32 keeps about 7`);
    },
  );

  it("finds the digit in the midst of a matrix, in whatever form", () => {
    const agreement = compare("[[1.854, -0.37],\n [0.5, 12.25]]", "[[ 1.853, -0.37 ],\n  [ 0.5, 12.25]]");
    expect(marked(agreement.here)).toBe("[[1.85<4>, -0.37],\n [0.5, 12.25]]");
    expect(marked(compare("180876.49", "1.8087648e+05").here)).toBe("180876.4<9>");
    expect(marked(compare("0.00123", "0.00124").lecture)).toBe("0.0012<4>");
    expect(marked(compare("-2.5", "2.5").here)).toBe("<-2.5>");
  });

  it("says so when the results differ", () => {
    expect(compare("Array([2., 2.], dtype=float32)", "Array([43., 43.], dtype=float64)").kind).toBe(
      "different",
    );
    const shapes = compare("(80,)", "(80, 80)");
    expect(shapes.kind).toBe("different");
    expect(marked(shapes.lecture)).toBe("(80, <80)>");
    expect(describeAgreement(shapes)).toBe("different");
  });

  it("reads the number of a type as part of its name", () => {
    expect(describeAgreement(compare("float64 is wide", "float64 is wide"))).toBe("the same");
    expect(describeAgreement(compare("(80,)", "(80,)"))).toBe("the same to the last digit");
    expect(compare("int32", "int64").kind).toBe("same-numbers");
  });

  it("compares errors by name and message", () => {
    const failed: OutputItem[] = [{ kind: "error", error: { name: "TypeError", message: "no", frames: [] } }];
    expect(compareWithLecture(failed, "TypeError: no")?.kind).toBe("same");
  });

  it("says nothing before anything was printed", () => {
    expect(compareWithLecture([], "2.7")).toBeUndefined();
  });
});

describe("compareDurations", () => {
  it.each([
    [50, 462, "9.2 times as fast here"],
    [462, 462, "as fast here"],
    [3950, 236e-3, "16,737 times as long here"],
    [1000, 100, "10 times as long here"],
  ])("sets %d ms beside %d ms", (here, lecture, words) => {
    expect(compareDurations(here, lecture)).toBe(words);
  });
});
