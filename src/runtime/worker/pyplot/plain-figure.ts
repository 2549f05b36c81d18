import { figureProblem, isLayoutField, isOpenField, withoutClosedMarks } from "../../check-figure.ts";
import type { Figure, FigureFields, FigureValue } from "../../protocol.ts";
import { isArray } from "../engine-door.ts";
import { HintedError } from "../hinted-error.ts";
import { plotValues, scalar } from "./plot-values.ts";
import {
  evenly,
  maxGrid,
  maxLinePoints,
  maxScatterPoints,
  pick,
  pickGrid,
  sample,
  thinLine,
  thinnedGridNote,
  thinnedNote,
} from "./thin-out.ts";

/** A figure as one writes it for Plotly. */
interface PlotlyFigure {
  readonly data: readonly object[];
  readonly layout: object;
}

/** Whether a value is a figure in Plotly's form: `{ data: [...], layout: {...} }` and nothing else of weight. */
export function isPlotlyFigure(value: unknown): value is PlotlyFigure {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return false;
  const { data, layout, ...rest } = value as { data?: unknown; layout?: unknown };
  const isObject = (each: unknown): boolean =>
    typeof each === "object" && each !== null && !Array.isArray(each);
  if (!Array.isArray(data) || !data.every(isObject) || !isObject(layout)) return false;
  return Object.keys(rest).every((name) => name === "config" || name === "frames");
}

/** Reads the arrays in a Plotly figure and leaves out what is not drawn. Throws ValueError for what cannot be. */
export async function readPlotlyFigure(figure: PlotlyFigure): Promise<Figure> {
  const left: string[] = [];
  const given = Object.entries(figure.layout).filter(([name, value]) => {
    if (value === undefined || ["width", "height", "autosize"].includes(name)) return false;
    if (!isLayoutField(name)) left.push(`layout.${name} is not drawn here`);
    return isLayoutField(name);
  });
  const { width, height } = figure.layout as { width?: unknown; height?: unknown };
  // All is asked for before the first wait: a cell may change or free its arrays afterwards.
  const fields = plainData(Object.fromEntries(given));
  const traces = await Promise.all(figure.data.map(readTrace));
  const notes = new Set([...traces.flatMap((trace) => trace.notes), ...left]);
  const drawn: Figure = {
    data: traces.map((trace) => trace.fields),
    layout: (await fields) as FigureFields,
    width: width === undefined ? 640 : scalar(width),
    height: height === undefined ? 450 : scalar(height),
    notes: [...notes].slice(0, 8),
  };
  const problem = figureProblem(drawn);
  if (problem !== undefined) throw new HintedError("ValueError", `This figure ${problem}.`);
  return drawn;
}

async function readTrace(trace: object): Promise<{ fields: FigureFields; notes: readonly string[] }> {
  const { type } = trace as { type?: unknown };
  const fields = (await plainData(trace)) as Record<string, FigureValue>;
  if (type === "scattergl") fields["type"] = "scatter";
  const notes =
    Array.isArray(fields["z"]) && Array.isArray(fields["z"][0]) ? thinGrid(fields) : thinPoints(fields);
  return { fields, notes };
}

/** Fields that hold one entry for each point. */
const perPoint = ["x", "y", "z", "text", "hovertext", "ids", "base", "width"];

function thinPoints(fields: Record<string, FigureValue>): string[] {
  const { x, y } = fields;
  const main = Array.isArray(y) ? y : Array.isArray(x) ? x : [];
  const marks = typeof fields["mode"] === "string" && !fields["mode"].includes("lines");
  const numbers = (list: FigureValue | undefined): number[] | undefined =>
    Array.isArray(list) ? list.map((each) => (typeof each === "number" ? each : NaN)) : undefined;
  const count = main.length;
  const kept = marks
    ? sample(count, maxScatterPoints)
    : "z" in fields
      ? count > maxLinePoints
        ? evenly(count, maxLinePoints)
        : undefined
      : thinLine(numbers(x), numbers(main) ?? []);
  // Statistics of a thinned sample would be wrong: such traces are passed on whole, up to the size of a figure.
  if (
    kept === undefined ||
    fields["type"] === "histogram" ||
    fields["type"] === "box" ||
    fields["type"] === "mesh3d"
  )
    return [];
  const thin = (holder: Record<string, FigureValue>, names: readonly string[]): void => {
    for (const name of names) {
      const list = holder[name];
      if (Array.isArray(list) && list.length === count)
        holder[name] = kept.map((k) => (list as readonly FigureValue[])[k] ?? null);
    }
  };
  thin(fields, perPoint);
  const marker = fields["marker"];
  if (typeof marker === "object" && marker !== null)
    thin(marker as Record<string, FigureValue>, ["color", "size", "opacity"]);
  return [thinnedNote(kept.length, count)];
}

function thinGrid(fields: Record<string, FigureValue>): string[] {
  const z = fields["z"] as readonly (readonly FigureValue[])[];
  const [rows, columns] = [z.length, z[0]?.length ?? 0];
  if (rows <= maxGrid && columns <= maxGrid) return [];
  const [rowsKept, columnsKept] = [evenly(rows, maxGrid), evenly(columns, maxGrid)];
  const choose = (
    list: FigureValue | undefined,
    kept: readonly number[],
    length: number,
  ): FigureValue | undefined =>
    Array.isArray(list) && list.length === length
      ? kept.map((k) => (list as readonly FigureValue[])[k] ?? null)
      : list;
  for (const [name, value] of Object.entries(fields)) {
    if (!Array.isArray(value)) continue;
    if (Array.isArray(value[0])) fields[name] = choose(value, rowsKept, rows)?.valueOf() as FigureValue;
    else if (name === "x") fields[name] = choose(value, columnsKept, columns) ?? null;
    else if (name === "y") fields[name] = choose(value, rowsKept, rows) ?? null;
    const matrix = fields[name];
    if (Array.isArray(matrix) && Array.isArray(matrix[0]))
      fields[name] = matrix.map((row: FigureValue) => choose(row, columnsKept, columns) ?? null);
  }
  return [thinnedGridNote([rowsKept.length, columnsKept.length], [rows, columns])];
}

/** Plain data of anything: arrays read, numbers that are not finite gone, fields and marks that may not be dropped. */
async function plainData(value: unknown): Promise<FigureValue> {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string") return withoutClosedMarks(value);
  if (typeof value === "boolean") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object")
    throw new HintedError("TypeError", `A figure holds data, not a ${typeof value}.`);
  if (isNumeric(value)) return await numericData(value);
  if (Symbol.iterator in value) return Promise.all([...(value as Iterable<unknown>)].map(plainData));
  if (Object.getPrototypeOf(value) !== Object.prototype) return scalar(value);
  const fields = Object.entries(value).filter(([name, each]) => isOpenField(name) && each !== undefined);
  return Object.fromEntries(
    await Promise.all(fields.map(async ([name, each]) => [name, await plainData(each)] as const)),
  );
}

function isNumeric(value: object): boolean {
  if (isArray(value) || ArrayBuffer.isView(value)) return true;
  return typeof (value as { __array__?: unknown }).__array__ === "function";
}

async function numericData(value: object): Promise<FigureValue> {
  const { shape, data } = plotValues(value);
  const elements = await data;
  if (shape.length === 0) return pick(elements)[0] ?? null;
  if (shape.length === 1) return pick(elements);
  const [rows = 0, columns = 0] = shape;
  if (shape.length > 2)
    throw new HintedError("ValueError", "A figure holds arrays of one or two dimensions.");
  return pickGrid(elements, columns, evenly(rows, rows), evenly(columns, columns));
}
