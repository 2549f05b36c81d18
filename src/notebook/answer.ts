import type { OutputItem } from "./output.ts";
import { readNumbers } from "./printed-number.ts";

/** A result an answer may come to, and what to say of it. */
export interface ExpectedAnswer {
  /** As written; an answer meets it that agrees in all the digits written here. */
  readonly value: string;
  readonly remark: string;
}

/** What an answer is held against: the right result, known slips, and what to say of anything else. */
export interface AnswerKey {
  readonly right: ExpectedAnswer;
  readonly slips: readonly ExpectedAnswer[];
  readonly otherwise: string;
}

export interface Verdict {
  readonly kind: "right" | "slip" | "not-yet";
  readonly remark: string;
}

/** Judges the last number a cell put out; `undefined` while it has put out none. */
export function judgeAnswer(outputs: readonly OutputItem[], key: AnswerKey): Verdict | undefined {
  const given = answerIn(outputs);
  if (given === undefined) return undefined;
  if (meets(given, key.right.value)) return { kind: "right", remark: key.right.remark };
  const slip = key.slips.find((expected) => meets(given, expected.value));
  if (slip !== undefined) return { kind: "slip", remark: slip.remark };
  return { kind: "not-yet", remark: key.otherwise };
}

/** The value of the cell counts before what it printed on the way. */
function answerIn(outputs: readonly OutputItem[]): number | undefined {
  const values = outputs.filter((item) => item.kind === "value");
  const texts = outputs.filter((item) => item.kind === "text").filter(({ stream }) => stream === "stdout");
  const item = values.at(-1) ?? texts.at(-1);
  return item === undefined ? undefined : readNumbers(item.text).at(-1)?.value;
}

/** Whether `given`, rounded to the digits of `written`, reads as `written` does. */
function meets(given: number, written: string): boolean {
  const [number] = readNumbers(written);
  // A little over half a unit: halves may round either way.
  return number !== undefined && Math.abs(given - number.value) <= 0.501 * number.lastUnit;
}
