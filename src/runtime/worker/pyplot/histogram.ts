import { HintedError } from "../hinted-error.ts";

export interface Bins {
  readonly edges: readonly number[];
  /** Counts, or densities that integrate to one. */
  readonly heights: readonly number[];
}

interface BinOptions {
  /** How many bins of one width, or their edges. */
  readonly bins: number | readonly number[];
  readonly range?: readonly [number, number] | undefined;
  readonly density?: boolean | undefined;
}

/** `numpy.histogram`: half-open bins, the last one closed. Throws ValueError as NumPy does. */
export function histogram(values: ArrayLike<number>, { bins, range, density }: BinOptions): Bins {
  const edges = typeof bins === "number" ? evenEdges(values, bins, range) : checkedEdges(bins);
  const counts = new Array<number>(edges.length - 1).fill(0);
  const place = typeof bins === "number" ? placeEvenly(edges) : placeBySearch(edges);
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const bin = place(values[i] ?? NaN);
    if (bin === undefined) continue;
    counts[bin] = (counts[bin] ?? 0) + 1;
    total++;
  }
  if (density !== true) return { edges, heights: counts };
  const width = (k: number): number => (edges[k + 1] ?? NaN) - (edges[k] ?? NaN);
  return { edges, heights: counts.map((count, k) => (total === 0 ? 0 : count / total / width(k))) };
}

function evenEdges(
  values: ArrayLike<number>,
  bins: number,
  range: readonly [number, number] | undefined,
): number[] {
  if (!Number.isInteger(bins) || bins < 1)
    throw new HintedError("ValueError", "`bins` must be positive, when an integer");
  let [low, high] = range ?? finiteRange(values);
  if (low > high) throw new HintedError("ValueError", "max must be larger than min in range parameter.");
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  return Array.from({ length: bins + 1 }, (_, k) => (k === bins ? high : low + (k * (high - low)) / bins));
}

function finiteRange(values: ArrayLike<number>): [number, number] {
  if (values.length === 0) return [0, 1];
  let [low, high] = [Infinity, -Infinity];
  let lost = false;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? NaN;
    if (Number.isNaN(value)) lost = true;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (!lost && Number.isFinite(low) && Number.isFinite(high)) return [low, high];
  const text = (value: number): string => (lost ? "nan" : String(value).replace("Infinity", "inf"));
  throw new HintedError("ValueError", `autodetected range of [${text(low)}, ${text(high)}] is not finite`);
}

function checkedEdges(edges: readonly number[]): readonly number[] {
  if (edges.length < 2 || edges.some((edge, k) => k > 0 && !(edge >= (edges[k - 1] ?? NaN))))
    throw new HintedError("ValueError", "`bins` must increase monotonically, when an array");
  return edges;
}

/** The bin of a value by division, set right by a step where rounding put it beyond an edge. */
function placeEvenly(edges: readonly number[]): (value: number) => number | undefined {
  const bins = edges.length - 1;
  const low = edges[0] ?? NaN;
  const high = edges[bins] ?? NaN;
  const scale = bins / (high - low);
  return (value) => {
    if (!(value >= low && value <= high)) return undefined;
    const bin = Math.min(bins - 1, Math.floor((value - low) * scale));
    if (value < (edges[bin] ?? NaN)) return bin - 1;
    if (bin < bins - 1 && value >= (edges[bin + 1] ?? NaN)) return bin + 1;
    return bin;
  };
}

function placeBySearch(edges: readonly number[]): (value: number) => number | undefined {
  const bins = edges.length - 1;
  return (value) => {
    if (!(value >= (edges[0] ?? NaN) && value <= (edges[bins] ?? NaN))) return undefined;
    let [low, high] = [0, bins];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (value >= (edges[middle] ?? NaN)) low = middle;
      else high = middle;
    }
    return low;
  };
}
