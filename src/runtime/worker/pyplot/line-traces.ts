import { HintedError } from "../hinted-error.ts";
import { Artist, type Drawing, type Trace } from "./artist.ts";
import { withAlpha } from "./colors.ts";
import { dashOf, parseLineFormat, symbolOf, type LineFormat } from "./line-format.ts";
import { Options, splitArguments } from "./options.ts";
import { plotValues, shapeText, sizeOf, type PlotValues } from "./plot-values.ts";
import { evenly, maxLinePoints, pick, thinLine, thinnedNote } from "./thin-out.ts";

const known = "color label linewidth linestyle alpha marker markersize drawstyle";

/** Pixels of a point, matplotlib's unit of widths, on the page. */
const pixelsPerPoint = 4 / 3;

interface LineData {
  readonly x: PlotValues | undefined;
  readonly y: PlotValues;
  /** Which column of a matrix y, when it is one. */
  readonly column: number;
  readonly columns: number;
}

/** What `ax.plot(x, y, "r--", x2, y2, { label })` draws; `nextColor` is asked once a line that names no colour. */
export function plotLines(args: readonly unknown[], nextColor: () => string, shape?: string): Artist[] {
  const { positional, options: keywords } = splitArguments(args);
  const options = new Options("Line2D", keywords, known);
  return groups(positional).flatMap(({ values, format }) => {
    const style = format === undefined ? {} : parseLineFormat(format);
    return linesOf(values).map((data) => oneLine(data, style, options, nextColor, shape));
  });
}

/** Splits plot's arguments as matplotlib does: x, y, format, again and again. */
function groups(args: readonly unknown[]): { values: readonly unknown[]; format: string | undefined }[] {
  const found: { values: readonly unknown[]; format: string | undefined }[] = [];
  for (let rest = args; rest.length > 0;) {
    const count = rest.length > 1 && typeof rest[1] !== "string" ? 2 : 1;
    const format = rest[count];
    if (typeof rest[0] === "string")
      throw new HintedError("ValueError", "plot() takes x and y before a format string");
    found.push({ values: rest.slice(0, count), format: typeof format === "string" ? format : undefined });
    rest = rest.slice(count + (typeof format === "string" ? 1 : 0));
  }
  return found;
}

/** A matrix y is a line for each of its columns. */
function linesOf(values: readonly unknown[]): LineData[] {
  const [x, y] = values.length === 1 ? [undefined, values[0]] : [plotValues(values[0]), values[1]];
  const read = plotValues(y);
  const yShape = read.shape.length === 0 ? [1] : read.shape;
  const xShape = x === undefined || x.shape.length > 0 ? x?.shape : [1];
  if (xShape !== undefined && xShape[0] !== yShape[0]) {
    const shapes = `${shapeText(xShape)} and ${shapeText(yShape)}`;
    throw new HintedError("ValueError", `x and y must have same first dimension, but have shapes ${shapes}`);
  }
  if (yShape.length > 2 || (xShape?.length ?? 1) > 2) {
    const shapes = `${shapeText(xShape ?? [yShape[0] ?? 0])} and ${shapeText(yShape)}`;
    throw new HintedError("ValueError", `x and y can be no greater than 2D, but have shapes ${shapes}`);
  }
  const columns = yShape[1] ?? 1;
  return Array.from({ length: columns }, (_, column) => ({ x, y: read, column, columns }));
}

function oneLine(
  data: LineData,
  format: LineFormat,
  options: Options,
  nextColor: () => string,
  shape: string | undefined,
): Artist {
  const color = options.color() ?? format.color ?? nextColor();
  const marker = options.text("marker");
  const symbol = marker === undefined ? format.symbol : symbolOf(marker);
  const style = options.get("linestyle");
  const dash = style === undefined ? (format.dash ?? "solid") : dashOf(style);
  const alpha = options.number("alpha");
  const trace: Trace = {
    type: "scatter",
    mode: modeOf(dash, symbol),
    line: {
      color,
      dash: dash === "none" ? "solid" : dash,
      width: lineWidth(options),
      ...(shape ? { shape } : {}),
    },
    ...(symbol === undefined ? {} : { marker: { symbol, color, size: markerSize(options, marker) } }),
    ...(alpha === undefined ? {} : { opacity: alpha }),
  };
  return new Artist("Line2D", options.text("label"), drawLine(data, trace));
}

function modeOf(dash: string, symbol: string | undefined): string {
  if (symbol === undefined) return dash === "none" ? "none" : "lines";
  return dash === "none" ? "markers" : "lines+markers";
}

export function lineWidth(options: Options): number {
  return (options.number("linewidth") ?? 1.5) * pixelsPerPoint;
}

function markerSize(options: Options, marker: string | undefined): number {
  return (options.number("markersize") ?? 6) * pixelsPerPoint * (marker === "." ? 0.5 : 1);
}

async function drawLine({ x, y, column, columns }: LineData, trace: Trace): Promise<Drawing> {
  const [xs, ys] = await Promise.all([x?.data, y.data]);
  const own = columnOf(ys, column, columns);
  const matching = xs === undefined ? undefined : columnOf(xs, column, x?.shape[1] ?? 1);
  const kept = thinLine(matching, own);
  const xValues = matching === undefined ? (kept ?? Array.from(own, (_, k) => k)) : pick(matching, kept);
  const notes = kept === undefined ? [] : [thinnedNote(kept.length, own.length)];
  return { traces: [{ ...trace, x: xValues, y: pick(own, kept) }], notes };
}

