import type { ReactElement } from "react";
import { useShallow } from "zustand/react/shallow";
import { summarizeAgreement, type AgreementSummary } from "../../notebook/agreement-summary.ts";
import { revealCell } from "../editor/reveal-line.ts";
import { useNotebookState } from "../notebook-context.tsx";

/** How many of the lecture's results were met in this run, and where they were not. */
export function AgreementCount(): ReactElement {
  const [document, cells] = useNotebookState(useShallow((state) => [state.document, state.cells]));
  const summary = summarizeAgreement(document, cells);
  return (
    <p className="agreement-count" data-same={summary.same} data-total={summary.total}>
      {describe(summary)}
      {summary.other.length > 0 && " Different: "}
      {summary.other.map((cell, index) => (
        <span key={cell.id}>
          {index > 0 && ", "}
          <button
            type="button"
            className="text-link"
            onClick={() => {
              revealCell(cell.id);
            }}
          >
            cell {cell.number}
          </button>
        </span>
      ))}
      {summary.other.length > 0 && "."}
    </p>
  );
}

function describe({ total, same, notRun, excepted }: AgreementSummary): string {
  if (notRun === total) return `The lecture prints the results of ${total} of these cells. None has run yet.`;
  const rest = excepted === 0 ? "" : ` ${excepted} more need not agree, and say why.`;
  const waiting = notRun === 0 ? "" : ` ${notRun} have not run yet.`;
  if (same === total) return `All ${total} results are the lecture’s, to the last digit.${rest}`;
  return `Of ${total} results, ${same} are the lecture’s to the last digit.${waiting}${rest}`;
}
