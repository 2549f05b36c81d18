import type { ScanKernel } from "../../../kernel/kernel.ts";
import type { Tuning } from "../device.ts";
import { output, temporary, type Pass, type Plan } from "../plan.ts";
import { Body, toStore } from "./body.ts";
import { laneAxis, isRowMajor, uniformAxis } from "./lane-index.ts";
import { running, type Running } from "./running.ts";
import { Shader, storedType } from "./shader.ts";
import { noRuns, walk, type Step } from "./walk.ts";

/** Steps (blocks of four elements, or elements) worth a thread of their own. */
const fewestSteps = 32;
/** Threads that join the states of one line on hardware. */
const team = 256;

/**
 * Running reductions in at most three passes: every line is cut into parts, a thread finds the state of each part, the
 * states are joined along each line, and each part is walked again from the state before it. A line that is contiguous
 * in memory is walked in blocks of four elements.
 */
export function planScan(kernel: ScanKernel, tuning: Tuning): Plan {
  const { outer, length, inner } = kernel;
  const lines = outer * inner;
  const inBlocks = inner === 1 && (outer === 1 || length % 4 === 0);
  const steps = Math.ceil(length / (inBlocks ? 4 : 1));
  const most = Math.ceil((tuning.targetGroups * tuning.threads) / lines);
  const perPart = Math.max(fewestSteps, Math.ceil(steps / most));
  const parts = Math.ceil(steps / perPart);
  const header = [steps, lines, parts, perPart, length, inner];
  const groups = Math.ceil((lines * parts) / tuning.threads);
  const pass = (write: (s: ScanShader) => string[]): Pass => {
    const shader = new Shader(kernel.params, tuning.threads);
    const state = running(shader, kernel.op, kernel.value.dtype);
    const s = { kernel, tuning, shader, state, inBlocks, inParts: parts > 1 };
    return shader.pass([...ownPart(shader), ...write(s)], header, groups, length * lines);
  };
  if (parts === 1) return { passes: [pass(scanPart)], temporaries: [] };
  const words = kernel.op === "sum" && kernel.value.dtype === "float32" ? 2 : 1;
  return {
    passes: [pass(reducePart), joinPass(kernel, tuning, header), pass(scanPart)],
    temporaries: [lines * parts * words * 4],
  };
}

interface ScanShader {
  readonly kernel: ScanKernel;
  readonly tuning: Tuning;
  readonly shader: Shader;
  readonly state: Running;
  readonly inBlocks: boolean;
  /** Whether parts start from states in temporary 0. */
  readonly inParts: boolean;
}

// Header: steps of a line, lines, parts of a line, steps of a part, length, inner.

/** A thread takes one part of one line: neighbouring lines side by side, as they lie in memory. */
function ownPart(shader: Shader): string[] {
  return [
    `let id = group * ${shader.threads}u + lid;`,
    `if (id >= ${shader.header(1)} * ${shader.header(2)}) { return; }`,
    `let line = id % ${shader.header(1)};`,
    `let part = id / ${shader.header(1)};`,
    `let place = line * ${shader.header(2)} + part;`,
    `var i = part * ${shader.header(3)};`,
    `let end = min(i + ${shader.header(3)}, ${shader.header(0)});`,
  ];
}

/** Writes the state of a part. */
function reducePart(s: ScanShader): string[] {
  return [
    `var state: ${s.state.stateType} = ${s.state.identity};`,
    ...walkPart(s, (value) =>
      s.inBlocks
        ? [`let total = ${s.state.total(value)};`, ...s.state.advance("total")]
        : s.state.advance(value),
    ),
    ...storeState(s.shader, s.state, "place", "state"),
  ];
}

/** Writes the results of a part. */
function scanPart(s: ScanShader): string[] {
  const { shader, state, kernel } = s;
  const start = s.inParts ? loadState(shader, state, "place") : state.identity;
  const type = storedType(kernel.value.dtype);
  const target = shader.bind(output(0), true, s.inBlocks ? `vec4<${type}>` : type).name;
  return [
    `var state: ${state.stateType} = ${start};`,
    ...walkPart(s, (value) => {
      if (!s.inBlocks) return [`${target}[at] = ${state.results(value, 1)};`, ...state.advance(value)];
      const results = [`let results = ${state.results("prefix", 4)};`];
      const inOrder = kernel.reverse ? "results.wzyx" : "results";
      const store = [`${target}[at] = ${inOrder};`];
      return [...state.prefix(value), ...results, ...store, ...state.advance("prefix.w")];
    }),
  ];
}

/**
 * Visits the steps of a part in order. `use` gets the name of the step's elements, in memory's form and in the scan's
 * order; `at` is the place they came from.
 */
