import type { Figure, FigureFields, FigureValue } from "../../notebook/output.ts";
import { axisName } from "./plot-summary.ts";
import { plainLabel } from "./plot-text.ts";

export type TableValue = number | string | null;

/** The numbers of a plot as rows. The first entry of every row names it. */
export interface PlotTable {
  readonly caption: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly TableValue[])[];
  /** Rows and columns are both positions: z over x and y. */
  readonly isGrid: boolean;
}

/** One table for lines over the same x, one for each other series. */
export function plotTables(figure: Figure): PlotTable[] {
  const { data, layout } = figure;
  const [first] = data;
  if (first !== undefined && data.length > 1 && data.every((trace) => sharesX(trace, first)))
    return [sharedTable(data, layout)];
  return data.map((trace, k) => traceTable(trace, layout, seriesName(trace, k, data.length)));
}

function listOf(value: FigureValue | undefined): readonly FigureValue[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

function seriesName({ name }: FigureFields, position: number, count: number): string {
  if (typeof name === "string") return plainLabel(name);
  return count === 1 ? "" : `Series ${String(position + 1)}`;
}

function sharesX(trace: FigureFields, first: FigureFields): boolean {
  const [x, other] = [listOf(trace["x"]), listOf(first["x"])];
  if (x === undefined || other === undefined || trace["z"] !== undefined || trace["xaxis"] !== first["xaxis"])
    return false;
  return (
    listOf(trace["y"])?.length === x.length &&
    x.length === other.length &&
    x.every((value, k) => value === other[k])
  );
}

function sharedTable(data: readonly FigureFields[], layout: FigureFields): PlotTable {
  const [first = {}] = data;
  const x = listOf(first["x"]) ?? [];
  const columns = data.map((trace) => listOf(trace["y"]) ?? []);
  return {
    caption: "",
    header: [axisName(first, layout, "x"), ...data.map((trace, k) => seriesName(trace, k, data.length))],
    rows: x.map((value, k) => [entry(value), ...columns.map((column) => entry(column[k]))]),
    isGrid: false,
  };
}

function traceTable(trace: FigureFields, layout: FigureFields, caption: string): PlotTable {
  const z = listOf(trace["z"]);
  if (z !== undefined && Array.isArray(z[0]))
    return gridTable(trace, z as readonly (readonly FigureValue[])[], caption);
  const names = (["x", "y", "z"] as const).filter((axis) => listOf(trace[axis]) !== undefined);
  const columns = names.map((axis) => listOf(trace[axis]) ?? []);
  const length = Math.max(0, ...columns.map((column) => column.length));
  return {
    caption,
    header: names.map((axis) => axisName(trace, layout, axis)),
    rows: Array.from({ length }, (_, k) => columns.map((column) => entry(column[k]))),
    isGrid: false,
  };
}

function gridTable(trace: FigureFields, z: readonly (readonly FigureValue[])[], caption: string): PlotTable {
  // Coordinates that are no plain mesh stand for themselves only along the first row and column.
  const along = (value: FigureValue | undefined, down: boolean, k: number): TableValue => {
    const list = listOf(value);
    const matrix = listOf(list?.[0]) !== undefined;
    const item = matrix ? (down ? listOf(list?.[k])?.[0] : listOf(list?.[0])?.[k]) : list?.[k];
    return entry(item ?? k);
  };
  return {
    caption,
    header: ["y \\ x", ...(z[0] ?? []).map((_, k) => String(along(trace["x"], false, k)))],
    rows: z.map((row, k) => [along(trace["y"], true, k), ...row.map(entry)]),
    isGrid: true,
  };
}

function entry(value: FigureValue | undefined): TableValue {
  if (typeof value === "number") return value;
  return typeof value === "string" ? plainLabel(value) : null;
}

/** The tables as comma-separated values, one after another. */
export function tablesAsCsv(tables: readonly PlotTable[]): string {
  return tables
    .map(({ caption, header, rows }) =>
      [...(caption === "" ? [] : [[caption]]), header, ...rows]
        .map((row) => row.map(csvField).join(","))
        .join("\r\n"),
    )
    .join("\r\n\r\n")
    .concat("\r\n");
}

function csvField(value: TableValue): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  // A spreadsheet would run what starts like a formula.
  const safe = /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Positions to show of many: the first and the last, null between them for what is left out. */
export function endsOf(count: number, shown: number): (number | null)[] {
  const half = Math.floor(shown / 2);
  if (count <= shown) return Array.from({ length: count }, (_, k) => k);
  const first = Array.from({ length: half }, (_, k) => k);
  return [...first, null, ...first.map((k) => count - half + k)];
}

/** Positions spread over all of them, the first and the last among them. */
export function spreadOver(count: number, shown: number): number[] {
  if (count <= shown) return Array.from({ length: count }, (_, k) => k);
  return Array.from({ length: shown }, (_, k) => Math.round((k * (count - 1)) / (shown - 1)));
}
