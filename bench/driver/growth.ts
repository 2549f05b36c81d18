/** Time against n for each workload on both devices, and compile time against the length of a program. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { workloadOf, type WorkloadName } from "../workloads.ts";
import { describeMachine, type Machine } from "./machine.ts";
import { measure } from "./measure.ts";
import type { Participant } from "./participant.ts";
import { drawPlot, type Series } from "./plot.ts";
import { summarizeRow, timeOf, type Summary } from "./report.ts";

export interface Picture {
  readonly file: string;
  readonly title: string;
}

export interface GrowthReport {
  readonly machine: Machine;
  readonly pictures: readonly Picture[];
  /** Milliseconds by workload, system and n. */
  readonly times: Record<string, Record<string, Record<string, number>>>;
}

interface Point {
  readonly n: number;
  readonly cell: Summary;
}

/** Workloads that are there to show what compiling costs. */
const COMPILING: readonly WorkloadName[] = ["unrolled", "counted"];

/** Measures `names` on `participants` (the engine's two devices) and draws a picture of each. */
export async function drawGrowth(
  root: string,
  participants: readonly Participant[],
  names: readonly WorkloadName[],
  host: () => string,
): Promise<GrowthReport> {
  const folder = join(root, "docs/images");
  mkdirSync(folder, { recursive: true });
  const times: GrowthReport["times"] = {};
  const pictures: Picture[] = [];
  const devices: Record<string, string> = {};
  let named = "";
  for (const name of names) {
    if (workloadOf(name).growth.length === 0) continue;
    console.log(`\n${name}`);
    const lines = new Map<string, Point[]>();
    for (const participant of participants) {
      lines.set(participant.name, await grow(name, participant, devices));
      named = host() || named;
    }
    times[name] = Object.fromEntries(
      [...lines].map(([system, points]) => [
        system,
        Object.fromEntries(points.map(({ n, cell }) => [n, valueOf(name, cell)!])),
      ]),
    );
    const picture = drawPicture(folder, name, lines);
    if (picture !== undefined) pictures.push(picture);
  }
  return { machine: describeMachine(named, devices), pictures, times };
}

function valueOf(name: WorkloadName, cell: Summary): number | undefined {
  return COMPILING.includes(name) ? cell.compile : timeOf(cell);
}

async function grow(
  name: WorkloadName,
  participant: Participant,
  devices: Record<string, string>,
): Promise<Point[]> {
  const points: Point[] = [];
  for (const n of workloadOf(name).growth) {
    const row = await measure(name, [participant], {
      n,
      budget: 1000,
      onDevice: (each, device) => (devices[each.name] = device),
    });
    const cell = summarizeRow(row)[participant.name]!;
    const value = valueOf(name, cell);
    const trouble = cell.failed ?? cell.wrong;
    console.log(
      `  ${participant.name} n = ${n}: ${value ?? "-"} ms${trouble === undefined ? "" : ` (${trouble})`}`,
    );
    // What is wrong or too slow is said, not drawn; larger sizes would only be worse.
    if (value === undefined || trouble !== undefined) break;
    points.push({ n, cell });
  }
  return points;
}

function drawPicture(
  folder: string,
  name: WorkloadName,
  lines: ReadonlyMap<string, Point[]>,
): Picture | undefined {
  const { title, unit } = workloadOf(name);
  const series: Series[] = [...lines]
    .filter(([, points]) => points.length > 0)
    .map(([system, points]) => ({
      name: system,
      points: points.map(({ n, cell }) => ({ x: n, y: valueOf(name, cell)! })),
    }));
  if (series.length === 0) return undefined;
  const what = COMPILING.includes(name) ? "trace and compile, ms" : "cached call, ms";
  const file = `growth-${name}.svg`;
  const plot = { title, xLabel: unit, yLabel: what, series: [...series, linear(series)] };
  writeFileSync(join(folder, file), drawPlot(plot));
  return { file, title: `${title}: ${what} against the number of ${unit}` };
}

/** In proportion to n, through the last point of the fastest. */
function linear(series: readonly Series[]): Series {
  const xs = series.flatMap(({ points }) => points.map(({ x }) => x));
  const ends = series.map(({ points }) => points.at(-1)!);
  const { x, y } = ends.reduce((a, b) => (b.y / b.x < a.y / a.x ? b : a));
  const points = [Math.min(...xs), Math.max(...xs)].map((each) => ({ x: each, y: (y / x) * each }));
  return { name: "proportional to n", points, isReference: true };
}

/** Pictures of workloads that are no more. */
export function dropOldPictures(root: string, report: GrowthReport): void {
  const folder = join(root, "docs/images");
  const wanted = new Set(report.pictures.map(({ file }) => file));
  for (const file of readdirSync(folder)) {
    if (file.startsWith("growth-") && !wanted.has(file)) rmSync(join(folder, file));
  }
}
