import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { workloadNames, workloadOf, type WorkloadName } from "../workloads.ts";
import { BrowserParticipant } from "./browser.ts";
import { describeMachine, findPython } from "./machine.ts";
import { measure, type Cell } from "./measure.ts";
import { kept, writeDocument } from "./document.ts";
import { drawGrowth, dropOldPictures } from "./growth.ts";
import type { Participant } from "./participant.ts";
import { ProcessParticipant } from "./process.ts";
import {
  cellText,
  formatMs,
  ratioTable,
  summarizeRow,
  timeOf,
  timeTable,
  titleOf,
  troubles,
  type Report,
} from "./report.ts";
import { buildNodeSide, buildSite, serveSite, type Site } from "./site.ts";

export interface RunOptions {
  /** The folder of the repository. */
  readonly root: string;
  /** The browser, where one is used. */
  readonly chrome: string | undefined;
  /** Names of workloads; all when empty. */
  readonly only: readonly string[];
  /** Names of systems, or what they begin with; all when empty. */
  readonly systems: readonly string[];
  readonly node: boolean;
  /** The machine's graphics card in the browser. */
  readonly hardware: boolean;
  readonly growth: boolean;
  /** The smallest size of each workload instead of the lecture's. */
  readonly small: boolean;
}

const SIDES = [
  "engine-webgpu",
  "wgsl",
  "jax-js-webgpu",
  "tfjs-webgpu",
  "engine-cpu",
  "jax-js-wasm",
  "tfjs-wasm",
] as const;

/**
 * Runs what is asked for. A run over all systems is kept in bench/results and written into docs/benchmarks.md: whole, or
 * the rows of some workloads in place of those kept from the same machine, each row having been measured in turns.
 */
export async function runBenchmarks(options: RunOptions): Promise<void> {
  const { root } = options;
  const names = chosenWorkloads(options);
  const site = options.node ? undefined : await startSite(root);
  if (options.node) await buildNodeSide(join(root, "bench"), join(root, "bench/.cache/node"));
  const participants = gather(options, site);
  try {
    if (options.growth) {
      const host = (): string => hostOf(participants, options);
      const growth = await drawGrowth(root, participants, names, host);
      if (options.only.length > 0 || options.systems.length > 0) return;
      dropOldPictures(root, growth);
      keep(root, "growth", growth);
      await writeDocument(root);
      return;
    }
    const report = await runAll(participants, names, options);
    printReport(report);
    if (options.systems.length > 0 || options.small) return;
    const name = options.node ? "node" : "browser";
    const known = options.only.length === 0 ? undefined : kept<Report>(root, name);
    if (options.only.length > 0 && (known === undefined || !sameMachine(known, report))) return;
    keep(root, name, known === undefined ? report : withRows(known, report));
    await writeDocument(root);
  } finally {
    await Promise.all(participants.map((participant) => participant.close()));
    site?.close();
  }
}

function chosenWorkloads({ only, growth }: RunOptions): WorkloadName[] {
  for (const name of only) {
    if (!workloadNames.some((each) => each === name)) {
      throw new Error(`No workload is named ${name}. There are: ${workloadNames.join(", ")}.`);
    }
  }
  return workloadNames.filter((name) =>
    only.length === 0 ? growth || workloadOf(name).plotOnly !== true : only.includes(name),
  );
}

async function startSite(root: string): Promise<Site> {
  const folder = join(root, "bench/.cache/site");
  await buildSite(join(root, "bench"), folder);
  return serveSite(folder);
}

function gather(options: RunOptions, site: Site | undefined): Participant[] {
  // The peer's WebAssembly is for browsers: its module for Node asks for files that a bundle does not have.
  const sides = SIDES.filter((name) => !(options.node && name === "tfjs-wasm"));
  const all: Participant[] = sides.map((name) => side(name, options, site));
  const bench = join(options.root, "bench");
  const numpy = findPython("numpy");
  if (numpy !== undefined)
    all.push(
      python("numpy", numpy, join(bench, "python/numpy_side.py"), {
        OMP_NUM_THREADS: "1",
        OPENBLAS_NUM_THREADS: "1",
        MKL_NUM_THREADS: "1",
      }),
    );
  else console.log("No Python with NumPy was found (FUSEBOOK_PYTHON names one): no NumPy column.");
  // Its compiler takes its time, so it is asked for by name, or with a graphics card.
  const jax = options.node || options.systems.includes("jax") ? findPython("jax") : undefined;
  if (jax !== undefined)
    all.push(
      python("jax", jax, join(bench, "python/jax_side.py"), { XLA_PYTHON_CLIENT_PREALLOCATE: "false" }),
    );
  const systems = options.growth && options.systems.length === 0 ? ["engine"] : options.systems;
  const isWanted = ({ name }: Participant): boolean =>
    systems.length === 0 ||
    systems.some((wanted) =>
      all.some((each) => each.name === wanted) ? name === wanted : name.startsWith(`${wanted}-`),
    );
  const chosen = all.filter(isWanted);
  if (chosen.length === 0) throw new Error(`There are only: ${all.map(({ name }) => name).join(", ")}.`);
  return chosen;
}

