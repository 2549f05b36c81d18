/** docs/benchmarks.md, written from the runs that are kept in bench/results. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import type { GrowthReport } from "./growth.ts";
import type { Machine } from "./machine.ts";
import { compileTable, ratioTable, spreadTable, timeOf, timeTable, troubles, type Report } from "./report.ts";

const INTRODUCTION = `# Benchmarks

\`npm run bench\` measures every workload of the lecture on every system and writes this page; nothing here is edited by
hand. [bench/README.md](../bench/README.md) says what each column is, how a time is taken and what counts as right.

Times are milliseconds of wall clock, medians of cached calls. "wrong" stands by the time of a system whose result is not
that of double precision; "fails" and what failed in what way are listed below each table; "-" is what a system cannot
do. "(first)": the first call took so long that no other was made.`;

/** Writes the page anew. */
export async function writeDocument(root: string): Promise<void> {
  const sections = [INTRODUCTION];
  const browser = kept<Report>(root, "browser");
  if (browser !== undefined) sections.push(section("In the browser", browser));
  const node = kept<Report>(root, "node");
  if (node !== undefined) sections.push(section("In Node, on Dawn", node));
  const growth = kept<GrowthReport>(root, "growth");
  if (growth !== undefined) sections.push(growthSection(growth));
  const path = join(root, "docs/benchmarks.md");
  const text = await format(`${sections.join("\n\n")}\n`, { parser: "markdown", printWidth: 110 });
  writeFileSync(path, text);
}

/** A run kept before. */
export function kept<T>(root: string, name: string): T | undefined {
  const path = join(root, `bench/results/${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : undefined;
}

function machineLine({ date, cpu, cores, memoryGiB, host, devices }: Machine): string {
  const named = Object.entries(devices).map(([system, device]) => `${system}: ${device}`);
  return `${date}, ${cpu}, ${cores} cores, ${memoryGiB} GiB, ${host}. Devices: ${named.join("; ")}.`;
}

function section(title: string, report: Report): string {
  const lines = troubles(report);
  return [
    `## ${title}`,
    machineLine(report.machine),
    "### Cached calls",
    timeTable(report, timeOf, true),
    "### Ratios",
    "The engine's time over another's: over the hand-written kernel, over the best peer that is right, over NumPy.",
    ratioTable(report, true),
    "### First calls",
    "With all tracing, compiling and starting up that a system leaves for later.",
    timeTable(report, (cell) => cell.first, true),
    "The engine counts what of it was tracing and compiling:",
    compileTable(report, true),
    "### Spread",
    spreadTable(report),
    ...(lines.length > 0 ? ["### Wrong or failing", lines.map((line) => `- ${line}`).join("\n")] : []),
  ].join("\n\n");
}

function growthSection({ machine, pictures }: GrowthReport): string {
  const images = pictures.map(({ file, title }) => `![${title}](images/${file})`);
  return [
    "## Growth",
    machineLine(machine),
    `\`npm run bench -- --growth\`: cached calls against n on logarithmic axes, and what compiling takes. The dashed line
grows in proportion to n.`,
    ...images,
  ].join("\n\n");
}
