/** What a picture can show of many points. All of it works on positions, so that x and y stay together. */

export const maxLinePoints = 4_000;
export const maxScatterPoints = 8_000;
/** Per side of a grid. */
export const maxGrid = 200;

/**
 * The positions of a line of `y.length` points that draw the same picture: of every stretch its lowest and its
 * highest point. Undefined when all of them may be drawn. Where x turns back the points are taken evenly instead.
 */
export function thinLine(
  x: ArrayLike<number> | undefined,
  y: ArrayLike<number>,
  limit = maxLinePoints,
): number[] | undefined {
  const count = y.length;
  if (count <= limit) return undefined;
  if (x !== undefined && !isMonotonic(x)) return evenly(count, limit);
  const stretches = Math.floor(limit / 2) - 1;
  const kept = [0];
  for (let k = 0; k < stretches; k++) {
    const start = 1 + Math.floor((k * (count - 2)) / stretches);
    const end = 1 + Math.floor(((k + 1) * (count - 2)) / stretches);
    const [low, high] = extremes(y, start, end);
    kept.push(Math.min(low, high));
    if (low !== high) kept.push(Math.max(low, high));
  }
  kept.push(count - 1);
  return kept;
}

function isMonotonic(x: ArrayLike<number>): boolean {
  let rises = true;
  let falls = true;
  for (let i = 1; i < x.length && (rises || falls); i++) {
    const step = (x[i] ?? NaN) - (x[i - 1] ?? NaN);
    if (step < 0) rises = false;
    if (step > 0) falls = false;
  }
  return rises || falls;
}

/** Where the smallest and the largest of a stretch stand; what is no number is passed over. */
function extremes(y: ArrayLike<number>, start: number, end: number): [low: number, high: number] {
  let low = start;
  let high = start;
  let min = Infinity;
  let max = -Infinity;
  for (let i = start; i < end; i++) {
    const value = y[i] ?? NaN;
    if (value < min) [low, min] = [i, value];
    if (value > max) [high, max] = [i, value];
  }
  return [low, high];
}

/** At most `limit` of `count` positions, evenly apart, the first and the last among them. */
export function evenly(count: number, limit: number): number[] {
  if (count <= limit) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: limit }, (_, k) => Math.round((k * (count - 1)) / (limit - 1)));
}

/**
 * One position out of each of `limit` stretches, at a place that looks random and is always the same: points at
 * equal steps would show patterns that the data do not have. Undefined when all may be drawn.
 */
export function sample(count: number, limit = maxScatterPoints): number[] | undefined {
  if (count <= limit) return undefined;
  let state = 12345;
  return Array.from({ length: limit }, (_, k) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(((k + state / 2 ** 32) * count) / limit);
  });
}

/** The elements at some positions, or all of them; what is not finite is a gap. */
export function pick(data: ArrayLike<number>, positions?: readonly number[]): (number | null)[] {
  const finite = (value: number | undefined): number | null =>
    value !== undefined && Number.isFinite(value) ? value : null;
  return positions === undefined
    ? Array.from(data, finite)
    : positions.map((position) => finite(data[position]));
}

/** A row-major matrix at some of its rows and columns. */
export function pickGrid(
  data: ArrayLike<number>,
  columns: number,
  rowsKept: readonly number[],
  columnsKept: readonly number[],
): (number | null)[][] {
  return rowsKept.map((row) =>
    pick(
      data,
      columnsKept.map((column) => row * columns + column),
    ),
  );
}

const grouped = (count: number): string => count.toLocaleString("en");

export function thinnedNote(shown: number, count: number): string {
  return `showing ${grouped(shown)} of ${grouped(count)} points`;
}

export function thinnedGridNote(shown: readonly [number, number], all: readonly [number, number]): string {
  const text = ([rows, columns]: readonly [number, number]): string =>
    `${grouped(rows)} × ${grouped(columns)}`;
  return `showing a grid of ${text(shown)} of ${text(all)} points`;
}
