import type { ReactElement } from "react";
import { formatDuration, TIMER_RESOLUTION_MS } from "../../notebook/duration.ts";
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
  const perLoop = (ms: number): string => formatDuration(ms, TIMER_RESOLUTION_MS / (loops ?? 1));
  const mean = perLoop(meanMs ?? timing.wallMs);
  const spread = stdMs === undefined ? "" : ` ± ${perLoop(stdMs)}`;
  const best = bestMs === undefined ? "" : `, best ${perLoop(bestMs)}`;
  return (
    <pre className="output output-magic">
      {mean}
      {spread} per loop{loops === undefined ? "" : ` (${loops} loops${best})`}
    </pre>
  );
}
