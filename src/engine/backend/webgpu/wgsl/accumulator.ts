import type { DType } from "../../../core/dtype.ts";
import type { ReduceOp } from "../../../kernel/kernel.ts";
import { literal } from "./operations.ts";
import { storedType, wgslType, type Lanes, type Shader } from "./shader.ts";

/**
 * One reduction as WGSL text. Its state is one register value: a scalar, or a pair.
 * - Float sums keep a pair (sum, what rounding lost), joined by Knuth's two-sum (TAOCP 4.2.2, theorem B), and feed it
 *   with short runs of plain additions; so the error stays near one rounding whatever the length.
 * - argmax and argmin keep (rank, position), the rank an int32 that orders values as the reduction wants them.
 */
export interface Accumulator {
  readonly op: ReduceOp;
  /** dtype of the values reduced. */
  readonly dtype: DType;
  /** WGSL type of the state. */
  readonly stateType: string;
  /** Words the state takes in memory. */
  readonly words: 1 | 2;
  /** Per-thread registers: declaration, taking a value in, closing a run of `runLength` values, lanes joined. */
  declare(lanes: Lanes): string[];
  /** `position` is the row-major position in the reduced axes, of the same lanes; `keep` masks elements (or ""). */
  take(value: string, position: string, keep: string, lanes: Lanes): string[];
  /** Statements around a run of values; empty where runs make no difference. */
  openRun(lanes: Lanes): string[];
  closeRun(lanes: Lanes): string[];
  /** The state of this thread, its lanes joined. */
  state(lanes: Lanes): string;
  /** The state of one lane of four, for threads whose lanes are different outputs. */
  stateOfLane(lane: string): string;
  /** Joins two states. */
  merge(a: string, b: string): string;
  /** The reduction's value. */
  finish(state: string): string;
  /** The state of no elements at all. */
  readonly identity: string;
  /** The state as words for memory, and back. */
  toWords(state: string): string[];
  fromWords(words: readonly string[]): string;
}

/** Values added plainly before they enter the compensated sum. */
export const runLength = 16;

export function accumulator(shader: Shader, op: ReduceOp, dtype: DType, slot: number): Accumulator {
  if (op === "argmax" || op === "argmin") return positionAccumulator(shader, op, dtype, slot);
  if (op === "sum" && dtype === "float32") return compensatedSum(shader, slot);
  return plainAccumulator(shader, op, dtype, slot);
}

const wide = (type: string, lanes: Lanes): string => (lanes === 4 ? `vec4<${type}>` : type);
const joinLanes = (merge: (a: string, b: string) => string, part: (lane: string) => string): string =>
  merge(merge(part("x"), part("y")), merge(part("z"), part("w")));

function plainAccumulator(shader: Shader, op: ReduceOp, dtype: DType, slot: number): Accumulator {
  const type = storedType(dtype);
  const name = `acc${slot}`;
  const identity = identityText(shader, op, dtype);
  const combine = (a: string, b: string, lanes: Lanes): string => combineText(shader, op, dtype, a, b, lanes);
  const toState = (value: string, lanes: Lanes): string =>
    dtype === "bool" ? `select(${wide("u32", lanes)}(0u), ${wide("u32", lanes)}(1u), ${value})` : value;
  return {
    op,
    dtype,
    stateType: type,
    words: 1,
    declare: (lanes) => [`var ${name} = ${wide(type, lanes)}(${identity});`],
    take: (value, _position, keep, lanes) => {
      const state = toState(value, lanes);
      const kept = keep === "" ? state : `select(${wide(type, lanes)}(${identity}), ${state}, ${keep})`;
      return [`${name} = ${combine(name, kept, lanes)};`];
    },
    openRun: () => [],
    closeRun: () => [],
    stateOfLane: (lane) => `${name}.${lane}`,
    state: (lanes) =>
      lanes === 1
        ? name
        : joinLanes(
            (a, b) => combine(a, b, 1),
            (lane) => `${name}.${lane}`,
          ),
    merge: (a, b) => combine(a, b, 1),
    finish: (state) => (dtype === "bool" ? `${state} != 0u` : state),
    identity,
    toWords: (state) => [`bitcast<u32>(${state})`],
    fromWords: ([word]) => `bitcast<${type}>(${word!})`,
  };
}

export function identityText(shader: Shader, op: ReduceOp, dtype: DType): string {
  const stored: DType = dtype === "bool" ? "uint32" : dtype;
  const text = (value: number): string => literal(shader, value, stored);
  const lowest = { bool: 0, int32: -(2 ** 31), uint32: 0, float32: -Infinity, int64: 0, float64: 0 }[dtype];
  const highest = {
    bool: 1,
    int32: 2 ** 31 - 1,
    uint32: 2 ** 32 - 1,
    float32: Infinity,
    int64: 0,
    float64: 0,
  }[dtype];
  switch (op) {
    case "prod":
      return text(1);
    case "and":
      return dtype === "bool" ? "1u" : dtype === "uint32" ? "0xffffffffu" : text(-1);
    case "max":
      return text(lowest);
    case "min":
      return text(highest);
    default:
      return text(0);
  }
}

