/** What a figure may hold. The worker makes figures that pass; the page draws none that does not. */

/** The kinds of trace the page can draw. */
export const traceTypes: ReadonlySet<string> = new Set([
  "scatter",
  "bar",
  "histogram",
  "box",
  "heatmap",
  "contour",
  "scatter3d",
  "surface",
  "mesh3d",
]);

/** The parts of a layout that are drawn. Absent: pictures, menus, sliders, maps, templates, links. */
const layoutFields =
  /^(?:[xyz]axis\d{0,3}|scene\d{0,3}|legend\d{0,3}|coloraxis\d{0,3}|title|font|annotations|shapes|bar(?:mode|norm|gap|groupgap|cornerradius)|box(?:mode|gap|groupgap)|scattermode|showlegend|margin|grid|colorway|colorscale|hovermode|hoverlabel|hoverdistance|dragmode|paper_bgcolor|plot_bgcolor|separators|autotypenumbers)$/;

/** Marks inside a text that change how it is set, and nothing else. */
const textMark = /^<\/?(?:b|i|sub|sup|br|em|s|u|extra)\s*\/?>$/;
const anyMark = /<[^<>]*>/g;

const fieldName = /^[a-z][a-z0-9_]{0,39}$/i;
/** Fields that could load something, or reach further than data should. */
const closedFields = new Set([
  "images",
  "template",
  "updatemenus",
  "sliders",
  "rangeselector",
  "href",
  "source",
]);

const maxTraces = 200;
const maxValues = 600_000;
const maxDepth = 8;
const maxTextLength = 2_000;
const maxTextTotal = 2_000_000;
const maxNotes = 8;
const sizeRange = [40, 4_000] as const;

export function isLayoutField(name: string): boolean {
  return layoutFields.test(name);
}

export function isOpenField(name: string): boolean {
  return fieldName.test(name) && !closedFields.has(name) && !(name in Object.prototype);
}

/** The text without marks that a figure may not hold. */
export function withoutClosedMarks(text: string): string {
  return text.replace(anyMark, (mark) => (textMark.test(mark) ? mark : ""));
}

function hasClosedMark(text: string): boolean {
  return withoutClosedMarks(text) !== text;
}

/** Counts what it walks over, and stops at the first thing that may not be there. */
class Walk {
  #values = 0;
  #characters = 0;

  /** What is wrong with a value, or undefined. */
  problem(value: unknown, depth: number): string | undefined {
    if (++this.#values > maxValues) return `holds more than ${maxValues.toLocaleString("en")} values`;
    if (depth > maxDepth) return `is nested more than ${String(maxDepth)} deep`;
    if (value === null || typeof value === "boolean") return undefined;
    if (typeof value === "number")
      return Number.isFinite(value) ? undefined : "holds a number that is not finite";
    if (typeof value === "string") return this.#textProblem(value);
    if (Array.isArray(value)) return this.#listProblem(value, depth);
    if (isPlain(value)) return this.#fieldsProblem(value, depth);
    return `holds a ${typeof value}, which is no plain data`;
  }

  #textProblem(text: string): string | undefined {
    this.#characters += text.length;
    if (text.length > maxTextLength || this.#characters > maxTextTotal) return "holds too long a text";
    return hasClosedMark(text)
      ? `holds a text with marks that are not allowed: ${text.slice(0, 80)}`
      : undefined;
  }

  #listProblem(list: readonly unknown[], depth: number): string | undefined {
    // A loop by position also sees the holes of a sparse list.
    for (let i = 0; i < list.length; i++) {
      const problem = this.problem(list[i], depth + 1);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #fieldsProblem(fields: Readonly<Record<string, unknown>>, depth: number): string | undefined {
    for (const [name, value] of Object.entries(fields)) {
      if (!isOpenField(name)) return `has a field that is not allowed: ${name.slice(0, 40)}`;
      const problem = this.problem(value, depth + 1);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isSize(value: unknown): boolean {
  return typeof value === "number" && value >= sizeRange[0] && value <= sizeRange[1];
}

function traceProblem(trace: unknown): string | undefined {
  if (!isPlain(trace)) return "has a trace that is no object";
  const type = trace["type"] ?? "scatter";
  if (typeof type === "string" && traceTypes.has(type)) return undefined;
  return `has a trace of type ${JSON.stringify(type)}; there are ${[...traceTypes].join(", ")}`;
}

/** Why a value is not a figure that may be drawn, as the end of a sentence; undefined when it is one. */
export function figureProblem(value: unknown): string | undefined {
  if (!isPlain(value)) return "is no object";
  const { data, layout, width, height, notes, ...rest } = value;
  if (Object.keys(rest).length > 0) return `has a field that is not allowed: ${Object.keys(rest).join(", ")}`;
  if (!isSize(width) || !isSize(height)) return `is not between ${sizeRange.join(" and ")} pixels in size`;
  if (!Array.isArray(data)) return "has no list of traces";
  if (data.length > maxTraces) return `has more than ${String(maxTraces)} traces`;
  if (!isPlain(layout)) return "has no layout";
  if (!Array.isArray(notes) || notes.length > maxNotes || !notes.every((note) => typeof note === "string"))
    return "has notes that are no list of a few texts";
  for (const trace of data) {
    const problem = traceProblem(trace);
    if (problem !== undefined) return problem;
  }
  const closed = Object.keys(layout).find((name) => !isLayoutField(name));
  if (closed !== undefined) return `has a layout with ${closed.slice(0, 40)}, which is not drawn here`;
  return new Walk().problem([data, layout, notes], 0);
}
