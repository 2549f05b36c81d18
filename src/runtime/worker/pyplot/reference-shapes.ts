import type { FigureFields } from "../../protocol.ts";
import { withAlpha } from "./colors.ts";
import { dashOf } from "./line-format.ts";
import { lineWidth } from "./line-traces.ts";
import { Options, splitArguments } from "./options.ts";
import { scalar } from "./plot-values.ts";
import { texLabel } from "./tex-label.ts";

/** `axhline` ("y") and `axvline` ("x"): a line at one value of an axis, across the whole of the other. */
export function straightLine(
  axis: "x" | "y",
  args: readonly unknown[],
  nextColor: () => string,
): FigureFields {
  const { positional, options: keywords } = splitArguments(args);
  const options = new Options("Line2D", keywords, `color label linewidth linestyle alpha ${axis}`);
  const at = scalar(positional[0] ?? options.get(axis) ?? 0);
  const color = withAlpha(options.color() ?? nextColor(), options.number("alpha") ?? 1);
  const dash = dashOf(options.get("linestyle") ?? "-");
  return across(axis, at, at, { type: "line", line: { color, dash, width: lineWidth(options) } }, options);
}

/** `axhspan` ("y") and `axvspan` ("x"): a band between two values of an axis. */
export function band(axis: "x" | "y", args: readonly unknown[], nextColor: () => string): FigureFields {
  const { positional, options: keywords } = splitArguments(args);
  const options = new Options("Rectangle", keywords, "color facecolor label alpha linewidth");
  const color = options.color("facecolor") ?? options.color() ?? nextColor();
  const fillcolor = withAlpha(color, options.number("alpha") ?? 1);
  const look = { type: "rect", fillcolor, line: { width: 0 }, layer: "below" };
  return across(axis, scalar(positional[0]), scalar(positional[1]), look, options);
}

/** References to axes are "x" and "y" here; the figure puts the number of its axes in. */
function across(
  axis: "x" | "y",
  from: number,
  to: number,
  look: FigureFields,
  options: Options,
): FigureFields {
  const other = axis === "x" ? "y" : "x";
  const label = options.text("label");
  return {
    ...look,
    [`${axis}0`]: from,
    [`${axis}1`]: to,
    [`${other}0`]: 0,
    [`${other}1`]: 1,
    [`${axis}ref`]: axis,
    [`${other}ref`]: `${other} domain`,
    ...(label === undefined ? {} : { name: texLabel(label), showlegend: true }),
  };
}
