import type { AnswerKey, ExpectedAnswer } from "./answer.ts";
import { LessonSyntaxError } from "./lesson-syntax-error.ts";
import { readNumbers } from "./printed-number.ts";

/**
 * Reads the lines of a `check` fence: `value: remark` each, the right answer first, `else: remark` last. A line
 * that starts with a space goes on with the remark above it.
 * @param line where the fence opens, from 1
 * @throws LessonSyntaxError naming the line that cannot be read
 */
export function parseAnswerKey(line: number, body: readonly string[]): AnswerKey {
  const entries: ExpectedAnswer[] = [];
  body.forEach((text, index) => {
    const last = entries.at(-1);
    if (/^\s+\S/.test(text) && last !== undefined) {
      entries[entries.length - 1] = { ...last, remark: `${last.remark} ${text.trim()}` };
    } else if (text.trim() !== "") {
      entries.push(readEntry(line + 1 + index, text));
    }
  });
  const otherwise = entries.pop();
  const [right, ...slips] = entries;
  if (right === undefined || otherwise?.value !== "else" || entries.some(({ value }) => value === "else")) {
    throw new LessonSyntaxError(line, 'a check starts with "value: remark" and ends with "else: remark"');
  }
  return { right, slips, otherwise: otherwise.remark };
}

function readEntry(line: number, text: string): ExpectedAnswer {
  const match = /^(\S+):\s+(\S.*?)\s*$/.exec(text);
  const value = match?.[1] ?? "";
  const [number] = readNumbers(value);
  if (match === null || (value !== "else" && number?.text !== value)) {
    throw new LessonSyntaxError(line, `a check has lines "value: remark", not "${text}"`);
  }
  return { value, remark: match[2] ?? "" };
}
