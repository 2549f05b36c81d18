import type { Figure, FigureFields, FigureValue } from "../../notebook/output.ts";
import { plainLabel, shortNumber } from "./plot-text.ts";

/** What a plot shows, in words: its kind, its series, how far they reach. */
export function plotSummary(figure: Figure): string {
  const { data, layout, notes } = figure;
  const title = textOf(layout["title"]) ?? firstAnnotation(layout);
  const kinds = [...new Set(data.map(kindOf))];
  const named = data.filter(({ name }) => typeof name === "string").length;
  const count = data.length < 2 ? "" : ` with ${String(data.length)} series`;
  const what = kinds.length === 0 ? "An empty plot" : capital(kinds.join(" and "));
  const heading = `${what}${count}${title === undefined ? "" : `: ${title}`}.`;
  const sentences = data
    .slice(0, maxSeries)
    .map((trace, k) => seriesText(trace, layout, data.length > 1 || named > 0 ? k + 1 : undefined));
  if (data.length > maxSeries) sentences.push(`And ${String(data.length - maxSeries)} more.`);
  return [heading, ...sentences, ...notes.map((note) => `${capital(note)}.`)].join(" ");
}

const maxSeries = 8;

function kindOf({ type = "scatter", mode, fill }: FigureFields): string {
  switch (type) {
    case "scatter":
      if (fill !== undefined && fill !== "none") return "filled area";
      return mode === "markers" ? "scatter plot" : "line plot";
    case "bar":
      return "bar chart";
    case "scatter3d":
      return mode === "markers" ? "scatter plot in three dimensions" : "line plot in three dimensions";
    case "surface":
    case "mesh3d":
      return "surface in three dimensions";
    case "contour":
      return "contour plot";
    case "heatmap":
      return "heat map";
    case "box":
      return "box plot";
    default:
      return typeof type === "string" ? type : "plot";
  }
}

function seriesText(trace: FigureFields, layout: FigureFields, position: number | undefined): string {
  const { name } = trace;
  const series =
    typeof name === "string" ? plainLabel(name) : position === undefined ? "" : `Series ${String(position)}`;
  const reaches = (["x", "y", "z"] as const).flatMap((axis) =>
    reach(trace[axis], axisName(trace, layout, axis)),
  );
  const flat = trace["z"] ?? trace["y"] ?? trace["x"];
  const size =
    Array.isArray(flat) && !Array.isArray(flat[0])
      ? [`${flat.length.toLocaleString("en")} ${trace["type"] === "bar" ? "bars" : "points"}`]
      : gridSize(flat);
  const parts = [...size, ...reaches].join(", ");
  return `${series === "" ? capital(parts) : `${series}: ${parts}`}.`;
}

function gridSize(z: FigureValue | undefined): string[] {
  if (!Array.isArray(z) || !Array.isArray(z[0])) return [];
  return [`a grid of ${String(z.length)} by ${String(z[0].length)} points`];
}

/** The name of an axis as the figure labels it. */
export function axisName(trace: FigureFields, layout: FigureFields, axis: "x" | "y" | "z"): string {
  const scene = layout[typeof trace["scene"] === "string" ? trace["scene"] : "scene"];
  const own = trace[`${axis}axis`];
  const key = `${axis}axis${typeof own === "string" ? own.slice(1) : ""}`;
  const spatial = isFields(scene) && "z" in trace && !("xaxis" in trace);
  const settings = spatial ? scene[`${axis}axis`] : layout[key];
  return (isFields(settings) ? textOf(settings["title"]) : undefined) ?? axis;
}

function reach(values: FigureValue | undefined, name: string): string[] {
  if (!Array.isArray(values)) return [];
  let [low, high] = [Infinity, -Infinity];
  for (const each of values.flat() as readonly FigureValue[])
    if (typeof each === "number") [low, high] = [Math.min(low, each), Math.max(high, each)];
  if (low > high) {
    const words = values.filter((each): each is string => typeof each === "string").slice(0, 12);
    return words.length > 0 ? [`${name}: ${words.map(plainLabel).join(", ")}`] : [];
  }
  return [
    low === high
      ? `${name} is ${shortNumber(low)}`
      : `${name} from ${shortNumber(low)} to ${shortNumber(high)}`,
  ];
}

function textOf(title: FigureValue | undefined): string | undefined {
  const text = isFields(title) ? title["text"] : title;
  return typeof text === "string" && text !== "" ? plainLabel(text) : undefined;
}

/** The title of axes is an annotation over them. */
function firstAnnotation(layout: FigureFields): string | undefined {
  const { annotations } = layout;
  if (!Array.isArray(annotations)) return undefined;
  const notes = annotations as readonly FigureValue[];
  const title = notes.filter(isFields).find((note) => note["yref"] === "paper");
  return textOf(title?.["text"]);
}

function isFields(value: FigureValue | undefined): value is FigureFields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