function walkPart(s: ScanShader, use: (value: string) => string[]): string[] {
  const { shader, kernel } = s;
  const [steps, length, inner] = [shader.header(0), shader.header(4), shader.header(5)];
  const { dtype } = kernel.value;
  const step = kernel.reverse ? `${steps} - 1u - i` : "i";
  const begin = s.inBlocks
    ? [`let first = line * ${steps};`]
    : [
        `let slow = line / ${inner};`,
        `let fast = line % ${inner};`,
        `let first = slow * ${length} * ${inner} + fast;`,
      ];
  const place = s.inBlocks ? "first + step" : `first + step * ${inner}`;
  const statements = (nearAngles: boolean): Step => {
    const body = bodyOf(s, nearAngles);
    const value = toStore(
      s.inBlocks ? body.emitWide(kernel.value) : body.emit(kernel.value).text,
      dtype,
      s.inBlocks ? 4 : 1,
    );
    return {
      compute: [
        `let step = ${step};`,
        `let at = ${place};`,
        ...body.lines,
        `let value = ${inside(s, value)};`,
      ],
      commit: use("value"),
      farAngles: body.farAngles,
    };
  };
  return [...begin, ...walk("i", "1u", s.tuning, statements, noRuns)];
}

function bodyOf(s: ScanShader, nearAngles: boolean): Body {
  const { kernel, shader, inBlocks } = s;
  const texts = inBlocks ? ["i32(line)", "i32(step * 4u)", "0"] : ["i32(slow)", "i32(step)", "i32(fast)"];
  const shape = [kernel.outer, kernel.length, kernel.inner];
  return new Body(shader, {
    lanes: inBlocks ? 4 : 1,
    axes: texts.map((first, axis) => ({ first, facts: inBlocks && axis === 1 ? laneAxis : uniformAxis })),
    inputs: kernel.inputs,
    nearAngles,
    ...(inBlocks ? { ownBlock: { matches: (index) => isRowMajor(index, shape), block: "at" } } : {}),
  });
}

/** The elements in the scan's order. In reverse a scan meets the padding of the last block first: it must not count. */
function inside(s: ScanShader, value: string): string {
  if (!s.inBlocks || !s.kernel.reverse) return value;
  if (s.kernel.length % 4 === 0) return `(${value}).wzyx`;
  const neutral = `vec4<${storedType(s.kernel.value.dtype)}>(${s.state.neutral})`;
  const lanes = `(vec4<u32>(step * 4u) + vec4<u32>(0u, 1u, 2u, 3u)) < vec4<u32>(${s.shader.header(4)})`;
  return `select(${neutral}, ${value}, ${lanes}).wzyx`;
}

/** Replaces the state of each part by the one before it: a thread a line, or a workgroup a line on hardware. */
function joinPass(kernel: ScanKernel, tuning: Tuning, header: readonly number[]): Pass {
  const threads = tuning.sharesWorkgroupMemory ? team : 1;
  const shader = new Shader([], threads);
  const state = running(shader, kernel.op, kernel.value.dtype);
  const parts = shader.header(2);
  const fold = (store: readonly string[]): string[] => [
    "for (var p = begin; p < stop; p += 1u) {",
    `  let place = line * ${parts} + p;`,
    `  let own = ${loadState(shader, state, "place")};`,
    ...store.map((line) => `  ${line}`),
    ...state.join("own").map((line) => `  ${line}`),
    "}",
  ];
  const rewrite = fold(storeState(shader, state, "place", "state"));
  const statements = [
    "let line = group;",
    `if (line >= ${shader.header(1)}) { return; }`,
    `var state: ${state.stateType} = ${state.identity};`,
    ...(threads === 1
      ? ["let begin = 0u;", `let stop = ${parts};`]
      : [
          `let share = (${parts} + ${threads - 1}u) / ${threads}u;`,
          `let begin = min(lid * share, ${parts});`,
          `let stop = min(begin + share, ${parts});`,
          ...fold([]),
          ...joinTeam(shader, state),
        ]),
    ...rewrite,
  ];
  return shader.pass(statements, header, header[1]!, header[1]! * header[2]!);
}

/** Turns each thread's own state into the one of all threads before it (Hillis and Steele, 1986). */
function joinTeam(shader: Shader, state: Running): string[] {
  shader.declare(`var<workgroup> states: array<${state.stateType}, ${team}>;`);
  return [
    "states[lid] = state;",
    "workgroupBarrier();",
    `for (var reach = 1u; reach < ${team}u; reach *= 2u) {`,
    "  let own = states[lid];",
    `  state = ${state.identity};`,
    "  if (lid >= reach) { state = states[lid - reach]; }",
    "  workgroupBarrier();",
    ...state.join("own").map((line) => `  ${line}`),
    "  states[lid] = state;",
    "  workgroupBarrier();",
    "}",
    `state = ${state.identity};`,
    "if (lid > 0u) { state = states[lid - 1u]; }",
  ];
}

function stateWords(shader: Shader, state: Running, place: string): string[] {
  const { name } = shader.bind(temporary(0), true, "u32");
  return Array.from({ length: state.words }, (_, word) => `${name}[(${place}) * ${state.words}u + ${word}u]`);
}

function loadState(shader: Shader, state: Running, place: string): string {
  return state.fromWords(stateWords(shader, state, place));
}

function storeState(shader: Shader, state: Running, place: string, text: string): string[] {
  const words = stateWords(shader, state, place);
  return state.toWords(text).map((word, k) => `${words[k]!} = ${word};`);
}
