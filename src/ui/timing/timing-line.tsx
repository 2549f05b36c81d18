import type { ReactElement } from "react";
import { formatDuration, TIMER_RESOLUTION_MS } from "../../notebook/duration.ts";
import type { Timing } from "../../notebook/output.ts";
import { countKernels, timingParts } from "../../notebook/timing-parts.ts";

/** What a run took and what that consists of, in small print. */
export function TimingLine({ timing }: { timing: Timing }): ReactElement {
  const parts = timingParts(timing).filter((part) => part.name !== "other" && part.ms >= TIMER_RESOLUTION_MS);
  return (
    <>
      <span className="margin-figure">{formatDuration(timing.wallMs)}</span>
      {parts.length > 0 && (
        <span className="margin-parts">
          {parts.map((part) => (
            <span key={part.name}>
              {part.name} {formatDuration(part.ms)}
              {part.name === "compile" &&
                timing.kernelsCompiled > 0 &&
                ` (${countKernels(timing.kernelsCompiled)})`}{" "}
            </span>
          ))}
        </span>
      )}
    </>
  );
}
