import type { AnswerKey } from "./answer.ts";

/** A lesson as its author wrote it: prose and cells in reading order. Never changes once parsed. */
export interface Lesson {
  /** The lesson's place in its series, where it has one. */
  readonly number?: string;
  readonly title: string;
  /** One sentence under the title. */
  readonly summary: string;
  /** Markdown: whose text this builds on, and its licence. */
  readonly credit: string;
  readonly blocks: readonly LessonBlock[];
  readonly headings: readonly LessonHeading[];
}

export type LessonBlock = ProseBlock | LessonCell | SolutionBlock;

export interface ProseBlock {
  readonly kind: "prose";
  readonly markdown: string;
  /** First line of the block in the lesson file, from 1. */
  readonly line: number;
}

/** Prose and cells that stay folded away until the reader asks for them. */
export interface SolutionBlock {
  readonly kind: "solution";
  readonly title: string;
  readonly blocks: readonly (ProseBlock | LessonCell)[];
  readonly line: number;
}

export interface LessonCell {
  readonly kind: "cell";
  readonly id: string;
  /** Position among the lesson's cells, from 1: "cell 13". */
  readonly number: number;
  readonly source: string;
  readonly line: number;
  /** What the lecture printed for this cell. */
  readonly lecture?: string;
  /** Why this cell cannot or should not print what the lecture printed. */
  readonly excepted?: string;
  /** How long the lecture's Tesla T4 took, in milliseconds. */
  readonly t4Ms?: number;
  /** The error this cell is meant to end with; a run that raises it does not stop Run all. */
  readonly raises?: string;
  /** Cells that time the same call share this name, and with it one timing history. */
  readonly call?: string;
  /** A remark for the margin. */
  readonly note?: string;
  /** What the reader's own answer is held against. */
  readonly answer?: AnswerKey;
}

export interface LessonHeading {
  readonly level: 2 | 3;
  readonly text: string;
  readonly id: string;
}

/** The lesson's cells in reading order, those of solutions included. */
export function lessonCells(lesson: Lesson): readonly LessonCell[] {
  return lesson.blocks
    .flatMap((block) => (block.kind === "solution" ? block.blocks : [block]))
    .filter(isCell);
}

function isCell(block: LessonBlock): block is LessonCell {
  return block.kind === "cell";
}
