import type { Tuning } from "../device.ts";

/** One step of a thread's loop: values are computed, then committed; `farAngles` tells when they must not be. */
export interface Step {
  readonly compute: readonly string[];
  readonly commit: readonly string[];
  /** Conditions (four lanes each) under which `compute` was not right (see Body). */
  readonly farAngles: readonly string[];
}

/** Statements around short runs of steps. */
export interface Runs {
  readonly length: number;
  readonly open: readonly string[];
  readonly close: readonly string[];
}

export const noRuns: Runs = { length: 0, open: [], close: [] };

/**
 * Walks `variable` to `end`. Where branches cost as much as what they skip, circular functions of large angles are
 * kept out of the loop: it stops at a step that needs them, which is done apart, and goes on.
 */
export function walk(
  variable: string,
  step: string,
  tuning: Tuning,
  statements: (nearAngles: boolean) => Step,
  runs: Runs,
): string[] {
  const first = statements(tuning.runsBothBranches);
  const advance = `${variable} += ${step};`;
  if (first.farAngles.length === 0)
    return inRuns(variable, step, runs, [...first.compute, ...first.commit, advance], false);
  const far = statements(false);
  const stop = `if (any(${first.farAngles.join(" | ")})) { break; }`;
  const near = [...first.compute, stop, ...first.commit, advance];
  return [
    `while (${variable} < end) {`,
    ...indent(inRuns(variable, step, runs, near, true)),
    `  if (${variable} < end) {`,
    ...indent(indent([...runs.open, ...far.compute, ...far.commit, ...runs.close, advance])),
    "  }",
    "}",
  ];
}

/** Steps up to the end, in runs where there are such; a body that breaks off ends all of them. */
function inRuns(
  variable: string,
  step: string,
  runs: Runs,
  body: readonly string[],
  breaksOff: boolean,
): string[] {
  const whileBelow = (bound: string): string => `while (${variable} < ${bound}) {`;
  if (runs.open.length === 0) return [whileBelow("end"), ...indent(body), "}"];
  return [
    whileBelow("end"),
    ...indent(runs.open),
    `  let stop = min(${variable} + ${runs.length}u * ${step}, end);`,
    `  ${whileBelow("stop")}`,
    ...indent(indent(body)),
    "  }",
    ...indent(runs.close),
    ...(breaksOff ? [`  if (${variable} < stop) { break; }`] : []),
    "}",
  ];
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
