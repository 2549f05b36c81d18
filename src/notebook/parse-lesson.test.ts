import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { judgeAnswer } from "./answer.ts";
import { lessonCells } from "./lesson.ts";
import { LessonSyntaxError } from "./lesson-syntax-error.ts";
import { parseLesson } from "./parse-lesson.ts";

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

  it("gives a cell what the fences right below it say", () => {
    const [cell, next] = lessonCells(
      parseLesson(
        `${FRONT}\`\`\`ts {#a}\n1\n\`\`\`\n\n\`\`\`lecture\n[[1.]\n [2.]]\n\`\`\`\n` +
          "```check\n1.5: Yes.\nelse: No.\n```\n```ts {#b}\n2\n```\n",
      ),
    );
    expect(cell).toMatchObject({
      lecture: "[[1.]\n [2.]]",
      answer: { right: { value: "1.5", remark: "Yes." }, slips: [], otherwise: "No." },
    });
    expect(next).toMatchObject({ id: "b", number: 2, line: 18 });
  });

  it("folds a solution away, its cells counted with the others", () => {
    const lesson = parseLesson(
      `${FRONT}\`\`\`ts {#a}\n1\n\`\`\`\n:::solution One way\n\n## Hidden\n\`\`\`ts {#b}\n2\n\`\`\`\n:::\nAfter.\n`,
    );
    expect(lesson.blocks.map((block) => [block.kind, block.line])).toEqual([
      ["cell", 6],
      ["solution", 9],
      ["prose", 16],
    ]);
    expect(lesson.blocks[1]).toMatchObject({ title: "One way", blocks: [{ kind: "prose" }, { id: "b" }] });
    expect(lessonCells(lesson).map((cell) => [cell.id, cell.number])).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    expect(lesson.headings).toEqual([]);
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
    ["what the lecture printed, for no cell", `${FRONT}\n\`\`\`lecture\n1\n\`\`\`\n`, 7, "no cell"],
    ["a check that cannot be read", `${FRONT}\`\`\`ts {#a}\n\`\`\`\n\`\`\`check\nyes\n\`\`\`\n`, 9, "yes"],
    ["a solution left open", `${FRONT}:::solution S\n`, 6, "never closed"],
    ["a solution inside another", `${FRONT}:::solution S\n:::solution T\n:::\n`, 7, "closes"],
    ["a container it does not know", `${FRONT}:::warning\n:::\n`, 6, ":::warning"],
    ["a repeated id", `${FRONT}\`\`\`ts {#a}\n1\n\`\`\`\n\`\`\`ts {#a}\n2\n\`\`\`\n`, 9, "line 6"],
  ])("refuses %s and names the line", (_, text, line, words) => {
    const error = failure(text);
    expect(error.line).toBe(line);
    expect(error.message).toContain(words);
  });
});

describe("the lessons", () => {
  const path = new URL("../../lessons/introduction-to-jax.md", import.meta.url);
  const lesson = parseLesson(readFileSync(path, "utf8"));
  const cells = lessonCells(lesson);

  it("introduction-to-jax.md parses, in the lecture's order", () => {
    expect(lesson.title).toBe("An Introduction to JAX");
    expect(lesson.credit).toContain("https://jax.quantecon.org/jax_intro.html");
    expect(cells.filter((cell) => cell.raises !== undefined).map((cell) => cell.id)).toEqual(["set-item"]);
    expect(cells.flatMap((cell) => (cell.t4Ms === undefined ? [] : [cell.t4Ms]))).toEqual([
      462,
      148,
      371,
      107,
      100,
      231,
      3950,
      62.5,
      236 * 1e-3,
      89.7,
      27.4,
      93.8,
      25.1,
      13800,
      467,
    ]);
    const numbers = lesson.headings.flatMap(({ text }) => /^\d+(\.\d+)+/.exec(text)?.[0] ?? []);
    expect(numbers.join(" ")).toBe("2.1 2.1.1 2.1.2 2.2 2.3 2.3.1 2.3.2 2.4 2.5 2.6 2.7");
  });

  it("introduction-to-jax.md judges the right price and its near misses", () => {
    const key = cells.find((cell) => cell.answer !== undefined)?.answer;
    if (key === undefined) throw new Error("the lesson checks no answer");
    const judge = (text: string) => judgeAnswer([{ kind: "value", text }], key);
    expect(judge("Array(180876.48840921, dtype=float64)")?.kind).toBe("right");
    // What JAX itself comes to with the newer layout, in 32 bits, with both, and without the discount.
    expect(judge("Array(699495.97040563, dtype=float64)")?.remark).toContain("jax_threefry_partitionable");
    expect(judge("Array(152444.23, dtype=float32)")?.remark).toContain("jax_enable_x64");
    expect(judge("Array(266480.22, dtype=float32)")?.kind).toBe("slip");
    expect(judge("Array(221145.56081474, dtype=float64)")?.remark).toContain("discount");
    expect(judge("Array(0., dtype=float64, weak_type=True)")?.kind).toBe("not-yet");
  });
});
