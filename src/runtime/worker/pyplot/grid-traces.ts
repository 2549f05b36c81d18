import type { FigureValue } from "../../protocol.ts";
import { HintedError } from "../hinted-error.ts";
import { Artist, type Drawing, type Trace } from "./artist.ts";
import { colorScale, plainScale } from "./colormaps.ts";
import { evenStep, levelPosition, niceLevels } from "./levels.ts";
import { lineWidth } from "./line-traces.ts";
import { Options, splitArguments } from "./options.ts";
import { plotValues, scalar, shapeText, type PlotValues } from "./plot-values.ts";
import { evenly, maxGrid, pick, pickGrid, thinnedGridNote } from "./thin-out.ts";

/** Values over a grid, thinned: the axes as lists, or as matrices where they are not those of a plain mesh. */
interface Grid {
  readonly x: FigureValue;
  readonly y: FigureValue;
  readonly z: (number | null)[][];
  readonly notes: readonly string[];
}

/** A matrix with the coordinates it came with; none means 0, 1, 2, ... */
interface GridValues {
  readonly x: PlotValues | undefined;
  readonly y: PlotValues | undefined;
  readonly z: PlotValues;
  readonly rows: number;
  readonly columns: number;
}

/** Reads `(Z)` or `(X, Y, Z)`; X and Y may be lists or meshes. Throws as matplotlib's contour does. */
function contourArguments(values: readonly unknown[]): GridValues {
  const given = values.length >= 3;
  const z = plotValues(given ? values[2] : values[0]);
  const [rows, columns] = z.shape;
  if (rows === undefined || columns === undefined || z.shape.length !== 2)
    throw new TypeError(`Input z must be 2D, not ${String(z.shape.length)}D`);
  if (rows < 2 || columns < 2)
    throw new TypeError(
      `Input z must be at least a (2, 2) shaped array, but has shape ${shapeText(z.shape)}`,
    );
  if (!given) return { x: undefined, y: undefined, z, rows, columns };
  const [x, y] = [plotValues(values[0]), plotValues(values[1])];
  checkAxis("x", x, z, columns, "columns");
  checkAxis("y", y, z, rows, "rows");
  return { x, y, z, rows, columns };
}

function checkAxis(name: string, axis: PlotValues, z: PlotValues, extent: number, what: string): void {
  if (axis.shape.length === 1) {
    if (axis.shape[0] === extent) return;
    throw new TypeError(
      `Length of ${name} (${String(axis.shape[0])}) must match number of ${what} in z (${String(extent)})`,
    );
  }
  if (axis.shape.length !== 2)
    throw new TypeError(`Inputs x and y must be 1D or 2D, not ${String(axis.shape.length)}D`);
  if (axis.shape[0] !== z.shape[0] || axis.shape[1] !== z.shape[1])
    throw new TypeError(
      `Shapes of ${name} ${shapeText(axis.shape)} and z ${shapeText(z.shape)} do not match`,
    );
}

async function readGrid({ x, y, z, rows, columns }: GridValues): Promise<Grid> {
  const rowsKept = evenly(rows, maxGrid);
  const columnsKept = evenly(columns, maxGrid);
  const along = async (
    axis: PlotValues | undefined,
    kept: readonly number[],
    across: boolean,
  ): Promise<FigureValue> => {
    if (axis === undefined) return [...kept];
    const data = await axis.data;
    if (axis.shape.length === 1) return pick(data, kept);
    const matrix = pickGrid(data, columns, rowsKept, columnsKept);
    const line = across ? (matrix[0] ?? []) : matrix.map((row) => row[0] ?? null);
    const plain = matrix.every((row, i) => row.every((value, j) => value === line[across ? j : i]));
    return plain ? line : matrix;
  };
  const thinned = rowsKept.length < rows || columnsKept.length < columns;
  return {
    x: await along(x, columnsKept, true),
    y: await along(y, rowsKept, false),
    z: pickGrid(await z.data, columns, rowsKept, columnsKept),
    notes: thinned ? [thinnedGridNote([rowsKept.length, columnsKept.length], [rows, columns])] : [],
  };
}

function rangeOf(z: readonly (readonly (number | null)[])[]): [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  for (const row of z)
    for (const value of row) if (value !== null) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return low <= high ? [low, high] : [0, 1];
}

const contourOptions = "levels cmap alpha color linewidth linestyle label vmin vmax extend";

/** `ax.contour` and `ax.contourf`. */
export function contours(args: readonly unknown[], filled: boolean): Artist {
  const { positional, options: keywords } = splitArguments(args);
  const options = new Options("QuadContourSet", keywords, contourOptions);
  const hasCoordinates = positional.length >= 3;
  const values = contourArguments(positional);
  const levels = options.get("levels") ?? positional[hasCoordinates ? 3 : 1];
  const count = levels === undefined || isList(levels) ? undefined : scalar(levels);
  const list = isList(levels) ? plotValues(levels).data : undefined;
  const alpha = options.number("alpha");
  const single = options.color();
  const scale = single === undefined ? colorScale(options.get("cmap") ?? "viridis") : plainScale(single);
  const trace: Trace = {
    type: "contour",
    colorscale: scale,
    showscale: false,
    line: { width: filled ? 0 : lineWidth(options), smoothing: 0.8 },
    ...(alpha === undefined ? {} : { opacity: alpha }),
  };
  const draw = async (): Promise<Drawing> => {
    const { notes, ...grid } = await readGrid(values);
    const wanted = list === undefined ? niceLevels(...rangeOf(grid.z), count) : pick(await list).map(Number);
    checkLevels(wanted);
    return { traces: [{ ...trace, ...grid, ...atLevels(grid.z, wanted, filled) }], notes };
  };
  return new Artist("QuadContourSet", options.text("label"), draw());
}

