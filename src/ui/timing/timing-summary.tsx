import type { ReactElement } from "react";
import { useShallow } from "zustand/react/shallow";
import { compareDurations } from "../../notebook/describe-agreement.ts";
import { formatDuration, formatWallTime } from "../../notebook/duration.ts";
import {
  describeRatio,
  timingSummary,
  type LectureTimes,
  type SummaryRow,
  type TimingHistory,
} from "../../notebook/timing-history.ts";
import { AgreementCount } from "../comparison/agreement-count.tsx";
import { useNotebookState } from "../notebook-context.tsx";

export const SUMMARY_HEADING = { id: "this-run", text: "This run beside the lecture" } as const;

/** How many results agree with the lecture's, and every timed call of the lesson beside the lecture's own times. */
export function TimingSummary(): ReactElement {
  const [document, histories] = useNotebookState(useShallow((state) => [state.document, state.histories]));
  const rows = timingSummary(document, histories);
  return (
    <section className="summary" aria-labelledby={SUMMARY_HEADING.id}>
      <h2 id={SUMMARY_HEADING.id}>{SUMMARY_HEADING.text}</h2>
      <AgreementCount />
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
              <th scope="col" rowSpan={2}>
                Beside the T4
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
  const lectureTime = (ms: number | undefined): string => (ms === undefined ? "–" : formatWallTime(ms));
  const { history, lecture } = row;
  return (
    <tr>
      <th scope="row">
        <code>{row.call}</code>
      </th>
      <td>{time(history?.first.timing.wallMs)}</td>
      <td>{time(history?.cached?.timing.wallMs)}</td>
      <td>{lectureTime(lecture.firstMs)}</td>
      <td>{lectureTime(lecture.cachedMs)}</td>
      <td className="summary-words">
        {history === undefined ? "not run yet" : (describeRatio(history) ?? "")}
      </td>
      <td className="summary-words">{history === undefined ? "" : besideTheLecture(history, lecture)}</td>
    </tr>
  );
}

/** The ratio of like to like: cached calls where both have one, else first calls. */
function besideTheLecture({ first, cached }: TimingHistory, { firstMs, cachedMs }: LectureTimes): string {
  if (cached !== null && cachedMs !== undefined) return compareDurations(cached.timing.wallMs, cachedMs);
  return firstMs === undefined ? "" : compareDurations(first.timing.wallMs, firstMs);
}
