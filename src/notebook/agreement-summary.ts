import { compareWithLecture } from "./agreement.ts";
import type { CellState } from "./cell-state.ts";
import { isEdited, type NotebookDocument } from "./document.ts";
import type { LessonCell } from "./lesson.ts";

/** How the results of a run stand beside the lecture's, by number of cells. */
export interface AgreementSummary {
  /** Cells whose result the lecture printed and which ought to agree. */
  readonly total: number;
  readonly same: number;
  /** Ran, and printed something else. */
  readonly other: readonly LessonCell[];
  readonly notRun: number;
  /** Cells whose results need not agree, such as identities. */
  readonly excepted: number;
}

/** Counts the cells that read as the lesson has them; edited ones answer another question. */
export function summarizeAgreement(
  document: NotebookDocument,
  cells: Readonly<Record<string, CellState>>,
): AgreementSummary {
  const printed = document.cells.filter(
    (cell): cell is LessonCell & { lecture: string } =>
      cell.lecture !== undefined && !isEdited(document, cell.id),
  );
  const expected = printed.filter((cell) => cell.excepted === undefined);
  const kinds = expected.map((cell) => compareWithLecture(cells[cell.id]?.outputs ?? [], cell.lecture)?.kind);
  return {
    total: expected.length,
    same: kinds.filter((kind) => kind === "same").length,
    other: expected.filter((_, index) => kinds[index] !== undefined && kinds[index] !== "same"),
    notRun: kinds.filter((kind) => kind === undefined).length,
    excepted: printed.length - expected.length,
  };
}
