import { describe, expect, it } from "vitest";
import { judgeAnswer } from "./answer.ts";
import { LessonSyntaxError } from "./lesson-syntax-error.ts";
import { parseAnswerKey } from "./parse-answer-key.ts";

const KEY = parseAnswerKey(10, [
  "180876.48840921: Right,",
  "  to the last digit.",
  "",
  "1.524e+05: That is float32.",
  "221145.56: Not discounted.",
  "else: Not yet.",
]);

const judge = (text: string) => judgeAnswer([{ kind: "value", text }], KEY);

describe("judgeAnswer", () => {
  it.each([
    ["Array(180876.48840921, dtype=float64)", "right"],
    ["180876.4884092072", "right"],
    ["Array(180876.48840922, dtype=float64)", "not-yet"],
    ["Array(152444.23, dtype=float32)", "slip"],
    ["Array(221145.56081474, dtype=float64)", "slip"],
    ["Array(nan, dtype=float64)", undefined],
    ["0.0", "not-yet"],
  ])("judges %s", (text, kind) => {
    expect(judge(text)?.kind).toBe(kind);
  });

  it("quotes the remark, lines joined", () => {
    expect(judge("180876.48840921")?.remark).toBe("Right, to the last digit.");
    expect(judge("1.")?.remark).toBe("Not yet.");
  });

  it("takes what was printed where there is no value, and nothing for nothing", () => {
    expect(judgeAnswer([{ kind: "text", stream: "stdout", text: "1 2 180876.48840921\n" }], KEY)?.kind).toBe(
      "right",
    );
    expect(judgeAnswer([], KEY)).toBeUndefined();
  });
});

describe("parseAnswerKey", () => {
  it.each([
    ["no last line", ["1.5: yes"], 10],
    ["no answer", ["else: no"], 10],
    ["an answer that is no number", ["1.5: yes", "x1: no", "else: no"], 12],
    ["a line without a remark", ["1.5", "else: no"], 11],
  ])("refuses %s", (_, body, line) => {
    try {
      parseAnswerKey(10, body);
    } catch (error) {
      expect((error as LessonSyntaxError).line).toBe(line);
      return;
    }
    throw new Error("the key was accepted");
  });
});
