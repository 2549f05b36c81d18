import { LessonSyntaxError } from "./lesson-syntax-error.ts";

/** The opening line of a fenced block: ```` ```ts {#make-a} ````. */
export interface Fence {
  readonly marker: string;
  readonly language: string;
  readonly attributes: string | undefined;
}

/** Reads `line` as a fence; `undefined` when it is something else. */
export function readFence(line: string): Fence | undefined {
  const match = /^(`{3,}|~{3,})\s*([\w+-]*)\s*(\{.*\})?\s*$/.exec(line);
  if (match === null) return undefined;
  return { marker: match[1] ?? "```", language: match[2] ?? "", attributes: match[3] };
}

/**
 * The index of the line that closes the fence opened at index `open`.
 * @throws LessonSyntaxError when nothing closes it
 */
export function findClose(lines: readonly string[], open: number, marker: string): number {
  for (let index = open + 1; index < lines.length; index += 1) {
    const line = (lines[index] ?? "").trimEnd();
    if (line.startsWith(marker) && line === marker.charAt(0).repeat(line.length)) return index;
  }
  throw new LessonSyntaxError(open + 1, `this fence is never closed with ${marker}`);
}
