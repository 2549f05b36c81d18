import type { DType } from "../../../core/dtype.ts";
import type { ScanKernel } from "../../../kernel/kernel.ts";
import { combineText, identityText } from "./accumulator.ts";
import { storedType, type Lanes, type Shader } from "./shader.ts";

/**
 * A running reduction as WGSL text, its state the variable `state`. Sums of floats keep a pair (sum, what rounding
 * lost), joined by Knuth's two-sum (TAOCP 4.2.2, theorem B); what comes after an overflow is not compensated.
 */
export interface Running {
  readonly stateType: string;
  /** Words the state takes in memory. */
  readonly words: 1 | 2;
  /** The state before anything, and the value that changes nothing, in memory's form. */
  readonly identity: string;
  readonly neutral: string;
  /** Statements that make `prefix`, the block `block` reduced within itself; its last lane is the total. */
  prefix(block: string): string[];
  /** The elements of a block together. */
  total(block: string): string;
  /** The results where `prefix` stands on top of the state. */
  results(prefix: string, lanes: Lanes): string;
  /** Statements that take a total into the state. */
  advance(total: string): string[];
  /** Statements that take another state, which comes after this one, into it. */
  join(other: string): string[];
  toWords(state: string): string[];
  fromWords(words: readonly string[]): string;
}

export function running(shader: Shader, op: ScanKernel["op"], dtype: DType): Running {
  return op === "sum" && dtype === "float32" ? compensated(shader) : plain(shader, op, dtype);
}

function plain(shader: Shader, op: ScanKernel["op"], dtype: DType): Running {
  const type = storedType(dtype);
  const neutral = identityText(shader, op, dtype);
  const combine = (a: string, b: string, lanes: Lanes): string => combineText(shader, op, dtype, a, b, lanes);
  const advance = (total: string): string[] => [`state = ${combine("state", total, 1)};`];
  return {
    stateType: type,
    words: 1,
    identity: neutral,
    neutral,
    prefix: (block) => prefixOf(type, block, (a, b) => combine(a, b, 1)),
    total: (block) =>
      combine(combine(`${block}.x`, `${block}.y`, 1), combine(`${block}.z`, `${block}.w`, 1), 1),
    results: (prefix, lanes) =>
      lanes === 4 ? combine(`vec4<${type}>(state)`, prefix, 4) : combine("state", prefix, 1),
    advance,
    join: advance,
    toWords: (state) => [`bitcast<u32>(${state})`],
    fromWords: ([word]) => `bitcast<${type}>(${word!})`,
  };
}

function prefixOf(type: string, block: string, combine: (a: string, b: string) => string): string[] {
  return [
    `let second = ${combine(`${block}.x`, `${block}.y`)};`,
    `let third = ${combine("second", `${block}.z`)};`,
    `let prefix = vec4<${type}>(${block}.x, second, third, ${combine("third", `${block}.w`)});`,
  ];
}

function compensated(shader: Shader): Running {
  const advance = (total: string): string[] => [
    `let sum = state.x + ${total};`,
    "let grown = sum - state.x;",
    `let lost = state.y + ((state.x - (sum - grown)) + (${total} - grown));`,
    `state = vec2<f32>(sum, select(0f, lost, ${shader.call("is_finite", 1, "sum")}));`,
  ];
  return {
    stateType: "vec2<f32>",
    words: 2,
    identity: "vec2<f32>(0f, 0f)",
    neutral: "0f",
    prefix: (block) => prefixOf("f32", block, (a, b) => `${a} + ${b}`),
    total: (block) => `(${block}.x + ${block}.y) + (${block}.z + ${block}.w)`,
    results: (prefix, lanes) =>
      lanes === 4
        ? `vec4<f32>(state.x) + (${prefix} + vec4<f32>(state.y))`
        : `state.x + (${prefix} + state.y)`,
    advance,
    join: (other) => [...advance(`${other}.x`), `state.y += ${other}.y;`],
    toWords: (state) => [`bitcast<u32>(${state}.x)`, `bitcast<u32>(${state}.y)`],
    fromWords: ([x, y]) => `vec2<f32>(bitcast<f32>(${x!}), bitcast<f32>(${y!}))`,
  };
}