export function combineText(
  shader: Shader,
  op: ReduceOp,
  dtype: DType,
  a: string,
  b: string,
  lanes: Lanes,
): string {
  const bool = dtype === "bool";
  switch (op) {
    case "sum":
      return bool ? `(${a} | ${b})` : `(${a} + ${b})`;
    case "prod":
      return bool ? `(${a} & ${b})` : `(${a} * ${b})`;
    case "and":
      return `(${a} & ${b})`;
    case "or":
      return `(${a} | ${b})`;
    case "max":
    case "min":
      return dtype === "float32" ? shader.call(`${op}_f`, lanes, a, b) : `${op}(${a}, ${b})`;
    default:
      throw new Error(`${op} has no combining operation`);
  }
}

function compensatedSum(shader: Shader, slot: number): Accumulator {
  const [sum, lost, run] = [`sum${slot}`, `lost${slot}`, `run${slot}`];
  const fold = (add: string): string[] => [
    `let t${slot} = ${sum} + ${add};`,
    `let u${slot} = t${slot} - ${sum};`,
    `${lost} += (${sum} - (t${slot} - u${slot})) + (${add} - u${slot});`,
    `${sum} = t${slot};`,
  ];
  const merge = (a: string, b: string): string => shader.call("join_sums", 1, a, b);
  return {
    op: "sum",
    dtype: "float32",
    stateType: "vec2<f32>",
    words: 2,
    declare: (lanes) => {
      const zero = lanes === 4 ? "vec4<f32>(0f)" : "0f";
      return [`var ${sum} = ${zero};`, `var ${lost} = ${zero};`];
    },
    openRun: (lanes) => [`var ${run} = ${lanes === 4 ? "vec4<f32>(0f)" : "0f"};`],
    take: (value, _position, keep, lanes) => [
      `${run} += ${keep === "" ? value : `select(${wide("f32", lanes)}(0f), ${value}, ${keep})`};`,
    ],
    closeRun: () => fold(run),
    stateOfLane: (lane) => `vec2<f32>(${sum}.${lane}, ${lost}.${lane})`,
    state: (lanes) =>
      lanes === 1
        ? `vec2<f32>(${sum}, ${lost})`
        : joinLanes(merge, (lane) => `vec2<f32>(${sum}.${lane}, ${lost}.${lane})`),
    merge,
    finish: (state) => shader.call("finish_sum", 1, state),
    identity: "vec2<f32>(0f, 0f)",
    toWords: (state) => [`bitcast<u32>(${state}.x)`, `bitcast<u32>(${state}.y)`],
    fromWords: ([x, y]) => `vec2<f32>(bitcast<f32>(${x!}), bitcast<f32>(${y!}))`,
  };
}

function positionAccumulator(
  shader: Shader,
  op: "argmax" | "argmin",
  dtype: DType,
  slot: number,
): Accumulator {
  const [rank, at] = [`rank${slot}`, `at${slot}`];
  const rankOf = (value: string, lanes: Lanes): string => {
    const unsigned = wide("u32", lanes);
    const signed = wide("i32", lanes);
    const flip = op === "argmin" ? "~" : "";
    switch (dtype) {
      case "float32":
        return shader.call("rank_f", lanes, op === "argmin" ? `-(${value})` : value);
      case "int32":
        return `${flip}${value}`;
      case "uint32":
        return `${flip}bitcast<${signed}>(${value} ^ ${unsigned}(0x80000000u))`;
      default:
        return `${flip}select(${signed}(0), ${signed}(1), ${value})`;
    }
  };
  const merge = (a: string, b: string): string => shader.call("join_positions", 1, a, b);
  return {
    op,
    dtype,
    stateType: "vec2<i32>",
    words: 2,
    declare: (lanes) => [
      `var ${rank} = ${wide("i32", lanes)}(-2147483647 - 1);`,
      `var ${at} = ${wide("i32", lanes)}(2147483647);`,
    ],
    openRun: () => [],
    closeRun: () => [],
    take: (value, position, keep, lanes) => {
      const [r, better] = [shader.name("r"), shader.name("c")];
      const wins = `(${r} > ${rank}) | ((${r} == ${rank}) & (${position} < ${at}))`;
      return [
        `let ${r} = ${rankOf(value, lanes)};`,
        `let ${better} = ${keep === "" ? wins : `(${wins}) & ${keep}`};`,
        `${rank} = select(${rank}, ${r}, ${better});`,
        `${at} = select(${at}, ${position}, ${better});`,
      ];
    },
    stateOfLane: (lane) => `vec2<i32>(${rank}.${lane}, ${at}.${lane})`,
    state: (lanes) =>
      lanes === 1
        ? `vec2<i32>(${rank}, ${at})`
        : joinLanes(merge, (lane) => `vec2<i32>(${rank}.${lane}, ${at}.${lane})`),
    merge,
    // No elements: position 0 rather than the mark for none.
    finish: (state) => `select(${state}.y, 0, ${state}.y == 2147483647)`,
    identity: "vec2<i32>(-2147483647 - 1, 2147483647)",
    toWords: (state) => [`bitcast<u32>(${state}.x)`, `bitcast<u32>(${state}.y)`],
    fromWords: ([x, y]) => `vec2<i32>(bitcast<i32>(${x!}), bitcast<i32>(${y!}))`,
  };
}

/** The type of a reduction's finished value. */
export function finishedType(acc: Accumulator): string {
  return acc.op === "argmax" || acc.op === "argmin" ? "i32" : wgslType(acc.dtype);
}
