/** Times workloads: each system's first call, whether it is right, and cached calls in turns. */
import type { Reply } from "../side.ts";
import { workloadOf, type WorkloadName } from "../workloads.ts";
import { OutOfTime, type Participant } from "./participant.ts";

/** One cell of the table; times in milliseconds. */
export interface Cell {
  /** Undefined where the system cannot do the workload. */
  readonly first?: number;
  /** Of the first call: tracing and compiling, where the system counts it. */
  readonly compile?: number;
  /** Of each cached call. Empty where the first call took so long that it stands alone. */
  readonly cached?: readonly number[];
  /** What is wrong with the results. */
  readonly wrong?: string;
  /** Why there is no time. */
  readonly failed?: string;
}

export type Row = Record<string, Cell>;

/** A call beyond this many seconds is given up. */
const CAP_S = 60;
/** No cached call after a first call beyond this. */
const FIRST_ONLY_MS = 20_000;
/** Turns go on while a system has spent less than this on cached calls, at most five of them. */
const BUDGET_MS = 2_500;
const TURNS = 5;
/** Short calls are repeated within a turn. */
const TURN_MS = 40;
const TURN_CALLS = 20;

interface Running {
  readonly participant: Participant;
  readonly first: number;
  readonly compile: number | undefined;
  readonly wrong: string | undefined;
  readonly cached: number[];
}

export interface MeasureOptions {
  readonly n?: number;
  /** Milliseconds of cached calls that each system gets. */
  readonly budget?: number;
  readonly onCell?: (participant: Participant, cell: Cell) => void;
  readonly onDevice?: (participant: Participant, device: string) => void;
}

/** Every participant's cell for one workload. */
export async function measure(
  workload: WorkloadName,
  participants: readonly Participant[],
  options: MeasureOptions = {},
): Promise<Row> {
  const row: Row = {};
  const running: Running[] = [];
  const finish = async (each: Running): Promise<void> => {
    row[each.participant.name] = cellOf(each);
    options.onCell?.(each.participant, cellOf(each));
    await quietly(() => each.participant.ask({ kind: "release" }, CAP_S));
  };
  for (const participant of participants) {
    const begun = await begin(workload, participant, options);
    if (!("participant" in begun)) {
      row[participant.name] = begun;
      options.onCell?.(participant, begun);
      await quietly(() => participant.ask({ kind: "release" }, CAP_S));
    } else if (workloadOf(workload).alone === true || begun.first > BUDGET_MS) {
      await takeTurns([begun], options.budget);
      await finish(begun);
    } else {
      running.push(begun);
    }
  }
  await takeTurns(running, options.budget);
  for (const each of running) await finish(each);
  return row;
}

/** Makes ready, calls for the first time and checks: a running system, or the cell that says why not. */
async function begin(
  workload: WorkloadName,
  participant: Participant,
  { n = workloadOf(workload).n, onDevice }: MeasureOptions,
): Promise<Running | Cell> {
  try {
    onDevice?.(participant, await participant.open());
    const prepared = await participant.ask({ kind: "prepare", workload, n }, 2 * CAP_S);
    if (!("supported" in prepared) || !prepared.supported) return {};
    const reply = await participant.ask({ kind: "first" }, CAP_S);
    const compile = "times" in reply ? reply.compileMs : undefined;
    const wrong = await participant.check(workload, n);
    return { participant, first: timesOf(reply)[0]!, compile, wrong, cached: [] };
  } catch (error) {
    return { failed: error instanceof Error ? shortened(error.message) : String(error) };
  }
}

async function takeTurns(running: readonly Running[], budget = BUDGET_MS): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    for (const { participant, cached, first } of running) {
      const spent = cached.reduce((sum, time) => sum + time, 0);
      if (first > FIRST_ONLY_MS || spent > budget) continue;
      try {
        cached.push(
          ...timesOf(await participant.ask({ kind: "call", ms: TURN_MS, most: TURN_CALLS }, CAP_S)),
        );
      } catch (error) {
        // What was measured stands; a system that broke has no more turns.
        if (!(error instanceof OutOfTime)) console.error(`${participant.name}: ${String(error)}`);
        cached.push(Infinity);
      }
    }
  }
}

function cellOf({ first, compile, wrong, cached }: Running): Cell {
  const times = cached.filter((time) => Number.isFinite(time));
  return {
    first,
    ...(compile === undefined ? {} : { compile }),
    cached: times,
    ...(wrong === undefined ? {} : { wrong }),
  };
}

function timesOf(reply: Reply): readonly number[] {
  return "times" in reply ? reply.times : [];
}

function shortened(message: string): string {
  const line = message.replaceAll(/\s+/g, " ").replace(/^page\.evaluate: /, "");
  return line.length > 160 ? `${line.slice(0, 157)}...` : line;
}

async function quietly(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch {
    // It is gone already.
  }
}
