/** What is kept of a run, and the tables made of it. */
import { workloadNames, workloadOf, type WorkloadName } from "../workloads.ts";
import type { Machine } from "./machine.ts";
import type { Cell, Row } from "./measure.ts";

/** A cell as it is kept: milliseconds to three digits. */
export interface Summary {
  readonly first?: number;
  /** Tracing and compiling within the first call. */
  readonly compile?: number;
  readonly median?: number;
  readonly low?: number;
  readonly high?: number;
  readonly calls?: number;
  readonly wrong?: string;
  readonly failed?: string;
}

export interface Report {
  readonly machine: Machine;
  readonly systems: readonly string[];
  readonly rows: Partial<Record<WorkloadName, Record<string, Summary>>>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const rounded = (value: number): number => Number(value.toPrecision(4));

function summarize({ first, compile, cached = [], wrong, failed }: Cell): Summary {
  return {
    ...(first === undefined ? {} : { first: rounded(first) }),
    ...(compile === undefined ? {} : { compile: rounded(compile) }),
    ...(cached.length === 0
      ? {}
      : {
          median: rounded(median(cached)),
          low: rounded(Math.min(...cached)),
          high: rounded(Math.max(...cached)),
          calls: cached.length,
        }),
    ...(wrong === undefined ? {} : { wrong }),
    ...(failed === undefined ? {} : { failed }),
  };
}

export function summarizeRow(row: Row): Record<string, Summary> {
  return Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, summarize(cell)]));
}

/** The time of a cached call; of the first where that took so long that there was no other. */
export function timeOf(cell: Summary | undefined): number | undefined {
  return cell?.median ?? cell?.first;
}

/** Digits in groups of three. */
function grouped(whole: string): string {
  return whole.replaceAll(/\B(?=(?:\d{3})+$)/g, " ");
}

export function formatMs(ms: number | undefined): string {
  if (ms === undefined) return "-";
  const digits = ms < 10 ? (ms < 0.1 ? 3 : 2) : ms < 100 ? 1 : 0;
  const [whole, rest] = ms.toFixed(digits).split(".") as [string, string?];
  return rest === undefined ? grouped(whole) : `${grouped(whole)}.${rest}`;
}

const hasTime = (cell: Summary | undefined): boolean =>
  cell?.failed === undefined && cell?.first !== undefined;

export function cellText(
  cell: Summary | undefined,
  value: (cell: Summary) => number | undefined = timeOf,
): string {
  if (cell?.failed !== undefined) return cell.failed.startsWith("more than") ? cell.failed : "fails";
  if (cell === undefined || !hasTime(cell)) return "-";
  const time = formatMs(value(cell));
  const alone = cell.median === undefined && value === timeOf ? " (first)" : "";
  return cell.wrong === undefined ? `${time}${alone}` : `${time} wrong`;
}

export function titleOf(name: WorkloadName, n = workloadOf(name).n): string {
  const { title, unit } = workloadOf(name);
  return `${title}, ${grouped(String(n))} ${unit}`;
}

/** The table as lines of equal columns, or as Markdown. */
export function tabulate(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  markdown: boolean,
): string {
  const widths = head.map((name, k) => Math.max(3, name.length, ...rows.map((row) => row[k]!.length)));
  const line = (row: readonly string[]): string => {
    const cells = row.map((text, k) => (k === 0 ? text.padEnd(widths[k]!) : text.padStart(widths[k]!)));
    return markdown ? `| ${cells.join(" | ")} |` : cells.join("  ");
  };
  const rule = widths.map((width, k) => (k === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  return [line(head), ...(markdown ? [`| ${rule.join(" | ")} |`] : []), ...rows.map(line)].join("\n");
}

type CellValue = (cell: Summary) => number | undefined;

/** Workloads by systems. */
export function timeTable(report: Report, value: CellValue, markdown: boolean): string {
  const rows = measured(report).map((name) => [
    titleOf(name),
    ...report.systems.map((system) => cellText(report.rows[name]![system], value)),
  ]);
  return tabulate(["ms", ...report.systems], rows, markdown);
}

export function measured(report: Report): WorkloadName[] {
  return workloadNames.filter((name) => report.rows[name] !== undefined);
}

/** min..max of each cached call. */
export function spreadTable(report: Report): string {
  const spread = (cell: Summary | undefined): string =>
    cell?.low === undefined ? "-" : `${formatMs(cell.low)}..${formatMs(cell.high)} (${cell.calls ?? 0})`;
  const rows = measured(report).map((name) => [
    titleOf(name),
    ...report.systems.map((system) => spread(report.rows[name]![system])),
  ]);
  return tabulate(["ms, lowest..highest (calls)", ...report.systems], rows, true);
}

/** What the engine's first calls spent on tracing and compiling. */
export function compileTable(report: Report, markdown: boolean): string {
  const systems = report.systems.filter((name) => name.startsWith("engine"));
  const rows = measured(report).map((name) => [
    titleOf(name),
    ...systems.map((system) => formatMs(report.rows[name]![system]?.compile)),
  ]);
  return tabulate(["trace and compile, ms", ...systems], rows, markdown);
}

const CPU_PEERS = ["jax-js-wasm", "tfjs-wasm"] as const;
const GPU_PEERS = ["jax-js-webgpu", "tfjs-webgpu"] as const;

/** One system's time over the best time of others that are right (of the wrong, where none is). */
function ratio(row: Record<string, Summary>, ours: string, others: readonly string[]): string {
  const own = row[ours];
  const time = timeOf(own);
  if (own === undefined || time === undefined || own.failed !== undefined) return "-";
  const timed = others.filter((name) => hasTime(row[name]));
  const right = timed.filter((name) => row[name]!.wrong === undefined);
  const best = Math.min(...(right.length > 0 ? right : timed).map((name) => timeOf(row[name])!));
  if (!Number.isFinite(best)) return "-";
  const text = (time / best).toFixed(2);
  return right.length > 0 ? text : `${text} of wrong`;
}

export function ratioTable(report: Report, markdown: boolean): string {
  const rows = measured(report).map((name) => {
    const row = report.rows[name]!;
    return [
      titleOf(name),
      ratio(row, "engine-webgpu", ["wgsl"]),
      ratio(row, "engine-webgpu", GPU_PEERS),
      ratio(row, "engine-cpu", CPU_PEERS),
      ratio(row, "engine-cpu", ["numpy"]),
    ];
  });
  const head = ["engine over", "WebGPU: WGSL", "WebGPU: best peer", "CPU: best peer", "CPU: NumPy"];
  return tabulate(head, rows, markdown);
}

/** What was wrong and what failed, in words. */
export function troubles(report: Report): string[] {
  return measured(report).flatMap((name) =>
    report.systems.flatMap((system) => {
      const cell = report.rows[name]![system];
      const text = cell?.failed ?? cell?.wrong;
      return text === undefined ? [] : [`${system}, ${titleOf(name)}: ${text}`];
    }),
  );
}
