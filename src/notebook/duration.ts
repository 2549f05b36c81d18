const MILLISECONDS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  µs: 1e-3,
  μs: 1e-3,
  us: 1e-3,
  ms: 1,
  s: 1000,
};

/** What the browser's clock can tell apart inside a worker, in milliseconds. */
export const TIMER_RESOLUTION_MS = 0.1;

/** Reads "462 ms", "3.95 s" or "236 µs" as milliseconds; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-zµμ]+)\s*$/u.exec(text);
  const unit = match === null ? undefined : MILLISECONDS[match[2] ?? ""];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** A wall time as IPython prints it, in three significant digits: "62.5 ms", "236 µs". */
export function formatWallTime(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  const [scale, unit] = seconds >= 1 ? [1, "s"] : seconds >= 1e-3 ? [1e3, "ms"] : [1e6, "µs"];
  return `${String(Number((seconds * scale).toPrecision(3)))} ${unit}`;
}

/**
 * Milliseconds as a reader writes them, three digits at most and none below what the clock can tell. The mean of
 * many loops under one reading of the clock is known to a finer `resolutionMs`.
 */
export function formatDuration(milliseconds: number, resolutionMs = TIMER_RESOLUTION_MS): string {
  if (milliseconds < resolutionMs) return `<${formatDuration(resolutionMs, 0)}`;
  if (milliseconds < 0.0995) {
    const microseconds = milliseconds * 1000;
    return `${microseconds.toFixed(microseconds < 9.95 ? 1 : 0)} µs`;
  }
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 999.5) return `${milliseconds.toFixed(0)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
