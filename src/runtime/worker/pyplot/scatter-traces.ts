import { HintedError } from "../hinted-error.ts";
import { Artist, type Drawing, type Trace } from "./artist.ts";
import { colorScale } from "./colormaps.ts";
import { resolveColor } from "./colors.ts";
import { symbolOf } from "./line-format.ts";
import { Options, splitArguments } from "./options.ts";
import { plotValues, sizeOf, type PlotValues } from "./plot-values.ts";
import { pick, sample, thinnedNote } from "./thin-out.ts";

const known = "color label alpha marker s cmap vmin vmax linewidth depthshade";

/** `ax.scatter(x, y)`, or with z in three dimensions; `c` may be a colour or a number for each point. */
export function scatterPoints(args: readonly unknown[], dimensions: 2 | 3, nextColor: () => string): Artist {
  const { positional, options: keywords } = splitArguments(args);
  const options = new Options("PathCollection", keywords, known);
  const coordinates = positional.slice(0, dimensions).map(plotValues);
  const [first] = coordinates;
  if (first === undefined || coordinates.length < dimensions)
    throw new TypeError(`scatter() takes ${dimensions === 2 ? "x and y" : "x, y and z"}`);
  const count = sizeOf(first);
  if (coordinates.some((each) => sizeOf(each) !== count))
    throw new HintedError("ValueError", "x and y must be the same size");
  const areas = plotValues(options.get("s") ?? positional[dimensions] ?? (dimensions === 2 ? 36 : 20));
  const color = colorOf(options.get("color") ?? positional[dimensions + 1], count, nextColor);
  const alpha = options.number("alpha");
  const trace: Trace = {
    type: dimensions === 2 ? "scatter" : "scatter3d",
    mode: "markers",
    ...(alpha === undefined ? {} : { opacity: alpha }),
  };
  const marker: Trace = { symbol: symbolOf(options.get("marker") ?? "o") ?? "circle", line: { width: 0 } };
  const draw = async (): Promise<Drawing> => {
    const data = await Promise.all(coordinates.map((each) => each.data));
    const kept = sample(count);
    const points = Object.fromEntries(data.map((each, k) => ["xyz".charAt(k), pick(each, kept)]));
    Object.assign(marker, await sizes(areas, kept), await colors(color, options, kept));
    const notes = kept === undefined ? [] : [thinnedNote(kept.length, count)];
    return { traces: [{ ...trace, ...points, marker }], notes };
  };
  return new Artist("PathCollection", options.text("label"), draw());
}

type PointColor = { readonly one: string } | { readonly each: PlotValues } | { readonly list: string[] };

function colorOf(value: unknown, count: number, nextColor: () => string): PointColor {
  if (value === undefined || value === null) return { one: nextColor() };
  if (typeof value === "string") return { one: resolveColor(value) };
  if (Array.isArray(value) && value.every((item) => typeof item === "string"))
    return { list: value.map(resolveColor) };
  const each = plotValues(value);
  if (each.shape.length === 1 && sizeOf(each) === count) return { each };
  if (Array.isArray(value) && (value.length === 3 || value.length === 4)) return { one: resolveColor(value) };
  throw new HintedError(
    "ValueError",
    `'c' argument has ${String(sizeOf(each))} elements, which is inconsistent with 'x' and 'y' with size ${String(count)}.`,
  );
}

/** Matplotlib gives areas in square points. */
async function sizes(areas: PlotValues, kept: readonly number[] | undefined): Promise<Trace> {
  const side = (area: number | null): number => (Math.sqrt(Math.max(0, area ?? 0)) * 4) / 3;
  const data = await areas.data;
  return { size: data.length === 1 ? side(data[0] ?? 0) : pick(data, kept).map(side) };
}

async function colors(
  color: PointColor,
  options: Options,
  kept: readonly number[] | undefined,
): Promise<Trace> {
  if ("one" in color) return { color: color.one };
  if ("list" in color)
    return { color: kept === undefined ? color.list : kept.map((k) => color.list[k] ?? "C0") };
  const [low, high] = [options.number("vmin"), options.number("vmax")];
  return {
    color: pick(await color.each.data, kept),
    colorscale: colorScale(options.get("cmap") ?? "viridis"),
    showscale: false,
    ...(low === undefined ? {} : { cmin: low }),
    ...(high === undefined ? {} : { cmax: high }),
  };
}
