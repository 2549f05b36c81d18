import { parseDuration } from "./duration.ts";
import type { Fence } from "./lesson-fence.ts";
import { LessonSyntaxError } from "./lesson-syntax-error.ts";
import type { LessonCell } from "./lesson.ts";

/** Attributes kept as they are written; `t4` is the one that is read. */
const TEXTS = ["lecture", "excepted", "raises", "call", "note"] as const;
const KNOWN: ReadonlySet<string> = new Set([...TEXTS, "t4"]);

/**
 * A `ts` fence and its lines as a cell.
 * @param line where the fence opens, from 1
 * @param number the cell's position in the lesson, from 1
 * @throws LessonSyntaxError for a missing id or an attribute that cannot be read
 */
export function parseCell(fence: Fence, line: number, number: number, body: readonly string[]): LessonCell {
  const { id, values } = readAttributes(fence.attributes, line);
  for (const name of values.keys()) {
    if (!KNOWN.has(name)) throw new LessonSyntaxError(line, `unknown cell attribute "${name}"`);
  }
  const t4 = values.get("t4");
  const t4Ms = t4 === undefined ? undefined : parseDuration(t4);
  if (t4 !== undefined && t4Ms === undefined) {
    throw new LessonSyntaxError(line, `t4="${t4}" is not a duration such as "462 ms"`);
  }
  const texts = TEXTS.flatMap((name) => {
    const value = values.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    kind: "cell",
    id,
    number,
    source: body.join("\n"),
    line,
    ...(t4Ms === undefined ? {} : { t4Ms }),
    ...Object.fromEntries(texts),
  };
}

function readAttributes(text: string | undefined, line: number): { id: string; values: Map<string, string> } {
  if (text === undefined) throw new LessonSyntaxError(line, "a ts cell needs an id: ```ts {#cell-id}");
  let rest = text.slice(1, -1).trim();
  let id: string | undefined;
  const values = new Map<string, string>();
  while (rest !== "") {
    const match = /^(?:#([a-z][a-z0-9-]*)|([a-z][a-z0-9]*)="((?:[^"\\]|\\.)*)")\s*/.exec(rest);
    if (match === null) throw new LessonSyntaxError(line, `cannot read the cell's attributes from "${rest}"`);
    if (match[1] !== undefined) id = match[1];
    else values.set(match[2] ?? "", unescape(match[3] ?? ""));
    rest = rest.slice(match[0].length);
  }
  if (id === undefined) throw new LessonSyntaxError(line, "a ts cell needs an id: ```ts {#cell-id}");
  return { id, values };
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));
}
