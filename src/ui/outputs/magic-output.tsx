import type { ReactElement } from "react";
import { formatDuration } from "../../notebook/duration.ts";
import type { OutputItem } from "../../notebook/output.ts";

interface MagicOutputProps {
  readonly measured: Extract<OutputItem, { kind: "timing" }>;
}

/** The line a timing magic prints. */
export function MagicOutput({ measured }: MagicOutputProps): ReactElement {
  const { magic, timing, loops, bestMs, meanMs, stdMs } = measured;
  if (magic !== "%timeit") {
    return <pre className="output output-magic">Wall time: {formatDuration(timing.wallMs)}</pre>;
  }
  const mean = formatDuration(meanMs ?? timing.wallMs);
  const spread = stdMs === undefined ? "" : ` ± ${formatDuration(stdMs)}`;
  const best = bestMs === undefined ? "" : `, best ${formatDuration(bestMs)}`;
  return (
    <pre className="output output-magic">
      {mean}
      {spread} per loop{loops === undefined ? "" : ` (${loops} loops${best})`}
    </pre>
  );
}
