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

/** Milliseconds as a reader writes them, three digits at most and none below the timer's resolution. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < TIMER_RESOLUTION_MS) return "<0.1 ms";
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 999.5) return `${milliseconds.toFixed(0)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.995 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
