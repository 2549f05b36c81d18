import type { WorkloadName } from "../workloads.ts";
import type { Reply, Request } from "../side.ts";

/** Asked too much: the call did not end in time, and its process was ended. */
export class OutOfTime extends Error {}

/** One system in a process of its own. */
export interface Participant {
  /** A column of the table. */
  readonly name: string;
  /** Starts afresh and resolves with what the device calls itself. */
  open(): Promise<string>;
  /** Rejects with an OutOfTime after `seconds`, else with what went wrong. */
  ask(request: Request, seconds: number): Promise<Reply>;
  /** What is wrong with the results of the last call; undefined when they are right. */
  check(workload: WorkloadName, n: number): Promise<string | undefined>;
  /** Ends the process. */
  close(): Promise<void>;
}

/** Rejects with an OutOfTime when `work` takes longer. */
export async function inTime<T>(work: Promise<T>, seconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OutOfTime(`more than ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
