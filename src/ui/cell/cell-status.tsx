import { useEffect, useState, type ReactElement } from "react";
import type { CellState } from "../../notebook/cell-state.ts";
import { formatDuration } from "../../notebook/duration.ts";
import type { Staleness } from "../../notebook/freshness.ts";
import type { StopStatus } from "../../notebook/store.ts";

interface CellStatusProps {
  readonly cell: CellState;
  readonly stop: StopStatus;
  readonly staleness: Staleness | null;
}

/** A line under the code when there is something to say about the output below it. */
export function CellStatusLine({ cell, stop, staleness }: CellStatusProps): ReactElement | null {
  const text = cell.status === "running" ? describeRunning(stop) : describeAtRest(cell, staleness);
  if (text === undefined) return null;
  return (
    <p className="cell-remark">
      {text}
      {cell.status === "running" && <Elapsed />}
    </p>
  );
}

function describeRunning(stop: StopStatus): string {
  if (stop === "none") return "running";
  return stop === "asked" ? "stopping, running" : "does not answer to Stop, running";
}

function describeAtRest(cell: CellState, staleness: Staleness | null): string | undefined {
  if (cell.status === "queued") return "waiting its turn";
  if (cell.outcome === "lost") return "ended by force; its variables are lost";
  switch (staleness?.reason) {
    case "edited":
      return "edited since it ran";
    case "left-over":
      return "from an earlier run";
    case "input":
      return `out of date: cell ${staleness.cellNumber} has set ${staleness.name} again`;
    case undefined:
      return cell.outcome === "interrupted" ? "stopped; its variables are kept" : undefined;
  }
}

/** How long the cell has been running, from the moment a wait becomes noticeable. */
function Elapsed(): ReactElement | null {
  const [ms, setMs] = useState(0);
  useEffect(() => {
    const start = performance.now();
    const timer = setInterval(() => {
      setMs(performance.now() - start);
    }, 250);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return ms < 500 ? null : <span className="cell-elapsed"> for {formatDuration(ms)}</span>;
}
