import { memo, useRef, type ReactElement, type RefObject } from "react";
import { useShallow } from "zustand/react/shallow";
import { errorOf, NEVER_RUN, type CellState } from "../../notebook/cell-state.ts";
import { cellAfter, isEdited, sourceOf } from "../../notebook/document.ts";
import { staleness } from "../../notebook/freshness.ts";
import type { LessonCell } from "../../notebook/lesson.ts";
import { historyKey, historyOfCell, lectureTimes } from "../../notebook/timing-history.ts";
import { CodeEditor } from "../editor/code-editor.tsx";
import { focusEditor } from "../editor/reveal-line.ts";
import { Icon } from "../icon.tsx";
import { useNotebook, useNotebookState } from "../notebook-context.tsx";
import { OutputList } from "../outputs/output-list.tsx";
import { TimingPicture } from "../timing/timing-picture.tsx";
import { AnswerVerdict } from "./answer-verdict.tsx";
import { CellMargin } from "./cell-margin.tsx";
import { CellStatusLine } from "./cell-status.tsx";

/** A cell of the lesson: its code, what it put out, and its numbers in the margin. */
export const Cell = memo(function Cell({ lesson }: { lesson: LessonCell }): ReactElement {
  const notebook = useNotebook();
  const runButton = useRef<HTMLButtonElement>(null);
  const { id, number } = lesson;
  const cell = useNotebookState((state) => state.cells[id] ?? NEVER_RUN);
  const source = useNotebookState((state) => sourceOf(state.document, id));
  const stop = useNotebookState((state) => state.stop);
  const edited = useNotebookState((state) => isEdited(state.document, id));
  const stale = useNotebookState(useShallow((state) => staleness(state.document, state.cells, id)));
  const history = useNotebookState((state) => state.histories[historyKey(state.document, lesson)]);
  const times = useNotebookState(useShallow((state) => lectureTimes(state.document, lesson)));
  const pictured = history !== undefined && cell.timing !== null && timesOneCall(lesson, cell, edited);
  const run = (advance: boolean): void => {
    notebook.run(id);
    const next = cellAfter(notebook.store.getState().document, id);
    if (advance && next !== undefined) focusEditor(next.id);
  };
  return (
    <section
      className="cell"
      aria-label={`Cell ${number}`}
      data-cell-id={id}
      data-status={cell.status}
      data-outcome={cell.outcome ?? undefined}
      data-stale={stale?.reason}
    >
      <span className="cell-count">
        <span aria-hidden="true">[{countText(cell)}]</span>
        <span className="visually-hidden">{spokenState(cell)}</span>
      </span>
      <div className="cell-code">
        <CodeEditor
          cellId={id}
          label={`Code of cell ${number}`}
          source={source}
          markedLine={failedLine(cell, id, source)}
          onChange={(text) => {
            notebook.edit(id, text);
          }}
          onRun={run}
          onLeave={() => runButton.current?.focus()}
        />
        <CellTools
          lesson={lesson}
          edited={edited}
          runButton={runButton}
          onRun={() => {
            run(false);
          }}
        />
      </div>
      <div className="cell-results">
        <CellStatusLine cell={cell} stop={stop} staleness={stale} />
        <div className="cell-output" data-cell-output="" role="group" aria-label={`Output of cell ${number}`}>
          <OutputList outputs={cell.outputs} errorExpected={cell.outcome === "expected-error"} />
          {lesson.raises !== undefined && !edited && cell.outcome === "done" && (
            <p className="output-remark">This cell was meant to fail with {lesson.raises}, and did not.</p>
          )}
        </div>
        {lesson.answer !== undefined && <AnswerVerdict cell={cell} answer={lesson.answer} />}
        {pictured && (
          <div data-cell-timing="">
            <TimingPicture history={historyOfCell(history, id)} lecture={times} />
          </div>
        )}
      </div>
      <CellMargin lesson={lesson} cell={cell} edited={edited} pictured={pictured} />
    </section>
  );
});

interface CellToolsProps {
  readonly lesson: LessonCell;
  readonly edited: boolean;
  readonly runButton: RefObject<HTMLButtonElement | null>;
  readonly onRun: () => void;
}

function CellTools({ lesson, edited, runButton, onRun }: CellToolsProps): ReactElement {
  const notebook = useNotebook();
  const { id, number } = lesson;
  return (
    <div className="cell-tools">
      {edited && (
        <button
          type="button"
          className="tool"
          aria-label={`Undo the edits of cell ${number}`}
          title="Back to the lesson's text"
          onClick={() => {
            notebook.reset(id);
          }}
        >
          <Icon name="reset" />
        </button>
      )}
      {number > 1 && (
        <button
          type="button"
          className="tool"
          aria-label={`Run above cell ${number}`}
          title="Run all cells above this one"
          onClick={() => {
            notebook.runAbove(id);
          }}
        >
          <Icon name="run-above" />
        </button>
      )}
      <button
        ref={runButton}
        type="button"
        className="tool tool-run"
        aria-label={`Run cell ${number}`}
        title="Run this cell (Ctrl+Enter)"
        onClick={onRun}
      >
        <Icon name="run" />
      </button>
    </div>
  );
}

/** Whether the cell times one call: `%timeit` makes many, which no pair of bars could show. */
function timesOneCall(lesson: LessonCell, cell: CellState, edited: boolean): boolean {
  const magic = cell.outputs.findLast((output) => output.kind === "timing")?.magic;
  if (magic !== undefined) return magic !== "%timeit";
  return !edited && (lesson.call !== undefined || lesson.t4Ms !== undefined);
}

function countText(cell: CellState): string {
  if (cell.status === "running") return "*";
  if (cell.status === "queued") return "…";
  return cell.executionCount === null ? " " : String(cell.executionCount);
}

function spokenState(cell: CellState): string {
  if (cell.status === "running" || cell.status === "queued") return cell.status;
  if (cell.executionCount === null) return "not run yet";
  return `run number ${cell.executionCount}`;
}

/** The line of this cell to mark: the innermost frame in it, while the code is still what failed. */
function failedLine(cell: CellState, cellId: string, source: string): number | undefined {
  if (cell.status !== "error" || cell.ranSource !== source) return undefined;
  return errorOf(cell)?.frames.find((frame) => frame.cellId === cellId)?.line;
}
