import { findClose, readFence, type Fence } from "./lesson-fence.ts";
import { LessonSyntaxError } from "./lesson-syntax-error.ts";
import {
  lessonCells,
  type Lesson,
  type LessonBlock,
  type LessonCell,
  type LessonHeading,
  type ProseBlock,
} from "./lesson.ts";
import { parseAnswerKey } from "./parse-answer-key.ts";
import { parseCell } from "./parse-cell.ts";
import { slug } from "./slug.ts";

interface FrontMatter {
  readonly fields: ReadonlyMap<string, string>;
  /** Index of the first line after the closing `---`. */
  readonly end: number;
}

/** Languages of the fences that belong to the cell above them. */
const AMENDMENTS: ReadonlySet<string> = new Set(["lecture", "check"]);
const REQUIRED_FIELDS = ["title", "summary", "credit"] as const;

/**
 * Reads a lesson: front matter, then Markdown whose `ts` fences are cells. A `lecture` or `check` fence belongs
 * to the cell above it; lines between `:::solution Title` and `:::` are folded away. See docs/lesson-format.md.
 * @throws LessonSyntaxError naming the line
 */
export function parseLesson(text: string): Lesson {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const { fields, end } = readFrontMatter(lines);
  const blocks = new BlockReader(lines, end).read();
  const [title = "", summary = "", credit = ""] = REQUIRED_FIELDS.map((name) => fields.get(name));
  const number = fields.get("number");
  const lesson = {
    ...(number === undefined ? {} : { number }),
    title,
    summary,
    credit,
    blocks,
    headings: readHeadings(blocks),
  };
  refuseRepeatedIds(lessonCells(lesson));
  return lesson;
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

/** A solution whose closing line has not come yet. */
interface OpenSolution {
  readonly title: string;
  readonly line: number;
  readonly blocks: (ProseBlock | LessonCell)[];
}

/** Goes through the lines once and sorts them into blocks. */
class BlockReader {
  readonly #lines: readonly string[];
  readonly #blocks: LessonBlock[] = [];
  #index: number;
  #solution: OpenSolution | undefined;
  #prose: string[] = [];
  #proseStart: number;
  #cells = 0;

  constructor(lines: readonly string[], start: number) {
    this.#lines = lines;
    this.#index = start;
    this.#proseStart = start;
  }

  read(): readonly LessonBlock[] {
    while (this.#index < this.#lines.length) {
      const line = this.#lines[this.#index] ?? "";
      const fence = readFence(line);
      if (fence !== undefined) this.#readFence(fence);
      else if (line.startsWith(":::")) this.#readContainerEdge(line);
      else {
        this.#prose.push(line);
        this.#index += 1;
      }
    }
    this.#flushProse(this.#index);
    if (this.#solution !== undefined) {
      throw new LessonSyntaxError(this.#solution.line, "this solution is never closed with :::");
    }
    return this.#blocks;
  }

  #readFence(fence: Fence): void {
    const open = this.#index;
    const close = findClose(this.#lines, open, fence.marker);
    this.#index = close + 1;
    if (fence.language === "ts") {
      this.#flushProse(close + 1);
      this.#cells += 1;
      const cell = parseCell(fence, open + 1, this.#cells, this.#lines.slice(open + 1, close));
      this.#add({ ...cell, ...this.#readAmendments() });
      this.#proseStart = this.#index;
    } else if (AMENDMENTS.has(fence.language)) {
      throw new LessonSyntaxError(open + 1, "there is no cell right above this fence");
    } else {
      this.#prose.push(...this.#lines.slice(open, close + 1));
    }
  }

  /** What the fences right below a cell add to it. */
  #readAmendments(): Partial<LessonCell> {
    let amendments: Partial<LessonCell> = {};
    for (;;) {
      const open = this.#lines.findIndex((line, index) => index >= this.#index && line.trim() !== "");
      const fence = readFence(this.#lines[open] ?? "");
      if (fence === undefined || !AMENDMENTS.has(fence.language)) return amendments;
      const close = findClose(this.#lines, open, fence.marker);
      const body = this.#lines.slice(open + 1, close);
      amendments =
        fence.language === "lecture"
          ? { ...amendments, lecture: body.join("\n") }
          : { ...amendments, answer: parseAnswerKey(open + 1, body) };
      this.#index = close + 1;
    }
  }

  #readContainerEdge(line: string): void {
    const number = this.#index + 1;
    this.#flushProse(number);
    const open = /^:::\s*solution\s+(\S.*?)\s*$/.exec(line);
    if (open !== null && this.#solution === undefined) {
      this.#solution = { title: open[1] ?? "", line: number, blocks: [] };
    } else if (/^:::\s*$/.test(line) && this.#solution !== undefined) {
      this.#blocks.push({ kind: "solution", ...this.#solution });
      this.#solution = undefined;
    } else {
      throw new LessonSyntaxError(number, `":::solution Title" opens, ":::" closes; not "${line}"`);
    }
    this.#index = number;
  }

  #flushProse(next: number): void {
    if (this.#prose.some((line) => line.trim() !== "")) {
      this.#add({ kind: "prose", markdown: this.#prose.join("\n"), line: this.#proseStart + 1 });
    }
    this.#prose = [];
    this.#proseStart = next;
  }

  #add(block: ProseBlock | LessonCell): void {
    (this.#solution?.blocks ?? this.#blocks).push(block);
  }
}

function refuseRepeatedIds(cells: readonly LessonCell[]): void {
  const lines = new Map<string, number>();
  for (const { id, line } of cells) {
    const earlier = lines.get(id);
    if (earlier !== undefined) {
      throw new LessonSyntaxError(line, `cell id "${id}" is already used in line ${earlier}`);
    }
    lines.set(id, line);
  }
}

/** Headings of the prose outside solutions: the contents do not point into what is folded away. */
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
