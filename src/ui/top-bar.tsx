import type { ReactElement, ReactNode } from "react";
import { isBusy } from "../notebook/run-queue.ts";
import { ComparisonToggle } from "./comparison/comparison-toggle.tsx";
import { DeviceBadge } from "./device-badge.tsx";
import { revealCell } from "./editor/reveal-line.ts";
import { useNotebook, useNotebookState } from "./notebook-context.tsx";
import { ThemeToggle } from "./theme/theme-toggle.tsx";

/** What stays in view: the device, and the buttons that run the whole lesson. */
export function TopBar({ contentsButton }: { contentsButton: ReactNode }): ReactElement {
  return (
    <header className="bar">
      {contentsButton}
      <a className="bar-name" href="#lesson-title">
        Fusebook
      </a>
      <DeviceBadge />
      <PassPlace />
      <RunControls />
      <ComparisonToggle />
      <ThemeToggle />
      <PassProgress />
    </header>
  );
}

function RunControls(): ReactElement {
  const notebook = useNotebook();
  const busy = useNotebookState((state) => isBusy(state.queue));
  const stop = useNotebookState((state) => state.stop);
  return (
    <div className="controls" role="group" aria-label="Run the lesson">
      <button
        type="button"
        className="button button-primary"
        onClick={() => {
          notebook.runAll();
        }}
      >
        Run all
      </button>
      <button
        type="button"
        className="button"
        aria-disabled={!busy}
        onClick={() => {
          notebook.stop();
        }}
      >
        Stop
      </button>
      <button
        type="button"
        className="button"
        title="A new worker: variables are lost"
        onClick={() => {
          notebook.restart();
        }}
      >
        Restart
      </button>
      {stop === "overdue" && (
        <button
          type="button"
          className="button button-danger"
          onClick={() => {
            notebook.forceStop();
          }}
        >
          Force stop: variables are lost
        </button>
      )}
    </div>
  );
}

/** Which cell the pass has come to; takes the reader there. */
function PassPlace(): ReactElement | null {
  const cells = useNotebookState((state) => state.document.cells);
  const current = useNotebookState((state) => (state.queue.total > 1 ? state.queue.current : null));
  const cell = cells.find(({ id }) => id === current?.cellId);
  if (cell === undefined) return null;
  return (
    <button
      type="button"
      className="text-link pass-place"
      title="Go to the running cell"
      onClick={() => {
        revealCell(cell.id);
      }}
    >
      cell {cell.number} of {cells.length}
    </button>
  );
}

/** How much of the pass is over, as a line along the bar. */
function PassProgress(): ReactElement | null {
  const { total, ended } = useNotebookState((state) => state.queue);
  const busy = useNotebookState((state) => isBusy(state.queue));
  if (!busy || total < 2) return null;
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label="Cells run"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={ended}
    >
      <div className="progress-line" style={{ inlineSize: `${(100 * ended) / total}%` }} />
    </div>
  );
}
