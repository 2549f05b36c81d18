import type { ReactElement } from "react";
import { compareWithLecture, type Agreement } from "../../notebook/agreement.ts";
import type { CellState } from "../../notebook/cell-state.ts";
import { formatDuration } from "../../notebook/duration.ts";
import type { LessonCell } from "../../notebook/lesson.ts";
import { TimingLine } from "../timing/timing-line.tsx";

interface CellMarginProps {
  readonly lesson: LessonCell;
  readonly cell: CellState;
  readonly edited: boolean;
  /** The picture under the cell shows this run's parts already. */
  readonly pictured: boolean;
}

/** The numbers beside a cell: what the lecture printed, what its T4 took, what this run took. */
export function CellMargin({ lesson, cell, edited, pictured }: CellMarginProps): ReactElement {
  const agreement =
    lesson.lecture === undefined || edited ? undefined : compareWithLecture(cell.outputs, lesson.lecture);
  const remarks = (lesson.lecture ?? lesson.note ?? lesson.t4Ms ?? lesson.raises) !== undefined;
  const timed = cell.timing !== null && cell.status !== "running";
  return (
    <aside
      className="margin"
      aria-label={`Numbers of cell ${lesson.number}`}
      data-empty={!remarks && !timed ? true : undefined}
    >
      {lesson.raises !== undefined && <p className="margin-note">This cell is meant to fail.</p>}
      {lesson.lecture !== undefined && (
        <div className="margin-entry">
          <p className="margin-label">The lecture printed</p>
          <pre className="margin-print" tabIndex={0}>
            {lesson.lecture}
          </pre>
          {agreement !== undefined && (
            <p className="margin-agreement" data-agreement={agreement.kind}>
              {describeAgreement(agreement)}
            </p>
          )}
        </div>
      )}
      {lesson.note !== undefined && <p className="margin-note">{lesson.note}</p>}
      {lesson.t4Ms !== undefined && (
        <p className="margin-entry margin-time">
          <span className="margin-label">Lecture’s T4</span>
          <span className="margin-figure">{formatDuration(lesson.t4Ms)}</span>
        </p>
      )}
      <p
        className="margin-entry margin-time"
        hidden={!timed || pictured}
        {...(pictured ? {} : { "data-cell-timing": "" })}
      >
        {cell.timing !== null && timed && !pictured && (
          <>
            <span className="margin-label">{cell.leftOver ? "Earlier run" : "This run"}</span>
            <TimingLine timing={cell.timing} />
          </>
        )}
      </p>
    </aside>
  );
}

function describeAgreement(agreement: Agreement): string {
  switch (agreement.kind) {
    case "same":
      return "✓ the same here";
    case "same-numbers":
      return `✓ the same numbers here, as ${agreement.dtypes.join(" and ")}`;
    case "digits":
      return `≈ the same to ${agreement.digits} digits here`;
    case "different":
      return "✗ different here";
  }
}
