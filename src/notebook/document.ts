import { lessonCells, type Lesson, type LessonCell } from "./lesson.ts";

/** A lesson together with what the reader changed in it. Immutable: every change makes a new document. */
export interface NotebookDocument {
  readonly lesson: Lesson;
  readonly cells: readonly LessonCell[];
  /** Changed sources by cell id; a cell that reads as the lesson has it is absent. */
  readonly edits: Readonly<Record<string, string>>;
}

export function createDocument(lesson: Lesson): NotebookDocument {
  return { lesson, cells: lessonCells(lesson), edits: {} };
}

/** @throws RangeError when the document has no such cell */
export function findCell(document: NotebookDocument, cellId: string): LessonCell {
  const cell = document.cells.find((candidate) => candidate.id === cellId);
  if (cell === undefined) throw new RangeError(`the lesson has no cell "${cellId}"`);
  return cell;
}

/** What the cell says now. */
export function sourceOf(document: NotebookDocument, cellId: string): string {
  return document.edits[cellId] ?? findCell(document, cellId).source;
}

export function isEdited(document: NotebookDocument, cellId: string): boolean {
  return document.edits[cellId] !== undefined;
}

export function editCell(document: NotebookDocument, cellId: string, source: string): NotebookDocument {
  const { [cellId]: _, ...others } = document.edits;
  const original = findCell(document, cellId).source;
  return { ...document, edits: source === original ? others : { ...others, [cellId]: source } };
}

export function resetCell(document: NotebookDocument, cellId: string): NotebookDocument {
  return editCell(document, cellId, findCell(document, cellId).source);
}

/** Ids of the cells before this one, in reading order. */
export function cellsAbove(document: NotebookDocument, cellId: string): readonly string[] {
  return document.cells.slice(0, findCell(document, cellId).number - 1).map((cell) => cell.id);
}

/** The cell after this one in reading order, if there is one. */
export function cellAfter(document: NotebookDocument, cellId: string): LessonCell | undefined {
  return document.cells[findCell(document, cellId).number];
}
