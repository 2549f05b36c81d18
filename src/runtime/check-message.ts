import { figureProblem } from "./check-figure.ts";
import type { WorkerToPage } from "./protocol.ts";

type Fields = Readonly<Record<string, unknown>>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isFlag: Check = (value) => typeof value === "boolean";
const isNumber: Check = (value) => typeof value === "number" && !Number.isNaN(value);
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** An object with exactly these fields: one that is missing, of another kind or unheard of makes it wrong. */
function shape(fields: Readonly<Record<string, Check>>): Check {
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const known = Object.keys(value).every((key) => Object.hasOwn(fields, key));
    return known && Object.entries(fields).every(([key, check]) => check((value as Fields)[key]));
  };
}

const isMemory = shape({ liveBytes: isNumber, peakBytes: isNumber, pooledBytes: isNumber });
const isTiming = shape({
  wallMs: isNumber,
  traceMs: isNumber,
  compileMs: isNumber,
  kernelsCompiled: isCount,
  kernelsRun: isCount,
  runMs: isNumber,
  readMs: isNumber,
});
const isDevice = shape({
  kind: oneOf("cpu", "webgpu"),
  name: isText,
  limits: listOf(shape({ name: isText, value: isNumber })),
  note: optional(isText),
  synchronousReads: isFlag,
});
const isError = shape({
  name: isText,
  message: isText,
  hint: optional(isText),
  frames: listOf(shape({ cellId: isText, line: isCount, column: isCount, functionName: optional(isText) })),
});

/** One check for each value of a field that tells the variants of a union apart. */
function variants(tag: string, checks: Readonly<Record<string, Check>>): Check {
  return (value) => {
    const name = (value as Fields | null | undefined)?.[tag];
    return typeof name === "string" && Object.hasOwn(checks, name) && checks[name]?.(value) === true;
  };
}

const isItem = variants("kind", {
  text: shape({ kind: isText, stream: oneOf("stdout", "stderr"), text: isText }),
  value: shape({ kind: isText, text: isText }),
  timing: shape({
    kind: isText,
    magic: oneOf("%time", "%%time", "%timeit"),
    timing: isTiming,
    loops: optional(isCount),
    bestMs: optional(isNumber),
    meanMs: optional(isNumber),
    stdMs: optional(isNumber),
  }),
  figure: shape({ kind: isText, figure: (value) => figureProblem(value) === undefined }),
  truncated: shape({ kind: isText, droppedCharacters: isCount }),
  error: shape({ kind: isText, error: isError }),
});

const isMessage = variants("type", {
  ready: shape({ type: isText, device: isDevice, memory: isMemory }),
  startFailed: shape({ type: isText, error: isError }),
  started: shape({ type: isText, runId: isCount, executionCount: isCount }),
  output: shape({ type: isText, runId: isCount, items: listOf(isItem) }),
  finished: shape({
    type: isText,
    runId: isCount,
    status: oneOf("done", "error", "interrupted"),
    timing: isTiming,
    memory: isMemory,
    reads: listOf(isText),
    writes: listOf(isText),
  }),
  memory: shape({ type: isText, memory: isMemory }),
  deviceLost: shape({ type: isText, message: isText }),
});

/**
 * Whether a value has the shape of a message. The code of a cell shares its worker with the code that sends, so
 * anything may come out of it: what has another shape is dropped.
 */
export function isWorkerMessage(value: unknown): value is WorkerToPage {
  return isMessage(value);
}
