import { HintedError } from "../hinted-error.ts";
import { Artist, type Drawing, type Trace } from "./artist.ts";
import { Axes } from "./axes.ts";
import { dashOf } from "./line-format.ts";
import { surface } from "./grid-traces.ts";
import { lineWidth } from "./line-traces.ts";
import { Options, splitArguments } from "./options.ts";
import { plotValues, scalar, shapeText, sizeOf } from "./plot-values.ts";
import { scatterPoints } from "./scatter-traces.ts";
import { texLabel } from "./tex-label.ts";
import { evenly, maxLinePoints, pick, thinnedNote } from "./thin-out.ts";

/** Axes in three dimensions: `subplot_kw: { projection: "3d" }`. */
export class Axes3D extends Axes {
  /** In degrees, as matplotlib has them. */
  elevation = 30;
  azimuth = -60;

  override plot(...args: unknown[]): Artist[] {
    const { positional, options: keywords } = splitArguments(args);
    const options = new Options("Line3D", keywords, "color label linewidth linestyle alpha");
    const coordinates = positional.slice(0, 3).map(plotValues);
    const [x, y, z] = coordinates;
    if (x === undefined || y === undefined || z === undefined) throw new TypeError("plot() takes x, y and z");
    const odd = coordinates.find((each) => sizeOf(each) !== sizeOf(x));
    if (odd !== undefined) {
      const shapes = `${shapeText(x.shape)} and ${shapeText(odd.shape)}`;
      throw new HintedError(
        "ValueError",
        `x and y must have same first dimension, but have shapes ${shapes}`,
      );
    }
    const alpha = options.number("alpha");
    const dash = dashOf(options.get("linestyle") ?? "-");
    const trace: Trace = {
      type: "scatter3d",
      mode: "lines",
      line: { color: options.color() ?? this.nextColor(), width: lineWidth(options) * 1.5, dash },
      ...(alpha === undefined ? {} : { opacity: alpha }),
    };
    const draw = async (): Promise<Drawing> => {
      const data = await Promise.all(coordinates.map((each) => each.data));
      const kept = evenly(sizeOf(x), maxLinePoints);
      const points = Object.fromEntries(data.map((each, k) => ["xyz".charAt(k), pick(each, kept)]));
      const notes = kept.length < sizeOf(x) ? [thinnedNote(kept.length, sizeOf(x))] : [];
      return { traces: [{ ...trace, ...points }], notes };
    };
    return [this.add(new Artist("Line3D", options.text("label"), draw()))];
  }

  plot3D(...args: unknown[]): Artist[] {
    return this.plot(...args);
  }

  override scatter(...args: unknown[]): Artist {
    return this.add(scatterPoints(args, 3, this.nextColor));
  }

  scatter3D(...args: unknown[]): Artist {
    return this.scatter(...args);
  }

  plot_surface(...args: unknown[]): Artist {
    return this.add(surface(args, this.nextColor));
  }

  set_zlabel(label: unknown): void {
    this.axes.z.label = texLabel(String(label));
  }

  set_zlim(...args: unknown[]): void {
    this.setLimits("z", args);
  }

  set_zticks(ticks: unknown, labels?: unknown): void {
    this.setTicks("z", ticks, labels);
  }

  /** `view_init(elev, azim)` or `view_init({ elev, azim })`, in degrees. */
  view_init(...args: unknown[]): void {
    const { positional, options: keywords } = splitArguments(args);
    const options = new Options("view_init", keywords, "elev azim roll");
    this.elevation = scalar(positional[0] ?? options.get("elev") ?? this.elevation);
    this.azimuth = scalar(positional[1] ?? options.get("azim") ?? this.azimuth);
  }
}
