/** A lesson as its author wrote it: prose and cells in reading order. Never changes once parsed. */
export interface Lesson {
  readonly title: string;
  /** One sentence under the title. */
  readonly summary: string;
  /** Markdown: whose text this builds on, and its licence. */
  readonly credit: string;
  readonly blocks: readonly LessonBlock[];
  readonly headings: readonly LessonHeading[];
}

export type LessonBlock = ProseBlock | LessonCell;

export interface ProseBlock {
  readonly kind: "prose";
  readonly markdown: string;
  /** First line of the block in the lesson file, from 1. */
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
  /** How long the lecture's Tesla T4 took, in milliseconds. */
  readonly t4Ms?: number;
  /** The error this cell is meant to end with; a run that raises it does not stop Run all. */
  readonly raises?: string;
  /** Cells that time the same call share this name, and with it one timing history. */
  readonly call?: string;
  /** A remark for the margin. */
  readonly note?: string;
}

export interface LessonHeading {
  readonly level: 2 | 3;
  readonly text: string;
  readonly id: string;
}

export function lessonCells(lesson: Lesson): readonly LessonCell[] {
  return lesson.blocks.filter((block) => block.kind === "cell");
}
