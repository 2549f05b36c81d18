import type { ReactElement } from "react";
import { compareWithLecture } from "../../notebook/agreement.ts";
import { measuredTiming, type CellState } from "../../notebook/cell-state.ts";
import { compareDurations } from "../../notebook/describe-agreement.ts";
import { formatDuration, formatWallTime } from "../../notebook/duration.ts";
import type { LessonCell } from "../../notebook/lesson.ts";
import { wideTypesOf } from "../../notebook/wide-numbers.ts";
import { LectureComparison } from "../comparison/lecture-comparison.tsx";
import { useNotebookState } from "../notebook-context.tsx";
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
  const { lecture, excepted, note, t4Ms, raises } = lesson;
  const timed = cell.timing !== null && cell.status !== "running";
  const agreement = lecture === undefined || edited ? undefined : compareWithLecture(cell.outputs, lecture);
  return (
    <aside
      className="margin"
      aria-label={`Numbers of cell ${lesson.number}`}
      data-empty={(lecture ?? note ?? t4Ms ?? raises) === undefined && !timed ? true : undefined}
    >
      {raises !== undefined && <p className="margin-note">This cell is meant to fail.</p>}
      {lecture !== undefined && (
        <LectureComparison lecture={lecture} agreement={agreement} excepted={excepted} />
      )}
      {note !== undefined && <p className="margin-note">{note}</p>}
      {t4Ms !== undefined && <LectureTime t4Ms={t4Ms} cell={cell} edited={edited} />}
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
      <Residence cell={cell} />
    </aside>
  );
}

/** What the lecture's T4 took beside what this run took, and the ratio of the two. */
function LectureTime({
  t4Ms,
  cell,
  edited,
}: {
  t4Ms: number;
  cell: CellState;
  edited: boolean;
}): ReactElement {
  const measured = cell.outcome === "done" && !edited ? measuredTiming(cell) : null;
  return (
    <div className="margin-entry margin-times">
      <p className="margin-time">
        <span className="margin-label">Lecture’s T4</span>
        <span className="margin-figure">{formatWallTime(t4Ms)}</span>
      </p>
      {measured !== null && (
        <>
          <p className="margin-time">
            <span className="margin-label">Here</span>
            <span className="margin-figure">{formatDuration(measured.wallMs)}</span>
          </p>
          <p className="margin-label">{compareDurations(measured.wallMs, t4Ms)}</p>
        </>
      )}
    </div>
  );
}

/** Says where 64-bit results live when the device has no 64-bit numbers. */
function Residence({ cell }: { cell: CellState }): ReactElement | null {
  const onWebgpu = useNotebookState(
    ({ device }) => device.phase === "ready" && device.info.kind === "webgpu",
  );
  const types = onWebgpu ? wideTypesOf(cell) : [];
  if (types.length === 0) return null;
  return (
    <p
      className="margin-residence"
      title="WebGPU has no 64-bit numbers: these arrays live with the processor."
    >
      {types.join(", ")} · CPU
    </p>
  );
}
