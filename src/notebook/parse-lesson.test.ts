import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lessonCells } from "./lesson.ts";
import { LessonSyntaxError, parseLesson } from "./parse-lesson.ts";

const FRONT = "---\ntitle: T\nsummary: One sentence.\ncredit: By someone.\n---\n";

function failure(text: string): LessonSyntaxError {
  try {
    parseLesson(text);
  } catch (error) {
    if (error instanceof LessonSyntaxError) return error;
    throw error;
  }
  throw new Error("the lesson was accepted");
}

describe("parseLesson", () => {
  it("keeps prose and cells in reading order with their lines", () => {
    const lesson = parseLesson(
      `${FRONT}\n## One\n\nText.\n\n\`\`\`ts {#a}\nlet a = 1;\na\n\`\`\`\n\nMore.\n`,
    );
    expect(lesson.title).toBe("T");
    expect(lesson.blocks.map((block) => [block.kind, block.line])).toEqual([
      ["prose", 6],
      ["cell", 11],
      ["prose", 15],
    ]);
    expect(lessonCells(lesson)[0]).toEqual({
      kind: "cell",
      id: "a",
      number: 1,
      source: "let a = 1;\na",
      line: 11,
    });
    expect(lesson.headings).toEqual([{ level: 2, text: "One", id: "one" }]);
  });

  it("reads every attribute, with escapes", () => {
    const info =
      '{#f t4="462 ms" lecture="[[1.]\\n [2.]] \\"x\\"" raises="TypeError" call="f(x)" note="why"}';
    const [cell] = lessonCells(parseLesson(`${FRONT}\`\`\`ts ${info}\nf(x)\n\`\`\`\n`));
    expect(cell).toMatchObject({
      t4Ms: 462,
      lecture: '[[1.]\n [2.]] "x"',
      raises: "TypeError",
      call: "f(x)",
      note: "why",
    });
  });

  it("leaves other fences to the prose, headings inside them included", () => {
    const lesson = parseLesson(`${FRONT}\`\`\`python\n## not a heading\n\`\`\`\n\n### Real \`one\`\n`);
    expect(lessonCells(lesson)).toEqual([]);
    expect(lesson.headings).toEqual([{ level: 3, text: "Real one", id: "real-one" }]);
  });

  it.each([
    ["no front matter", "# T\n", 1, "front matter"],
    ["open front matter", "---\ntitle: T\n", 1, "closing"],
    ["a missing field", "---\ntitle: T\n---\n", 3, "summary"],
    ["a cell without an id", `${FRONT}\`\`\`ts\n1\n\`\`\`\n`, 6, "needs an id"],
    ["an open fence", `${FRONT}\n\`\`\`ts {#a}\n1\n`, 7, "never closed"],
    ["an unknown attribute", `${FRONT}\`\`\`ts {#a time="1 s"}\n1\n\`\`\`\n`, 6, "time"],
    ["a bad duration", `${FRONT}\`\`\`ts {#a t4="soon"}\n1\n\`\`\`\n`, 6, "soon"],
    ["unreadable attributes", `${FRONT}\`\`\`ts {#a t4=462}\n1\n\`\`\`\n`, 6, "t4=462"],
    ["a repeated id", `${FRONT}\`\`\`ts {#a}\n1\n\`\`\`\n\`\`\`ts {#a}\n2\n\`\`\`\n`, 9, "line 6"],
  ])("refuses %s and names the line", (_, text, line, words) => {
    const error = failure(text);
    expect(error.line).toBe(line);
    expect(error.message).toContain(words);
  });
});

describe("the lessons", () => {
  it("introduction-to-jax.md parses, in the lecture's order", () => {
    const path = new URL("../../lessons/introduction-to-jax.md", import.meta.url);
    const lesson = parseLesson(readFileSync(path, "utf8"));
    const cells = lessonCells(lesson);
    expect(lesson.title).toBe("An Introduction to JAX");
    expect(lesson.credit).toContain("https://jax.quantecon.org/jax_intro.html");
    expect(cells.filter((cell) => cell.raises !== undefined).map((cell) => cell.id)).toEqual(["set-item"]);
    expect(cells.flatMap((cell) => (cell.t4Ms === undefined ? [] : [cell.t4Ms]))).toEqual([
      462, 148, 371, 107, 100, 231,
    ]);
  });
});
