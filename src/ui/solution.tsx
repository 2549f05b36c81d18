import { useState, type ReactElement } from "react";
import { useShallow } from "zustand/react/shallow";
import type { CellState } from "../notebook/cell-state.ts";
import type { LessonCell, SolutionBlock } from "../notebook/lesson.ts";
import { Cell } from "./cell/cell.tsx";
import { Prose } from "./markdown/prose.tsx";
import { useNotebookState } from "./notebook-context.tsx";

/** A solution, folded away until asked for. Its cells run with all others. */
export function Solution({ solution }: { solution: SolutionBlock }): ReactElement {
  const [open, setOpen] = useState(false);
  const cellIds = solution.blocks.filter((block) => block.kind === "cell").map((cell: LessonCell) => cell.id);
  const states = useNotebookState(useShallow((state) => cellIds.map((id) => state.cells[id])));
  return (
    <details
      className="solution"
      open={open}
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>
        <span className="solution-title">{solution.title}</span>
        <span className="solution-state">{open ? "" : describeHidden(states)}</span>
      </summary>
      <div className="solution-body">
        {solution.blocks.map((block) =>
          block.kind === "cell" ? (
            <Cell key={block.id} lesson={block} />
          ) : (
            <Prose key={block.line} markdown={block.markdown} />
          ),
        )}
      </div>
    </details>
  );
}

/** What goes on behind the fold. */
function describeHidden(states: readonly (CellState | undefined)[]): string {
  const statuses = states.map((state) => state?.status ?? "idle");
  const cells = statuses.length === 1 ? "One hidden cell" : `${statuses.length} hidden cells`;
  if (statuses.includes("running")) return `${cells}, running now`;
  if (statuses.includes("queued")) return `${cells}, waiting their turn`;
  if (statuses.includes("error")) return `${cells}; one of them failed`;
  if (statuses.every((status) => status === "done")) return `${cells}, all run`;
  return `${cells}; Run all runs them, too`;
}
