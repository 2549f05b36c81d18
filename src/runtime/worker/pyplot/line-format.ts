import { HintedError } from "../hinted-error.ts";
import { resolveColor } from "./colors.ts";

export interface LineFormat {
  readonly color?: string;
  /** Plotly's dash; "none" draws no line. */
  readonly dash?: string;
  readonly symbol?: string;
}

const dashes: Readonly<Record<string, string>> = {
  "-": "solid",
  "--": "dash",
  "-.": "dashdot",
  ":": "dot",
  solid: "solid",
  dashed: "dash",
  dashdot: "dashdot",
  dotted: "dot",
  "": "none",
  " ": "none",
  none: "none",
  None: "none",
};

const symbols: Readonly<Record<string, string>> = {
  ".": "circle",
  ",": "circle",
  o: "circle",
  v: "triangle-down",
  "^": "triangle-up",
  "<": "triangle-left",
  ">": "triangle-right",
  s: "square",
  p: "pentagon",
  "*": "star",
  h: "hexagon",
  H: "hexagon2",
  "+": "cross-thin-open",
  P: "cross",
  x: "x-thin-open",
  X: "x",
  D: "diamond",
  d: "diamond-tall",
  "|": "line-ns-open",
  _: "line-ew-open",
};

export function dashOf(style: unknown): string {
  const dash = typeof style === "string" && Object.hasOwn(dashes, style) ? dashes[style] : undefined;
  if (dash !== undefined) return dash;
  throw new HintedError(
    "ValueError",
    `${JSON.stringify(style)} is not a valid value for ls; supported values are '-', '--', '-.', ':', 'None', ' ', '', ` +
      "'solid', 'dashed', 'dashdot', 'dotted'",
  );
}

/** Undefined draws no marker. */
export function symbolOf(marker: unknown): string | undefined {
  if (marker === "None" || marker === "none" || marker === "" || marker === " ") return undefined;
  const symbol = typeof marker === "string" && Object.hasOwn(symbols, marker) ? symbols[marker] : undefined;
  if (symbol !== undefined) return symbol;
  throw new HintedError("ValueError", `Unrecognized marker style ${JSON.stringify(marker)}`);
}

/** Matplotlib's short form such as "r--o": colour, line style and marker in any order. Throws ValueError. */
export function parseLineFormat(text: string): LineFormat {
  const color = wholeColor(text);
  if (color !== undefined) return { color };
  const found: { color?: string; dash?: string; symbol?: string } = {};
  for (let at = 0; at < text.length;) {
    const two = text.slice(at, at + 2);
    const one = text.charAt(at);
    const style = two === "--" || two === "-." ? two : one === "-" || one === ":" ? one : undefined;
    if (style !== undefined) {
      if (found.dash !== undefined) throw invalid(text, "two linestyle symbols");
      found.dash = dashOf(style);
    } else if (Object.hasOwn(symbols, one)) {
      if (found.symbol !== undefined) throw invalid(text, "two marker symbols");
      found.symbol = symbolOf(one) ?? "circle";
    } else if ("bgrcmykw".includes(one)) {
      if (found.color !== undefined) throw invalid(text, "two color symbols");
      found.color = resolveColor(one);
    } else if (one === "C" && /^C\d/.test(text.slice(at))) {
      found.color = resolveColor(two);
    } else {
      throw invalid(text, `unrecognized character '${one}'`);
    }
    at += style?.length ?? (one === "C" ? 2 : 1);
  }
  // A marker alone means points without a line.
  if (found.symbol !== undefined && found.dash === undefined) found.dash = "none";
  return found;
}

/** Format strings may be a colour's whole name. */
function wholeColor(text: string): string | undefined {
  if (text.length < 3 && !/^C\d$/.test(text)) return undefined;
  try {
    return resolveColor(text);
  } catch {
    return undefined;
  }
}

function invalid(text: string, reason: string): HintedError {
  return new HintedError("ValueError", `'${text}' is not a valid format string (${reason})`);
}
