import type { CellState } from "./cell-state.ts";
import { sourceOf, type NotebookDocument } from "./document.ts";

/** Why a cell's output may no longer be what its code would give. */
export type Staleness =
  | { readonly reason: "edited" }
  | { readonly reason: "left-over" }
  /** A cell above defined this name again after the output was made. */
  | { readonly reason: "input"; readonly name: string; readonly cellNumber: number };

/**
 * Whether the shown output is stale, and why; `null` when it is fresh or there is none.
 *
 * A name counts as changed only by its nearest definer above: cells below may rebind it at will, as the
 * lesson does with `a`, without making what stands above stale.
 */
export function staleness(
  document: NotebookDocument,
  cells: Readonly<Record<string, CellState>>,
  cellId: string,
): Staleness | null {
  const cell = cells[cellId];
  if (cell === undefined || cell.ranSource === null || cell.status === "running") return null;
  if (cell.leftOver) return cell.outputs.length === 0 ? null : { reason: "left-over" };
  if (cell.ranSource !== sourceOf(document, cellId)) return { reason: "edited" };
  if (cell.executionCount === null) return null;
  const index = document.cells.findIndex((candidate) => candidate.id === cellId);
  for (const name of cell.reads) {
    const definer = document.cells
      .slice(0, index)
      .findLast((above) => cells[above.id]?.writes.includes(name));
    const count = definer === undefined ? null : (cells[definer.id]?.executionCount ?? null);
    if (definer !== undefined && count !== null && count > cell.executionCount) {
      return { reason: "input", name, cellNumber: definer.number };
    }
  }
  return null;
}
