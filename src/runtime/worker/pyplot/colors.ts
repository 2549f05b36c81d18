import { HintedError } from "../hinted-error.ts";
import { scalar } from "./plot-values.ts";

/** Matplotlib's names for the colours that the page's palette has, so that they suit light and dark paper. */
const named: Readonly<Record<string, string>> = {
  b: "C0",
  blue: "C0",
  g: "C2",
  green: "C2",
  r: "red",
  red: "red",
  c: "C9",
  cyan: "C9",
  m: "C3",
  magenta: "C3",
  y: "C5",
  yellow: "C5",
  k: "ink",
  black: "ink",
  w: "paper",
  white: "paper",
  gray: "C7",
  grey: "C7",
  orange: "C1",
  purple: "C4",
  "tab:blue": "C0",
  "tab:orange": "C1",
  "tab:green": "C2",
  "tab:red": "red",
  "tab:purple": "C4",
  "tab:brown": "C5",
  "tab:pink": "C3",
  "tab:gray": "C7",
  "tab:olive": "C8",
  "tab:cyan": "C9",
};

/** Further names of CSS, drawn as they are. */
const cssNames = new Set(
  `aqua aquamarine beige brown chartreuse chocolate coral cornflowerblue crimson darkblue darkcyan darkgray
  darkgreen darkgrey darkmagenta darkorange darkorchid darkred darkviolet deeppink deepskyblue dimgray dimgrey
  dodgerblue firebrick forestgreen fuchsia gold goldenrod hotpink indianred indigo ivory khaki lavender lightblue
  lightcoral lightgray lightgreen lightgrey lightpink lightsalmon lightskyblue lime limegreen maroon mediumblue
  mediumpurple mediumseagreen midnightblue navy olive olivedrab orangered orchid peru pink plum rebeccapurple
  rosybrown royalblue saddlebrown salmon sandybrown seagreen sienna silver skyblue slateblue slategray springgreen
  steelblue tan teal thistle tomato turquoise violet wheat yellowgreen`.split(/\s+/),
);

export const cycleLength = 10;

/** A colour of matplotlib's as a figure writes it. Throws ValueError for what is none. */
export function resolveColor(color: unknown): string {
  if (typeof color === "string") {
    const name = named[color];
    if (name !== undefined) return name;
    const cycle = /^C(\d+)$/.exec(color);
    if (cycle !== null) return cycleColor(Number(cycle[1]));
    if (/^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(color) || cssNames.has(color)) return color;
    const gray = /^(?:0?\.\d+|[01](?:\.0*)?)$/.test(color) ? Number(color) : undefined;
    if (gray !== undefined) return rgb([gray, gray, gray]);
  } else if (Array.isArray(color) && (color.length === 3 || color.length === 4)) {
    const parts = color.map(scalar);
    if (parts.every((part) => part >= 0 && part <= 1)) return rgb(parts);
  }
  throw new HintedError("ValueError", `${JSON.stringify(color)} is not a valid color value.`);
}

export function cycleColor(position: number): string {
  return `C${String(position % cycleLength)}`;
}

/** The same colour, seen through. */
export function withAlpha(color: string, alpha: number): string {
  return alpha >= 1 ? color : `${color}/${String(alpha)}`;
}

function rgb(parts: readonly number[]): string {
  const [red = 0, green = 0, blue = 0] = parts.map((part) => Math.round(part * 255));
  const alpha = parts[3];
  const channels = [red, green, blue].join(", ");
  return alpha === undefined ? `rgb(${channels})` : `rgba(${channels}, ${String(alpha)})`;
}
