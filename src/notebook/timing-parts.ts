import type { Timing } from "./output.ts";

/** In the order in which they happen. */
export const TIMING_PART_NAMES = ["trace", "compile", "run", "read back", "other"] as const;

export type TimingPartName = (typeof TIMING_PART_NAMES)[number];

export interface TimingPart {
  readonly name: TimingPartName;
  readonly ms: number;
}

/** What a run consists of, in the order it happens; "other" is the rest of the wall time. */
export function timingParts(timing: Timing): readonly TimingPart[] {
  const { traceMs, compileMs, runMs, readMs, wallMs } = timing;
  const other = Math.max(0, wallMs - traceMs - compileMs - runMs - readMs);
  return [
    { name: "trace", ms: traceMs },
    { name: "compile", ms: compileMs },
    { name: "run", ms: runMs },
    { name: "read back", ms: readMs },
    { name: "other", ms: other },
  ];
}

/** "4 kernels compiled", "no kernel compiled". */
export function describeKernels(timing: Timing): string {
  return `${countKernels(timing.kernelsCompiled)} compiled`;
}

export function countKernels(count: number): string {
  return count === 0 ? "no kernel" : `${count} kernel${count === 1 ? "" : "s"}`;
}
