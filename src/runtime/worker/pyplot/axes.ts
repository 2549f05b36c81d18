import { HintedError } from "../hinted-error.ts";
import type { FigureFields } from "../../protocol.ts";
import type { Artist } from "./artist.ts";
import { bars, histogramBars } from "./bar-traces.ts";
import { cycleColor } from "./colors.ts";
import { contours, image } from "./grid-traces.ts";
import { errorBars, fillBetween, plotLines } from "./line-traces.ts";
import { numberList, Options, splitArguments } from "./options.ts";
import { scalar } from "./plot-values.ts";
import { band, straightLine } from "./reference-shapes.ts";
import { scatterPoints } from "./scatter-traces.ts";
import { texLabel } from "./tex-label.ts";

/** One axis of axes: what was set, in matplotlib's words. */
export interface AxisSettings {
  label?: string;
  limits?: readonly [number | null, number | null];
  ticks?: readonly number[];
  tickLabels?: readonly string[];
  scale?: "linear" | "log";
  inverted?: boolean;
}

/** Where axes stand in their figure: cells of a grid, counted from 0. */
export interface GridPlace {
  readonly rows: number;
  readonly columns: number;
  readonly row: number;
  readonly column: number;
}

export type AxisName = "x" | "y" | "z";

const where = [
  "upper right",
  "upper left",
  "lower left",
  "lower right",
  "right",
  "center left",
  "center right",
].concat(["lower center", "upper center", "center"]);

/** Axes in two dimensions: what `plt.subplots()` gives. The methods are matplotlib's. */
export class Axes {
  readonly place: GridPlace;
  readonly artists: Artist[] = [];
  readonly shapes: FigureFields[] = [];
  readonly annotations: FigureFields[] = [];
  readonly axes: Record<AxisName, AxisSettings> = { x: {}, y: {}, z: {} };
  title: string | undefined;
  /** Undefined until `legend` is called. */
  legendPlace: string | undefined;
  legendTitle: string | undefined;
  gridShown: boolean | undefined;
  framed = true;
  equalAspect = false;
  #colors = 0;

  constructor(place: GridPlace) {
    this.place = place;
  }

