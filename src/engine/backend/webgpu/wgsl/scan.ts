import type { ScanKernel } from "../../../kernel/kernel.ts";
import type { Tuning } from "../device.ts";
import { output, temporary, type BufferRef, type Pass, type Plan } from "../plan.ts";
import { accumulator, runLength, type Accumulator } from "./accumulator.ts";
import { Body } from "./body.ts";
import { uniformAxis } from "./lane-index.ts";
import { Shader, storedType } from "./shader.ts";

/** Elements one thread walks through. */
const chunk = 256;

/**
 * Running reductions in chunks. Going up, the state of each chunk is found, level by level, until one chunk holds
 * all; going down, each chunk is walked again from the state before it. Level 0 are the elements; temporary k holds
 * level k + 1, line by line. Float sums carry what rounding lost from chunk to chunk.
 */
export function planScan(kernel: ScanKernel, tuning: Tuning): Plan {
  const lines = kernel.outer * kernel.inner;
  const lengths = [kernel.length];
  while (lengths[lengths.length - 1]! > chunk) lengths.push(Math.ceil(lengths[lengths.length - 1]! / chunk));
  const top = lengths.length - 1;
  const pass = (level: number, write: (s: ScanShader) => string[]): Pass => {
    const shader = new Shader(kernel.params, tuning.threads);
    const acc = accumulator(shader, kernel.op, kernel.value.dtype, 0);
    const length = lengths[level]!;
    const chunks = Math.ceil(length / chunk);
    const body = write({ kernel, shader, acc, level, hasNext: level < top });
    const groups = Math.ceil((chunks * lines) / tuning.threads);
    const header = [chunks, lines, length, kernel.inner];
    return shader.pass([...setUp(shader), ...body], header, groups, length * lines);
  };
  const passes: Pass[] = [];
  for (let level = 0; level < top; level += 1) passes.push(pass(level, reduceChunk));
  for (let level = top; level >= 0; level -= 1) passes.push(pass(level, scanChunk));
  const words = kernel.op === "sum" && kernel.value.dtype === "float32" ? 2 : 1;
  return { passes, temporaries: lengths.slice(1).map((length) => length * lines * words * 4) };
}

interface ScanShader {
  readonly kernel: ScanKernel;
  readonly shader: Shader;
  readonly acc: Accumulator;
  readonly level: number;
  /** Whether the states of this level's chunks are kept one level up. */
  readonly hasNext: boolean;
}

/** A thread takes one chunk of one line, neighbouring lines side by side. Header: chunks, lines, length, inner. */
function setUp(shader: Shader): string[] {
  return [
    `let id = group * ${shader.threads}u + lid;`,
    `if (id >= ${shader.header(0)} * ${shader.header(1)}) { return; }`,
    `let line = id % ${shader.header(1)};`,
    `let part = id / ${shader.header(1)};`,
    `var i = part * ${chunk}u;`,
    `let end = min(i + ${chunk}u, ${shader.header(2)});`,
  ];
}

/** Writes the state of each chunk one level up. */
function reduceChunk(s: ScanShader): string[] {
  const walk = s.level === 0 ? reduceElements(s) : reduceStates(s);
  return [...walk, ...storeState(s, temporary(s.level), `line * ${s.shader.header(0)} + part`, "state")];
}

function reduceElements(s: ScanShader): string[] {
  const inRuns = s.acc.openRun(1).length > 0;
  return [
    ...s.acc.declare(1),
    "while (i < end) {",
    ...s.acc.openRun(1),
    `let stop = ${inRuns ? `min(i + ${runLength}u, end)` : "end"};`,
    "while (i < stop) {",
    ...element(s),
    ...s.acc.take("value", "0", "", 1),
    "i += 1u;",
    "}",
    ...s.acc.closeRun(1),
    "}",
    `let state: ${s.acc.stateType} = ${s.acc.state(1)};`,
  ];
}

function reduceStates(s: ScanShader): string[] {
  return [
    `var state: ${s.acc.stateType} = ${s.acc.identity};`,
    "while (i < end) {",
    `let next: ${s.acc.stateType} = ${loadState(s, temporary(s.level - 1), `line * ${s.shader.header(2)} + i`)};`,
    `state = ${s.acc.merge("state", "next")};`,
    "i += 1u;",
    "}",
  ];
}

/** Replaces each item of a chunk by the running state up to it. */
function scanChunk(s: ScanShader): string[] {
  const lines = [`var state: ${s.acc.stateType} = ${s.acc.identity};`];
  if (s.hasNext) {
    const before = loadState(s, temporary(s.level), `line * ${s.shader.header(0)} + part - 1u`);
    lines.push(`if (part > 0u) { state = ${before}; }`);
  }
  lines.push("while (i < end) {");
  if (s.level === 0) {
    const { dtype } = s.kernel.value;
    const target = s.shader.bind(output(0), true, storedType(dtype));
    const stored = dtype === "bool" ? "select(0u, 1u, value)" : "value";
    const words = s.acc.words === 2 ? "vec2<f32>(value, 0f)" : stored;
    const finished = s.acc.finish("state");
    lines.push(
      ...element(s),
      `let item: ${s.acc.stateType} = ${words};`,
      `state = ${s.acc.merge("state", "item")};`,
    );
    lines.push(`${target.name}[at] = ${dtype === "bool" ? `select(0u, 1u, ${finished})` : finished};`);
  } else {
    const place = `line * ${s.shader.header(2)} + i`;
    lines.push(
      `let item: ${s.acc.stateType} = ${loadState(s, temporary(s.level - 1), place, true)};`,
      `state = ${s.acc.merge("state", "item")};`,
      ...storeState(s, temporary(s.level - 1), place, "state"),
    );
  }
  return [...lines, "i += 1u;", "}"];
}

/** Statements that make `value`, the element at step `i` of this line, and `at`, its place in the output. */
function element(s: ScanShader): string[] {
  const [length, inner] = [s.shader.header(2), s.shader.header(3)];
  const axes = [`i32(line / ${inner})`, "i32(step)", `i32(line % ${inner})`];
  const body = new Body(s.shader, {
    lanes: 1,
    axes: axes.map((first) => ({ first, facts: uniformAxis })),
    inputs: s.kernel.inputs,
  });
  const value = body.emit(s.kernel.value).text;
  return [
    `let step = ${s.kernel.reverse ? `${length} - 1u - i` : "i"};`,
    `let at = ((line / ${inner}) * ${length} + step) * ${inner} + line % ${inner};`,
    ...body.lines,
    `let value = ${value};`,
  ];
}

function stateWords(s: ScanShader, ref: BufferRef, place: string, writable: boolean): string[] {
  const { name } = s.shader.bind(ref, writable, "u32");
  return Array.from({ length: s.acc.words }, (_, word) => `${name}[(${place}) * ${s.acc.words}u + ${word}u]`);
}

function loadState(s: ScanShader, ref: BufferRef, place: string, writable = false): string {
  return s.acc.fromWords(stateWords(s, ref, place, writable));
}

function storeState(s: ScanShader, ref: BufferRef, place: string, state: string): string[] {
  const words = stateWords(s, ref, place, true);
  return s.acc.toWords(state).map((text, word) => `${words[word]!} = ${text};`);
}
