import type { ReactElement } from "react";
import { findCell } from "../../notebook/document.ts";
import type { CellError, CellLocation } from "../../notebook/output.ts";
import { focusEditor } from "../editor/reveal-line.ts";
import { useNotebookState } from "../notebook-context.tsx";

interface ErrorOutputProps {
  readonly error: CellError;
  readonly expected: boolean;
}

/** An error as sentences: what happened, what to try, and where, as links into the code. */
export function ErrorOutput({ error, expected }: ErrorOutputProps): ReactElement {
  const [where, ...callers] = error.frames;
  return (
    <div className="error" data-expected={expected}>
      <p className="error-kind">
        <span className="error-name">{error.name}</span>
        {expected && <span className="error-expected">this error is expected</span>}
      </p>
      <p className="error-message">{error.message}</p>
      {error.hint !== undefined && <p className="error-hint">{error.hint}</p>}
      {where !== undefined && (
        <p className="error-where">
          In <FrameLink frame={where} />
          {callers.map((caller, index) => (
            <span key={index}>
              , called from <FrameLink frame={caller} />
            </span>
          ))}
          .
        </p>
      )}
    </div>
  );
}

function FrameLink({ frame }: { frame: CellLocation }): ReactElement {
  const number = useNotebookState(({ document }) =>
    document.cells.some((cell) => cell.id === frame.cellId)
      ? findCell(document, frame.cellId).number
      : undefined,
  );
  const inFunction = frame.functionName === undefined ? "" : ` (${frame.functionName})`;
  return (
    <button
      type="button"
      className="text-link"
      onClick={() => {
        focusEditor(frame.cellId, frame.line);
      }}
    >
      cell {number ?? "?"}, line {frame.line}
      {inFunction}
    </button>
  );
}
