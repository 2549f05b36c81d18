import { parseDuration } from "./duration.ts";
import type { Lesson, LessonBlock, LessonCell, LessonHeading } from "./lesson.ts";
import { slug } from "./slug.ts";

/** A lesson file that cannot be read; `line` is where, from 1. */
export class LessonSyntaxError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.name = "LessonSyntaxError";
    this.line = line;
  }
}

interface FrontMatter {
  readonly fields: ReadonlyMap<string, string>;
  /** Index of the first line after the closing `---`. */
  readonly end: number;
}

interface Fence {
  readonly marker: string;
  readonly language: string;
  readonly attributes: string | undefined;
}

const REQUIRED_FIELDS = ["title", "summary", "credit"] as const;
const CELL_ATTRIBUTES: ReadonlySet<string> = new Set(["t4", "lecture", "raises", "call", "note"]);

/**
 * Reads a lesson: front matter between `---` lines, then Markdown whose `ts` fences are cells, written
 * ```` ```ts {#cell-id t4="462 ms" lecture="..." raises="TypeError" call="f(x)" note="..."} ````.
 * Fences in any other language stay part of the prose.
 * @throws LessonSyntaxError naming the line
 */
export function parseLesson(text: string): Lesson {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const { fields, end } = readFrontMatter(lines);
  const blocks: LessonBlock[] = [];
  let prose: string[] = [];
  let proseStart = end;
  const flushProse = (next: number): void => {
    if (prose.some((line) => line.trim() !== "")) {
      blocks.push({ kind: "prose", markdown: prose.join("\n"), line: proseStart + 1 });
    }
    prose = [];
    proseStart = next;
  };
  let index = end;
  let cells = 0;
  while (index < lines.length) {
    const fence = readFence(lines[index] ?? "");
    if (fence === undefined) {
      prose.push(lines[index] ?? "");
      index += 1;
      continue;
    }
    const close = findClose(lines, index, fence.marker);
    if (fence.language === "ts") {
      flushProse(close + 1);
      cells += 1;
      blocks.push(readCell(fence, index + 1, cells, lines.slice(index + 1, close)));
    } else {
      prose.push(...lines.slice(index, close + 1));
    }
    index = close + 1;
  }
  flushProse(index);
  refuseRepeatedIds(blocks);
  const [title = "", summary = "", credit = ""] = REQUIRED_FIELDS.map((name) => fields.get(name));
  return { title, summary, credit, blocks, headings: readHeadings(blocks) };
}

function readFrontMatter(lines: readonly string[]): FrontMatter {
  if (lines[0] !== "---") throw new LessonSyntaxError(1, "a lesson starts with front matter: a line of ---");
  const end = lines.indexOf("---", 1);
  if (end === -1) throw new LessonSyntaxError(1, "the front matter has no closing ---");
  const fields = new Map<string, string>();
  for (let index = 1; index < end; index += 1) {
    const line = lines[index] ?? "";
    if (line.trim() === "") continue;
    const match = /^([a-z][a-z-]*):\s*(.+?)\s*$/.exec(line);
    if (match === null)
      throw new LessonSyntaxError(index + 1, `front matter is "name: value", not "${line}"`);
    fields.set(match[1] ?? "", match[2] ?? "");
  }
  for (const name of REQUIRED_FIELDS) {
    if (!fields.has(name)) throw new LessonSyntaxError(end + 1, `the front matter lacks "${name}:"`);
  }
  return { fields, end: end + 1 };
}

function readFence(line: string): Fence | undefined {
  const match = /^(`{3,}|~{3,})\s*([\w+-]*)\s*(\{.*\})?\s*$/.exec(line);
  if (match === null) return undefined;
  return { marker: match[1] ?? "```", language: match[2] ?? "", attributes: match[3] };
}

function findClose(lines: readonly string[], open: number, marker: string): number {
  for (let index = open + 1; index < lines.length; index += 1) {
    const line = (lines[index] ?? "").trimEnd();
    if (line.startsWith(marker) && line === marker.charAt(0).repeat(line.length)) return index;
  }
  throw new LessonSyntaxError(open + 1, `this fence is never closed with ${marker}`);
}

function readCell(fence: Fence, line: number, number: number, body: readonly string[]): LessonCell {
  const { id, values } = readAttributes(fence.attributes, line);
  for (const name of values.keys()) {
    if (!CELL_ATTRIBUTES.has(name)) throw new LessonSyntaxError(line, `unknown cell attribute "${name}"`);
  }
  const t4 = values.get("t4");
  const t4Ms = t4 === undefined ? undefined : parseDuration(t4);
  if (t4 !== undefined && t4Ms === undefined) {
    throw new LessonSyntaxError(line, `t4="${t4}" is not a duration such as "462 ms"`);
  }
  const optional = (name: "lecture" | "raises" | "call" | "note"): Partial<LessonCell> => {
    const value = values.get(name);
    return value === undefined ? {} : { [name]: value };
  };
  return {
    kind: "cell",
    id,
    number,
    source: body.join("\n"),
    line,
    ...(t4Ms === undefined ? {} : { t4Ms }),
    ...optional("lecture"),
    ...optional("raises"),
    ...optional("call"),
    ...optional("note"),
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

function refuseRepeatedIds(blocks: readonly LessonBlock[]): void {
  const lines = new Map<string, number>();
  for (const block of blocks) {
    if (block.kind !== "cell") continue;
    const earlier = lines.get(block.id);
    if (earlier !== undefined) {
      throw new LessonSyntaxError(block.line, `cell id "${block.id}" is already used in line ${earlier}`);
    }
    lines.set(block.id, block.line);
  }
}

function readHeadings(blocks: readonly LessonBlock[]): LessonHeading[] {
  const headings: LessonHeading[] = [];
  for (const block of blocks) {
    if (block.kind !== "prose") continue;
    let fence: Fence | undefined;
    for (const line of block.markdown.split("\n")) {
      const edge = readFence(line);
      if (edge !== undefined) fence = fence === undefined ? edge : undefined;
      const match = fence === undefined ? /^(#{2,3})\s+(.+?)\s*$/.exec(line) : null;
      if (match === null) continue;
      const text = (match[2] ?? "").replace(/[`*_]/g, "");
      headings.push({ level: match[1] === "##" ? 2 : 3, text, id: slug(text) });
    }
  }
  return headings;
}
