import { HintedError } from "../hinted-error.ts";
import { Artist } from "./artist.ts";
import { Axes, type GridPlace } from "./axes.ts";
import { Axes3D } from "./axes-3d.ts";
import { numberList, splitArguments } from "./options.ts";
import { scalar } from "./plot-values.ts";
import { texLabel } from "./tex-label.ts";

/** CSS pixels of matplotlib's inch. */
const pixelsPerInch = 100;

/** A figure of matplotlib's: its size and its axes. */
export class Figure {
  readonly axes: Axes[] = [];
  title: string | undefined;
  width = 640;
  height = 480;
  /** Whether it has been put out. */
  shown = false;
  #current: Axes | undefined;

  constructor(figsize?: unknown) {
    if (figsize !== undefined && figsize !== null) this.set_size_inches(figsize);
  }

  set_size_inches(...size: unknown[]): void {
    const [width = 6.4, height = 4.8] = size.length === 1 ? numberList(size[0]) : size.map(scalar);
    if (!(width > 0 && height > 0 && Number.isFinite(width * height)))
      throw new HintedError(
        "ValueError",
        `figure size must be positive finite not (${String(width)}, ${String(height)})`,
      );
    const fit = (inches: number): number => Math.min(4_000, Math.max(100, inches * pixelsPerInch));
    [this.width, this.height] = [fit(width), fit(height)];
  }

  suptitle(title: unknown): void {
    this.title = texLabel(String(title));
  }

  /** The axes that `plt.plot` draws on. */
  gca(): Axes {
    return this.#current ?? this.addAxes({ rows: 1, columns: 1, row: 0, column: 0 }, false);
  }

  sca(axes: Axes): void {
    this.#current = axes;
  }

  /** `add_subplot()`, `add_subplot(211)`, `add_subplot(2, 1, 1)`, each with `{ projection: "3d" }`. */
  add_subplot(...args: unknown[]): Axes {
    const { positional, options } = splitArguments(args);
    return this.addAxes(placeOf(positional.map(scalar)), is3D(options["projection"]));
  }

  addAxes(place: GridPlace, threeDimensional: boolean): Axes {
    const axes = threeDimensional ? new Axes3D(place) : new Axes(place);
    this.axes.push(axes);
    this.#current = axes;
    return axes;
  }

  /** A scale beside the axes for what an artist's colours mean. */
  colorbar(mappable: unknown, keywords: Readonly<Record<string, unknown>> = {}): void {
    if (!(mappable instanceof Artist))
      throw new HintedError(
        "TypeError",
        "colorbar() takes what contourf, imshow, scatter or plot_surface gave",
      );
    const label = keywords["label"];
    mappable.colorbar = { label: typeof label === "string" ? texLabel(label) : undefined };
  }

  get_axes(): Axes[] {
    return this.axes;
  }

  /** The page lays out by itself. */
  tight_layout(): void {
    // Kept for code that is carried over.
  }

  subplots_adjust(): void {
    // Kept for code that is carried over.
  }

  toString(): string {
    const axes = this.axes.length === 1 ? "1 Axes" : `${String(this.axes.length)} Axes`;
    return `<Figure size ${String(this.width)}x${String(this.height)} with ${axes}>`;
  }
}

export function is3D(projection: unknown): boolean {
  if (projection === undefined || projection === null || projection === "rectilinear") return false;
  if (projection === "3d") return true;
  throw new HintedError("ValueError", `Unknown projection ${JSON.stringify(projection)}`, "There is '3d'.");
}

/** `(2, 1, 1)` or `(211)`: rows, columns, and a position counted from 1. */
function placeOf(numbers: readonly number[]): GridPlace {
  const [first = 111] = numbers;
  const digits = numbers.length < 2 ? Array.from(String(first), Number) : numbers;
  const [rows = 1, columns = 1, index = 1] = digits;
  if (numbers.length < 2 && (digits.length !== 3 || !Number.isInteger(first)))
    throw new HintedError(
      "ValueError",
      `Integer subplot specification must be a three-digit number, not ${String(first)}`,
    );
  if (!(index >= 1 && index <= rows * columns))
    throw new HintedError(
      "ValueError",
      `num must be an integer with 1 <= num <= ${String(rows * columns)}, not ${String(index)}`,
    );
  return { rows, columns, row: Math.floor((index - 1) / columns), column: (index - 1) % columns };
}
