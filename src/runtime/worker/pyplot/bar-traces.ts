import { HintedError } from "../hinted-error.ts";
import { Artist, type Drawing, type Trace } from "./artist.ts";
import { histogram } from "./histogram.ts";
import { numberList, Options, splitArguments } from "./options.ts";
import { plotValues, scalar, shapeText, sizeOf, type PlotValues } from "./plot-values.ts";
import { texLabel } from "./tex-label.ts";
import { evenly, pick, thinnedNote } from "./thin-out.ts";

/** More bars than this are thinner than a pixel. */
const maxBars = 2_000;

/** `ax.bar(x, height)` or `ax.barh(y, width)`; positions may be texts. */
export function bars(args: readonly unknown[], orientation: "v" | "h", nextColor: () => string): Artist {
  const { positional, options: keywords } = splitArguments(args);
  const options = new Options(
    "Rectangle",
    keywords,
    "color facecolor label alpha width height bottom left align linewidth tick_label",
  );
  if (positional.length < 2) throw new TypeError("bar() takes positions and heights");
  const names = textsOf(positional[0]);
  const places = names === undefined ? plotValues(positional[0]) : undefined;
  const heights = plotValues(positional[1]);
  const count = names?.length ?? sizeOf(places ?? heights);
  if (sizeOf(heights) !== count && sizeOf(heights) !== 1) {
    throw new HintedError(
      "ValueError",
      "shape mismatch: objects cannot be broadcast to a single shape.  Mismatch is between arg 0 with shape " +
        `(${String(count)},) and arg 1 with shape ${shapeText(heights.shape)}.`,
    );
  }
  const thickness = options.get(orientation === "v" ? "width" : "height") ?? positional[2] ?? 0.8;
  const base = options.get(orientation === "v" ? "bottom" : "left");
  const trace: Trace = { ...barStyle(options, nextColor), orientation };
  const draw = async (): Promise<Drawing> => {
    const kept = evenly(count, maxBars);
    const data = await heights.data;
    const lengths = data.length === 1 ? kept.map(() => data[0] ?? null) : pick(data, kept);
    const at =
      names === undefined
        ? pick((await places?.data) ?? [], kept)
        : kept.map((k) => texLabel(names[k] ?? ""));
    const [x, y] = orientation === "v" ? [at, lengths] : [lengths, at];
    const notes = kept.length === count ? [] : [thinnedNote(kept.length, count)];
    return {
      traces: [{ ...trace, x, y, ...(await perBar("width", thickness)), ...(await perBar("base", base)) }],
      notes,
    };
  };
  return new Artist("BarContainer", options.text("label"), draw());
}

function textsOf(value: unknown): string[] | undefined {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string")
    ? value
    : undefined;
}

async function perBar(name: string, value: unknown): Promise<Trace> {
  if (value === undefined || value === null) return {};
  const data = pick(await plotValues(value).data);
  return { [name]: data.length === 1 ? (data[0] ?? 0) : data };
}

function barStyle(options: Options, nextColor: () => string): Trace {
  const color = options.color("facecolor") ?? options.color() ?? nextColor();
  const alpha = options.number("alpha");
  return {
    type: "bar",
    marker: { color, line: { width: 0 } },
    ...(alpha === undefined ? {} : { opacity: alpha }),
  };
}

/** `ax.hist(x, bins)`: counted here, so that only the bins travel. */
export function histogramBars(args: readonly unknown[], nextColor: () => string): Artist {
  const { positional, options: keywords } = splitArguments(args);
  const options = new Options(
    "Rectangle",
    keywords,
    "color facecolor label alpha bins density range linewidth",
  );
  const bins = positional[1] ?? options.get("bins") ?? 10;
  if (typeof bins === "string")
    throw new HintedError(
      "ValueError",
      `'${bins}' is not a valid estimator for \`bins\``,
      "Write a number of bins, or their edges.",
    );
  const limits = options.numbers("range");
  const range = limits === undefined ? undefined : ([limits[0] ?? NaN, limits[1] ?? NaN] as const);
  const settings = {
    bins: typeof bins === "number" ? bins : isSequence(bins) ? numberList(bins) : scalar(bins),
    range,
    density: options.flag("density"),
  };
  return histogramOf(plotValues(positional[0]), settings, options, nextColor);
}

function isSequence(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { shape } = value as { shape?: unknown };
  return Array.isArray(shape) ? shape.length > 0 : Symbol.iterator in value;
}

function histogramOf(
  values: PlotValues,
  settings: Parameters<typeof histogram>[1],
  options: Options,
  nextColor: () => string,
): Artist {
  const trace = barStyle(options, nextColor);
  const draw = async (): Promise<Drawing> => {
    const { edges, heights } = histogram(await values.data, settings);
    const widths = heights.map((_, k) => (edges[k + 1] ?? 0) - (edges[k] ?? 0));
    const middles = heights.map((_, k) => ((edges[k + 1] ?? 0) + (edges[k] ?? 0)) / 2);
    return { traces: [{ ...trace, x: middles, y: pick(heights), width: widths }], notes: [] };
  };
  return new Artist("BarContainer", options.text("label"), draw());
}