function side(name: (typeof SIDES)[number], options: RunOptions, site: Site | undefined): Participant {
  if (site === undefined) {
    const script = join(options.root, "bench/.cache/node/side.js");
    return new ProcessParticipant(name, {
      command: process.execPath,
      args: ["--expose-gc", script],
      drawsAsJax: false,
      fresh: true,
    });
  }
  if (options.chrome === undefined)
    throw new Error("No Chromium was found; FUSEBOOK_CHROME names one. Or use --node.");
  return new BrowserParticipant(name, {
    executable: options.chrome,
    url: site.url,
    hardware: options.hardware,
  });
}

function python(name: string, command: string, script: string, env: Record<string, string>): Participant {
  return new ProcessParticipant(name, {
    command,
    args: ["-B", script],
    env: { ...env },
    drawsAsJax: name === "jax",
    fresh: false,
  });
}

async function runAll(
  participants: readonly Participant[],
  names: readonly WorkloadName[],
  options: RunOptions,
): Promise<Report> {
  const started = performance.now();
  const devices: Record<string, string> = {};
  const rows: Report["rows"] = {};
  let host = "";
  for (const [position, name] of names.entries()) {
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`\n[${position + 1}/${names.length}, ${seconds} s] ${titleOf(name, sizeOf(name, options))}`);
    const row = await measure(name, participants, {
      n: sizeOf(name, options),
      onDevice: (participant, device) => (devices[participant.name] = device),
      onCell: printCell,
    });
    rows[name] = summarizeRow(row);
    host = hostOf(participants, options) || host;
  }
  console.log(
    `\n${names.length} workloads in ${((performance.now() - started) / 60_000).toFixed(1)} minutes.`,
  );
  return { machine: describeMachine(host, devices), systems: participants.map(({ name }) => name), rows };
}

function sizeOf(name: WorkloadName, { small }: RunOptions): number {
  const { n, growth } = workloadOf(name);
  return small ? (growth[0] ?? Math.min(n, 1001)) : n;
}

function printCell({ name }: Participant, cell: Cell): void {
  const summary = summarizeRow({ [name]: cell })[name];
  const why = cell.failed ?? cell.wrong;
  if (summary?.first === undefined && why === undefined) return;
  const times = `first ${cellText(summary, (each) => each.first)}, cached ${formatMs(timeOf(summary))}`;
  console.log(
    `  ${name.padEnd(14)} ${cell.failed === undefined ? times : "fails"}${why === undefined ? "" : `: ${why}`}`,
  );
}

function printReport(report: Report): void {
  console.log(`\nCached calls\n${timeTable(report, timeOf, false)}`);
  console.log(`\nFirst calls\n${timeTable(report, (cell) => cell.first, false)}`);
  console.log(`\nRatios of cached calls\n${ratioTable(report, false)}`);
  const lines = troubles(report);
  if (lines.length > 0) console.log(`\nWrong or failing\n${lines.join("\n")}`);
}

/** What the engine runs in. */
function hostOf(participants: readonly Participant[], options: RunOptions): string {
  if (options.node) return `Node ${process.version}`;
  const versions = participants.map((each) =>
    each instanceof BrowserParticipant ? each.version : undefined,
  );
  const version = versions.find((each) => each !== undefined);
  return version === undefined ? "" : `Chromium ${version}`;
}

function sameMachine({ machine: a, systems: known }: Report, { machine: b, systems }: Report): boolean {
  return a.cpu === b.cpu && a.cores === b.cores && a.host === b.host && known.join() === systems.join();
}

/** The kept rows, in their order, with those measured anew. */
function withRows(known: Report, latest: Report): Report {
  return {
    ...known,
    machine: { ...known.machine, date: latest.machine.date },
    rows: { ...known.rows, ...latest.rows },
  };
}

function keep(root: string, name: string, report: unknown): void {
  const folder = join(root, "bench/results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(report, null, 1)}\n`);
}
