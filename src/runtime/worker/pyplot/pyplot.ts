/** What `import * as plt from "matplotlib/pyplot"` gives: a thin pyplot whose figures Plotly draws. */
import type { Axes } from "./axes.ts";
import { Figure, is3D } from "./figure.ts";
import { figureDesk } from "./figure-desk.ts";
import { splitArguments } from "./options.ts";
import { scalar } from "./plot-values.ts";

type Keywords = Readonly<Record<string, unknown>>;

/** One Axes, a list of them, or a list of rows, as NumPy squeezes them. */
type AxesGrid = Axes | Axes[] | Axes[][];

/**
 * `const [fig, ax] = plt.subplots(nrows, ncols, { figsize, subplot_kw: { projection: "3d" } })`. Axes are one, a list,
 * or rows of lists: `ax[i][j]`.
 */
function subplots(...args: unknown[]): [Figure, AxesGrid] {
  const { positional, options } = splitArguments(args);
  const rows = scalar(positional[0] ?? options["nrows"] ?? 1);
  const columns = scalar(positional[1] ?? options["ncols"] ?? 1);
  if (!(Number.isInteger(rows) && rows > 0)) throw countError("rows", rows);
  if (!(Number.isInteger(columns) && columns > 0)) throw countError("columns", columns);
  const { projection } = (options["subplot_kw"] ?? {}) as Keywords;
  const drawn = figureDesk.open(new Figure(options["figsize"]));
  const grid = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) =>
      drawn.addAxes({ rows, columns, row, column }, is3D(projection ?? options["projection"])),
    ),
  );
  const [first = []] = grid;
  const [only] = first;
  if (only !== undefined) drawn.sca(only);
  if (rows === 1 && columns === 1 && only !== undefined) return [drawn, only];
  if (rows === 1) return [drawn, first];
  return [drawn, columns === 1 ? grid.flat() : grid];
}

function countError(what: string, count: number): RangeError {
  return new RangeError(`Number of ${what} must be a positive integer, not ${String(count)}`);
}

/** `plt.figure({ figsize })`: a new figure without axes. */
function figure(...args: unknown[]): Figure {
  return figureDesk.open(new Figure(splitArguments(args).options["figsize"]));
}

/** Shows every open figure here. */
function show(): void {
  figureDesk.showAll();
}

function close(which?: unknown): void {
  figureDesk.close(which instanceof Figure ? which : which === "all" ? undefined : figureDesk.current);
}

function colorbar(mappable?: unknown, keywords: Keywords = {}): void {
  const axes = figureDesk.currentAxes;
  figureDesk.current.colorbar(mappable ?? axes.artists.at(-1), keywords);
}

/** The setters of the current axes that pyplot names without `set_`. */
const setters = ["title", "xlabel", "ylabel", "xlim", "ylim", "xticks", "yticks", "xscale", "yscale"];

/** What pyplot does on the current axes under the axes' own names. */
const drawers = `plot step semilogx semilogy loglog scatter errorbar fill_between bar barh hist contour contourf imshow
  pcolormesh axhline axvline axhspan axvspan text annotate legend grid axis`;

function onCurrentAxes(method: string): (...args: unknown[]) => unknown {
  return (...args) => {
    const axes = figureDesk.currentAxes as unknown as Record<string, (...rest: unknown[]) => unknown>;
    return axes[method]?.(...args);
  };
}

export const pyplot: Readonly<Record<string, unknown>> = Object.freeze({
  ...Object.fromEntries(setters.map((name) => [name, onCurrentAxes(`set_${name}`)])),
  ...Object.fromEntries(drawers.split(/\s+/).map((name) => [name, onCurrentAxes(name)])),
  subplots,
  figure,
  show,
  close,
  colorbar,
  subplot: (...args: unknown[]) => figureDesk.current.add_subplot(...args),
  suptitle: (title: unknown) => figureDesk.current.suptitle(title),
  gca: () => figureDesk.currentAxes,
  gcf: () => figureDesk.current,
  sca: (axes: Axes) => figureDesk.makeCurrent(axes),
  tight_layout: () => undefined,
});
