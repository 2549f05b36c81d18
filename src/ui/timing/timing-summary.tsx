import type { ReactElement } from "react";
import { useShallow } from "zustand/react/shallow";
import { formatDuration } from "../../notebook/duration.ts";
import { describeRatio, timingSummary, type SummaryRow } from "../../notebook/timing-history.ts";
import { useNotebookState } from "../notebook-context.tsx";

export const SUMMARY_HEADING = { id: "timings-of-this-run", text: "Timings of this run" } as const;

/** Every timed call of the lesson beside the lecture's own times. */
export function TimingSummary(): ReactElement {
  const [document, histories] = useNotebookState(useShallow((state) => [state.document, state.histories]));
  const rows = timingSummary(document, histories);
  return (
    <section className="summary" aria-labelledby={SUMMARY_HEADING.id}>
      <h2 id={SUMMARY_HEADING.id}>{SUMMARY_HEADING.text}</h2>
      <div className="summary-scroll" tabIndex={0} role="group" aria-label="Table of timings">
        <table>
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                Call
              </th>
              <th scope="colgroup" colSpan={2}>
                Here
              </th>
              <th scope="colgroup" colSpan={2}>
                Lecture’s T4
              </th>
              <th scope="col" rowSpan={2}>
                Here, in words
              </th>
            </tr>
            <tr>
              <th scope="col">first</th>
              <th scope="col">cached</th>
              <th scope="col">first</th>
              <th scope="col">cached</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <SummaryLine key={row.call} row={row} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function SummaryLine({ row }: { row: SummaryRow }): ReactElement {
  const time = (ms: number | undefined): string => (ms === undefined ? "–" : formatDuration(ms));
  const { history, lecture } = row;
  return (
    <tr>
      <th scope="row">
        <code>{row.call}</code>
      </th>
      <td>{time(history?.first.timing.wallMs)}</td>
      <td>{time(history?.cached?.timing.wallMs)}</td>
      <td>{time(lecture.firstMs)}</td>
      <td>{time(lecture.cachedMs)}</td>
      <td className="summary-words">
        {history === undefined ? "not run yet" : (describeRatio(history) ?? "")}
      </td>
    </tr>
  );
}