function columnOf(data: ArrayLike<number>, column: number, columns: number): ArrayLike<number> {
  if (columns === 1) return data;
  return Float64Array.from(
    { length: data.length / columns },
    (_, row) => data[row * columns + column] ?? NaN,
  );
}

/** `ax.fill_between(x, y1, y2)`: the area between two curves; y2 is 0 unless given. */
export function fillBetween(args: readonly unknown[], nextColor: () => string): Artist {
  const { positional, options: keywords } = splitArguments(args);
  const options = new Options(
    "FillBetweenPolyCollection",
    keywords,
    "color facecolor label alpha linewidth where",
  );
  const [x, first, second] = [positional[0], positional[1], positional[2] ?? 0].map(plotValues);
  if (x === undefined || first === undefined || second === undefined)
    throw new TypeError("fill_between() takes x and y1");
  const where = options.has("where") ? plotValues(options.get("where")) : undefined;
  for (const other of [first, second, ...(where === undefined ? [] : [where])]) {
    if (sizeOf(other) !== 1 && sizeOf(other) !== sizeOf(x))
      throw new HintedError(
        "ValueError",
        `operands could not be broadcast together with shapes ${shapeText(x.shape)} ${shapeText(other.shape)}`,
      );
  }
  const color = options.color("facecolor") ?? options.color() ?? nextColor();
  const trace: Trace = {
    type: "scatter",
    mode: "lines",
    line: { width: 0, color },
    fill: "toself",
    fillcolor: withAlpha(color, options.number("alpha") ?? 1),
    hoverinfo: "skip",
  };
  const draw = async (): Promise<Drawing> => {
    const [xs, ys, others, shown] = await Promise.all([x.data, first.data, second.data, where?.data]);
    const kept = evenly(xs.length, maxLinePoints / 2);
    const notes = kept.length === xs.length ? [] : [thinnedNote(kept.length, xs.length)];
    return { traces: [{ ...trace, ...outline(kept, xs, ys, others, shown) }], notes };
  };
  return new Artist("FillBetweenPolyCollection", options.text("label"), draw());
}

/** The outline of the area, forth along y1 and back along y2, once for every stretch where it is shown. */
function outline(
  kept: readonly number[],
  xs: ArrayLike<number>,
  ys: ArrayLike<number>,
  others: ArrayLike<number>,
  shown: ArrayLike<number> | undefined,
): { x: (number | null)[]; y: (number | null)[] } {
  const at = (data: ArrayLike<number>, k: number): number => data[data.length === 1 ? 0 : k] ?? NaN;
  const visible = (k: number): boolean =>
    (shown === undefined || at(shown, k) !== 0) && Number.isFinite(at(ys, k) + at(others, k) + at(xs, k));
  const [x, y]: [(number | null)[], (number | null)[]] = [[], []];
  for (let start = 0; start < kept.length;) {
    let end = start;
    while (end < kept.length && visible(kept[end] ?? 0)) end++;
    const stretch = kept.slice(start, end);
    if (stretch.length > 0) {
      if (x.length > 0) [x, y].forEach((list) => list.push(null));
      x.push(...stretch.map((k) => at(xs, k)), ...stretch.toReversed().map((k) => at(xs, k)));
      y.push(...stretch.map((k) => at(ys, k)), ...stretch.toReversed().map((k) => at(others, k)));
    }
    start = end + 1;
  }
  return { x, y };
}

/** `ax.errorbar(x, y, { yerr, xerr })`. */
export function errorBars(args: readonly unknown[], nextColor: () => string): Artist {
  const { positional, options: keywords } = splitArguments(args);
  const { yerr, xerr, fmt, capsize: _capsize, ecolor: _ecolor, elinewidth: _width, ...rest } = keywords;
  const format = fmt === undefined ? [] : [fmt];
  const [line] = plotLines([...positional, ...format, rest], nextColor);
  if (line === undefined) throw new TypeError("errorbar() takes x and y");
  const spans = { error_y: yerr, error_x: xerr };
  const draw = async (): Promise<Drawing> => {
    const { traces, notes } = await line.drawing;
    const [trace] = traces;
    const bars: Trace = {};
    for (const [name, value] of Object.entries(spans)) {
      if (value === undefined || value === null || notes.length > 0) continue;
      const read = plotValues(value);
      const data = pick(await read.data);
      const both = { visible: true, thickness: 1.2, width: 3 };
      if (data.length === 1) bars[name] = { ...both, type: "constant", value: data[0] ?? 0 };
      else if (read.shape.length === 2) {
        const half = data.length / 2;
        const [low, high] = [data.slice(0, half), data.slice(half)];
        bars[name] = { ...both, type: "data", symmetric: false, array: high, arrayminus: low };
      } else bars[name] = { ...both, type: "data", array: data };
    }
    return { traces: [{ ...trace, ...bars }], notes };
  };
  return new Artist("ErrorbarContainer", line.label, draw());
}
