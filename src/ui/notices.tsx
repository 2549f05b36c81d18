import type { ReactElement, ReactNode } from "react";
import { findCell } from "../notebook/document.ts";
import { focusEditor } from "./editor/reveal-line.ts";
import { Icon } from "./icon.tsx";
import { useNotebook, useNotebookState } from "./notebook-context.tsx";

/** What the reader should know that belongs to no single cell, with the next step as a button. */
export function Notices(): ReactElement | null {
  const notice = useNotebookState((state) => state.notice);
  const device = useNotebookState((state) => state.device);
  const document = useNotebookState((state) => state.document);
  const notebook = useNotebook();
  if (device.phase === "failed") {
    return (
      <Strip tone="error">
        The engine could not start. {device.error.message} {device.error.hint}
      </Strip>
    );
  }
  switch (notice?.kind) {
    case "stopped-at-error": {
      const { number } = findCell(document, notice.cellId);
      return (
        <Strip tone="error" dismissible>
          Cell {number} failed, so {notice.notRun === 1 ? "one cell" : `${notice.notRun} cells`} after it did
          not run.
          <StripButton
            onClick={() => {
              focusEditor(notice.cellId);
            }}
          >
            Go to cell {number}
          </StripButton>
        </Strip>
      );
    }
    case "force-stopped": {
      const { number } = findCell(document, notice.cellId);
      return (
        <Strip tone="warning" dismissible>
          Cell {number} was ended by force, and every variable is gone with it.
          {number > 1 && (
            <StripButton
              onClick={() => {
                notebook.runAbove(notice.cellId);
              }}
            >
              Run cells above
            </StripButton>
          )}
        </Strip>
      );
    }
    case "device-lost":
      return (
        <Strip tone="error" dismissible>
          The device was lost: {notice.message} The text and your edits are safe. The next run starts a new
          device; arrays on the old one are gone.
        </Strip>
      );
    case undefined:
      return null;
  }
}

interface StripProps {
  readonly tone: "warning" | "error";
  readonly dismissible?: boolean;
  readonly children: ReactNode;
}

function Strip({ tone, dismissible = false, children }: StripProps): ReactElement {
  const notebook = useNotebook();
  return (
    <section className="notice" data-tone={tone} aria-label="Notice">
      <p>{children}</p>
      {dismissible && (
        <button
          type="button"
          className="tool"
          aria-label="Dismiss"
          onClick={() => {
            notebook.dismissNotice();
          }}
        >
          <Icon name="close" />
        </button>
      )}
    </section>
  );
}

function StripButton({ onClick, children }: { onClick: () => void; children: ReactNode }): ReactElement {
  return (
    <button type="button" className="button notice-button" onClick={onClick}>
      {children}
    </button>
  );
}
