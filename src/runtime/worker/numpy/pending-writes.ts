import { describeDevice, readElements, release, type DType, type EngineArray } from "../engine-door.ts";
import { toElement, type Elements } from "./dtype.ts";

/**
 * `z[i, j] = f(x[i], y[j])`, thousands of times: waiting for a graphics processor at each turn would be most of the
 * work. Elements that are still there are noted instead, and fetched together before anybody looks at the memory.
 */

interface Write {
  readonly memory: Elements;
  readonly dtype: DType;
  readonly place: number;
  /** A handle of its own. */
  readonly value: EngineArray;
}

/** How many elements wait at most: each holds a buffer of its device. */
const maxPending = 4096;

let writes: Write[] = [];

/** Whether it pays to fetch the array's element later: its device is slow to answer, but does answer. */
export function isWorthPostponing(value: EngineArray): boolean {
  return value.size === 1 && value.device !== "cpu" && describeDevice().synchronousReads;
}

/** Notes that an array's one element belongs at a place in memory. */
export function postpone(memory: Elements, dtype: DType, place: number, value: EngineArray): void {
  writes.push({ memory, dtype, place, value: value.alias() });
  if (writes.length >= maxPending) finishWrites();
}

/** Does what was postponed, in order. Throws what reading throws. */
export function finishWrites(): void {
  if (writes.length === 0) return;
  const waiting = writes;
  writes = [];
  try {
    const elements = readElements(waiting.map(({ value }) => value));
    waiting.forEach(({ memory, dtype, place }, i) => {
      const element = elements[i]!;
      memory[place] = toElement(typeof element === "boolean" ? Number(element) : element, dtype);
    });
  } finally {
    for (const { value } of waiting) release(value);
  }
}