  protected nextColor = (): string => cycleColor(this.#colors++);

  protected add<T extends Artist>(artist: T): T {
    this.artists.push(artist);
    return artist;
  }

  plot(...args: unknown[]): Artist[] {
    return plotLines(args, this.nextColor).map((line) => this.add(line));
  }

  step(...args: unknown[]): Artist[] {
    const { positional, options } = splitArguments(args);
    const { where: side = "pre", ...rest } = options;
    const shapes: Readonly<Record<string, string>> = { pre: "vh", post: "hv", mid: "hvh" };
    return plotLines([...positional, rest], this.nextColor, shapes[String(side)]).map((line) =>
      this.add(line),
    );
  }

  semilogx(...args: unknown[]): Artist[] {
    this.axes.x.scale = "log";
    return this.plot(...args);
  }

  semilogy(...args: unknown[]): Artist[] {
    this.axes.y.scale = "log";
    return this.plot(...args);
  }

  loglog(...args: unknown[]): Artist[] {
    this.axes.x.scale = "log";
    return this.semilogy(...args);
  }

  scatter(...args: unknown[]): Artist {
    return this.add(scatterPoints(args, 2, this.nextColor));
  }

  errorbar(...args: unknown[]): Artist {
    return this.add(errorBars(args, this.nextColor));
  }

  fill_between(...args: unknown[]): Artist {
    return this.add(fillBetween(args, this.nextColor));
  }

  bar(...args: unknown[]): Artist {
    return this.add(bars(args, "v", this.nextColor));
  }

  barh(...args: unknown[]): Artist {
    return this.add(bars(args, "h", this.nextColor));
  }

  hist(...args: unknown[]): Artist {
    return this.add(histogramBars(args, this.nextColor));
  }

  contour(...args: unknown[]): Artist {
    return this.add(contours(args, false));
  }

  contourf(...args: unknown[]): Artist {
    return this.add(contours(args, true));
  }

  imshow(...args: unknown[]): Artist {
    const { artist, rowsDown, square } = image(args, false);
    if (rowsDown) this.axes.y.inverted = true;
    this.equalAspect ||= square;
    return this.add(artist);
  }

  pcolormesh(...args: unknown[]): Artist {
    return this.add(image(args, true).artist);
  }

  axhline(...args: unknown[]): void {
    this.shapes.push(straightLine("y", args, this.nextColor));
  }

  axvline(...args: unknown[]): void {
    this.shapes.push(straightLine("x", args, this.nextColor));
  }

  axhspan(...args: unknown[]): void {
    this.shapes.push(band("y", args, this.nextColor));
  }

  axvspan(...args: unknown[]): void {
    this.shapes.push(band("x", args, this.nextColor));
  }

  text(x: unknown, y: unknown, text: unknown, keywords: Readonly<Record<string, unknown>> = {}): void {
    const options = new Options("Text", keywords, "color alpha");
    const color = options.color();
    this.annotations.push({
      x: scalar(x),
      y: scalar(y),
      text: texLabel(String(text)),
      showarrow: false,
      xanchor: "left",
      yanchor: "bottom",
      ...(color === undefined ? {} : { font: { color } }),
    });
  }

  /** `ax.annotate(text, { xy, xytext })`: with an arrow when the text stands elsewhere. */
  annotate(text: unknown, ...args: unknown[]): void {
    const { positional, options: keywords } = splitArguments(args);
    const options = new Options("Annotation", keywords, "xy xytext arrowprops color xycoords textcoords");
    const [x = 0, y = 0] = numberList(options.get("xy") ?? positional[0]);
    const [textX = x, textY = y] = options.has("xytext") ? numberList(options.get("xytext")) : [];
    const moved = options.has("xytext");
    this.annotations.push({
      x,
      y,
      text: texLabel(String(text)),
      showarrow: moved,
      ...(moved ? { ax: textX, ay: textY, axref: "x", ayref: "y", arrowhead: 2, arrowwidth: 1 } : {}),
    });
  }

  /** `legend()`, `legend(["a", "b"])`, `legend({ loc, title })`. Throws ValueError for a place there is none of. */
  legend(...args: unknown[]): void {
    const { positional, options: keywords } = splitArguments(args);
    const options = new Options("Legend", keywords, "loc title bbox_to_anchor labels");
    const labels = positional.at(-1) ?? options.get("labels");
    if (Array.isArray(labels)) labels.forEach((label, k) => this.artists[k]?.set_label(label));
    const loc = options.get("loc") ?? "best";
    const place = typeof loc === "string" ? loc : (where[scalar(loc) - 1] ?? "best");
    if (place !== "best" && !where.includes(place)) {
      throw new HintedError(
        "ValueError",
        `${JSON.stringify(place)} is not a valid value for loc; supported values are 'best', ${where.map((each) => `'${each}'`).join(", ")}`,
      );
    }
    this.legendPlace = place;
    this.legendTitle = options.text("title");
  }

  set_title(title: unknown): void {
    this.title = texLabel(String(title));
  }

  set_xlabel(label: unknown): void {
    this.axes.x.label = texLabel(String(label));
  }

  set_ylabel(label: unknown): void {
    this.axes.y.label = texLabel(String(label));
  }

  set_xlim(...args: unknown[]): void {
    this.setLimits("x", args);
  }

  set_ylim(...args: unknown[]): void {
    this.setLimits("y", args);
  }

  protected setLimits(axis: AxisName, args: readonly unknown[]): void {
    const { positional, options: keywords } = splitArguments(args);
    const options = new Options("Axis", keywords, "left right bottom top auto emit");
    const [first, second] =
      positional.length === 1 && typeof positional[0] === "object" && positional[0] !== null
        ? limitPair(positional[0])
        : positional;
    const low = first ?? options.get("left") ?? options.get("bottom");
    const high = second ?? options.get("right") ?? options.get("top");
    const before = this.axes[axis].limits ?? [null, null];
    this.axes[axis].limits = [
      low === undefined || low === null ? before[0] : scalar(low),
      high === undefined || high === null ? before[1] : scalar(high),
    ];
  }

  set_xticks(ticks: unknown, labels?: unknown): void {
    this.setTicks("x", ticks, labels);
  }

  set_yticks(ticks: unknown, labels?: unknown): void {
    this.setTicks("y", ticks, labels);
  }

  protected setTicks(axis: AxisName, ticks: unknown, labels: unknown): void {
    this.axes[axis].ticks = numberList(ticks);
    const texts = Array.isArray(labels) ? labels : (labels as { labels?: unknown } | undefined)?.labels;
    if (Array.isArray(texts)) this.axes[axis].tickLabels = texts.map((text) => texLabel(String(text)));
  }

  set_xticklabels(labels: readonly unknown[]): void {
    this.axes.x.tickLabels = [...labels].map((text) => texLabel(String(text)));
  }

  set_yticklabels(labels: readonly unknown[]): void {
    this.axes.y.tickLabels = [...labels].map((text) => texLabel(String(text)));
  }

  set_xscale(scale: unknown): void {
    this.axes.x.scale = scaleOf(scale);
  }

  set_yscale(scale: unknown): void {
    this.axes.y.scale = scaleOf(scale);
  }

  invert_xaxis(): void {
    this.axes.x.inverted = this.axes.x.inverted !== true;
  }

  invert_yaxis(): void {
    this.axes.y.inverted = this.axes.y.inverted !== true;
  }

  grid(shown: unknown = true): void {
    this.gridShown = shown !== false;
  }

  set_aspect(aspect: unknown): void {
    this.equalAspect = aspect === "equal" || aspect === 1;
  }

  /** `axis("off")`, `axis("equal")`, `axis([x0, x1, y0, y1])`. */
  axis(setting: unknown): void {
    if (setting === "off" || setting === "on") this.framed = setting === "on";
    else if (setting === "equal" || setting === "scaled" || setting === "square") this.equalAspect = true;
    else if (Array.isArray(setting)) {
      this.set_xlim(setting[0], setting[1]);
      this.set_ylim(setting[2], setting[3]);
    }
  }

  set_axis_off(): void {
    this.framed = false;
  }

  /** Nothing to set: ticks follow the theme. */
  tick_params(): void {
    // Kept for code that is carried over.
  }

  /** `ax.set({ title, xlabel, ylim, ... })`: one setter for each name. Throws AttributeError for an unknown one. */
  set(properties: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(properties)) {
      const setter = (this as unknown as Record<string, unknown>)[`set_${name}`];
      if (typeof setter !== "function")
        throw new HintedError("AttributeError", `Axes.set() got an unexpected keyword argument '${name}'`);
      Reflect.apply(setter, this, [value]);
    }
  }

  toString(): string {
    return this.title === undefined ? "<Axes: >" : `<Axes: title={'center': '${this.title}'}>`;
  }
}

/** Both limits as one value; either may be null. */
function limitPair(value: object): readonly unknown[] {
  return Array.isArray(value) ? value : numberList(value);
}

function scaleOf(scale: unknown): "linear" | "log" {
  if (scale === "linear" || scale === "log") return scale;
  throw new HintedError(
    "ValueError",
    `${JSON.stringify(scale)} is not a valid value for scale; supported values are 'linear', 'log'`,
  );
}