function isList(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { shape } = value as { shape?: unknown };
  return Array.isArray(shape) ? shape.length > 0 : Symbol.iterator in value;
}

function checkLevels(levels: readonly number[]): void {
  if (levels.some((level, k) => k > 0 && level <= (levels[k - 1] ?? NaN)))
    throw new HintedError("ValueError", "Contour levels must be increasing");
}

/** Plotly knows even levels alone; uneven ones are drawn on a scale on which they are even. */
function atLevels(
  z: readonly (readonly (number | null)[])[],
  levels: readonly number[],
  filled: boolean,
): Trace {
  const coloring = filled ? "fill" : "lines";
  const first = levels[0] ?? 0;
  const last = levels.at(-1) ?? first;
  const common = { autocontour: false, zmin: first, zmax: last };
  if (levels.length < 2)
    return { ...common, zmax: first + 1, contours: { coloring, start: first, end: first, size: 1 } };
  const step = evenStep(levels);
  if (step !== undefined) return { ...common, contours: { coloring, start: first, end: last, size: step } };
  const positions = levels.map((_, k) => k);
  return {
    ...common,
    zmin: 0,
    zmax: levels.length - 1,
    z: z.map((row) => row.map((value) => (value === null ? null : levelPosition(levels, value)))),
    hoverinfo: "x+y",
    contours: { coloring, start: 0, end: levels.length - 1, size: 1 },
    colorbar: { tickvals: positions, ticktext: levels.map(String) },
  };
}

/** `ax.imshow(Z)` and `ax.pcolormesh(X, Y, Z)`. */
export function image(
  args: readonly unknown[],
  mesh: boolean,
): { artist: Artist; rowsDown: boolean; square: boolean } {
  const { positional, options: keywords } = splitArguments(args);
  const options = new Options(
    "AxesImage",
    keywords,
    "cmap alpha vmin vmax origin extent aspect label shading",
  );
  const values = mesh ? contourArguments(positional) : imageArgument(positional[0]);
  const extent = options.numbers("extent");
  const [low, high, alpha] = [options.number("vmin"), options.number("vmax"), options.number("alpha")];
  const rowsDown = !mesh && (options.text("origin") ?? "upper") === "upper";
  const trace: Trace = {
    type: "heatmap",
    colorscale: colorScale(options.get("cmap") ?? positional[mesh ? 3 : 1] ?? "viridis"),
    showscale: false,
    ...(low === undefined ? {} : { zmin: low }),
    ...(high === undefined ? {} : { zmax: high }),
    ...(low !== undefined && high === undefined ? { zauto: true } : {}),
    ...(alpha === undefined ? {} : { opacity: alpha }),
  };
  const draw = async (): Promise<Drawing> => {
    const { notes, ...grid } = await readGrid(values);
    const placed = extent === undefined ? {} : cellMiddles(extent, grid.z, rowsDown);
    return { traces: [{ ...trace, ...grid, ...placed }], notes };
  };
  const artist = new Artist(mesh ? "QuadMesh" : "AxesImage", options.text("label"), draw());
  // With an extent, rows are placed by it and the axis runs up as ever.
  return {
    artist,
    rowsDown: rowsDown && extent === undefined,
    square: !mesh && options.text("aspect") !== "auto",
  };
}

function imageArgument(value: unknown): GridValues {
  const z = plotValues(value);
  const [rows, columns] = z.shape;
  if (rows === undefined || columns === undefined || z.shape.length !== 2)
    throw new TypeError(`Invalid shape ${shapeText(z.shape)} for image data`);
  return { x: undefined, y: undefined, z, rows, columns };
}

function cellMiddles(
  extent: readonly number[],
  z: readonly (readonly unknown[])[],
  rowsDown: boolean,
): Trace {
  const [left = 0, right = 1, bottom = 0, top = 1] = extent;
  const middles = (from: number, to: number, count: number): number[] =>
    Array.from({ length: count }, (_, k) => from + ((k + 0.5) * (to - from)) / count);
  const [first, last] = rowsDown ? [top, bottom] : [bottom, top];
  return { x: middles(left, right, z[0]?.length ?? 1), y: middles(first, last, z.length) };
}

/** `ax.plot_surface(X, Y, Z)`: one colour, or a colormap by height. */
export function surface(args: readonly unknown[], nextColor: () => string): Artist {
  const { positional, options: keywords } = splitArguments(args);
  const options = new Options("Poly3DCollection", keywords, "cmap alpha color label linewidth vmin vmax");
  if (positional.length < 3) throw new TypeError("plot_surface() takes X, Y and Z");
  const z = plotValues(positional[2]);
  if (z.shape.length !== 2) throw new HintedError("ValueError", "Argument Z must be 2-dimensional.");
  let values: GridValues;
  try {
    values = contourArguments(positional);
  } catch {
    throw new HintedError("ValueError", "shape mismatch: objects cannot be broadcast to a single shape");
  }
  const [low, high, alpha] = [options.number("vmin"), options.number("vmax"), options.number("alpha")];
  const map = options.get("cmap");
  const trace: Trace = {
    type: "surface",
    colorscale: map === undefined ? plainScale(options.color() ?? nextColor()) : colorScale(map),
    showscale: false,
    ...(low === undefined ? {} : { cmin: low }),
    ...(high === undefined ? {} : { cmax: high }),
    ...(alpha === undefined ? {} : { opacity: alpha }),
  };
  const draw = async (): Promise<Drawing> => {
    const { notes, ...grid } = await readGrid(values);
    return { traces: [{ ...trace, ...grid }], notes };
  };
  return new Artist("Poly3DCollection", options.text("label"), draw());
}
