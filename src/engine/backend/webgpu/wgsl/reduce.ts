import { sizeOf } from "../../../core/aval.ts";
import type { DType } from "../../../core/dtype.ts";
import type { ReduceKernel } from "../../../kernel/kernel.ts";
import { topologicalOrder } from "../../../kernel/scalar-expr.ts";
import type { Tuning } from "../device.ts";
import { output, temporary, type Pass, type Plan } from "../plan.ts";
import { accumulator, finishedType, runLength, type Accumulator } from "./accumulator.ts";
import { Body, splat, toStore, type Value } from "./body.ts";
import { axesOfBlock, axesOfElement, ownPosition } from "./iteration.ts";
import { LaneAnalysis, uniformAxis } from "./lane-index.ts";
import { Shader, storedType } from "./shader.ts";
import { walk, type Runs, type Step } from "./walk.ts";

/**
 * How the work is laid out. "lanes": the four lanes of a thread are four neighbouring outputs, each thread walks along
 * the reduced axes. "teams": the threads of a team share one output and walk in blocks of four elements. With more
 * than one segment the reduced axes are cut, states go to memory and a second pass joins them.
 */
interface Strategy {
  readonly layout: "lanes" | "teams";
  /** Threads of a team, a power of two. */
  readonly team: number;
  readonly segments: number;
}

/** Reduced extents up to this are walked by one thread: left to right, as few additions are expected to run. */
const shortReduction = 32;

export function planReduce(kernel: ReduceKernel, tuning: Tuning): Plan {
  const strategy = chooseStrategy(kernel, tuning);
  const first = strategy.layout === "lanes" ? lanesPass : teamsPass;
  if (strategy.segments === 1) return { passes: [first(kernel, tuning, strategy)], temporaries: [] };
  const words = kernel.reductions.reduce((sum, { op, dtype }) => sum + wordsOf(op, dtype), 0);
  return {
    passes: [first(kernel, tuning, strategy), joinPass(kernel, tuning, strategy.segments)],
    temporaries: [strategy.segments * words * paddedOutputs(kernel) * 4],
  };
}

function wordsOf(op: string, dtype: DType): number {
  return op === "argmax" || op === "argmin" || (op === "sum" && dtype === "float32") ? 2 : 1;
}

function paddedOutputs(kernel: ReduceKernel): number {
  return Math.ceil(sizeOf(kernel.shape) / 4) * 4;
}

function chooseStrategy(kernel: ReduceKernel, tuning: Tuning): Strategy {
  const outputs = sizeOf(kernel.shape);
  const extent = sizeOf(kernel.reduceShape);
  if (extent <= shortReduction) return { layout: "lanes", team: 1, segments: 1 };
  const capacity = tuning.targetGroups * tuning.threads;
  const lastKept = kernel.shape.length - 1;
  const lastReduced = kernel.shape.length + kernel.reduceShape.length - 1;
  if (outputs >= 4 && loadsAlong(kernel, lastKept) > loadsAlong(kernel, lastReduced)) {
    const wanted = Math.ceil(capacity / 4 / Math.ceil(outputs / 4));
    return { layout: "lanes", team: 1, segments: Math.max(1, Math.min(wanted, Math.ceil(extent / 64))) };
  }
  const blocks = Math.ceil(extent / 4);
  let team = 1;
  if (tuning.sharesWorkgroupMemory) while (team < tuning.threads && team * 2 <= blocks) team *= 2;
  const wanted = Math.ceil(capacity / (outputs * team));
  return { layout: "teams", team, segments: Math.max(1, Math.min(wanted, Math.floor(blocks / (team * 16)))) };
}

/** How many loads read neighbouring elements along `axis`. */
function loadsAlong(kernel: ReduceKernel, axis: number): number {
  const axes = [...kernel.shape, ...kernel.reduceShape].map((_, k) =>
    k === axis ? { stride: 1, multiple: 4, nonNegative: true } : uniformAxis,
  );
  const analysis = new LaneAnalysis(axes);
  const nodes = topologicalOrder(kernel.reductions.map((reduction) => reduction.value));
  return nodes.filter((node) => node.op === "load" && analysis.factsOf(node.args[0]!)?.stride === 1).length;
}

function accumulators(shader: Shader, kernel: ReduceKernel): Accumulator[] {
  return kernel.reductions.map(({ op, value }, slot) => accumulator(shader, op, value.dtype, slot));
}

// Header of both first passes: outputs (or blocks of them), extent or blocks of it, length of a segment, segments,
// extent, padded outputs.

function lanesPass(kernel: ReduceKernel, tuning: Tuning, strategy: Strategy): Pass {
  const shader = new Shader(kernel.params, tuning.threads, tuning.shiftsLaneByLane);
  const accs = accumulators(shader, kernel);
  const extent = sizeOf(kernel.reduceShape);
  const outputBlocks = Math.ceil(sizeOf(kernel.shape) / 4);
  const kept = axesOfBlock(shader, kernel.shape, "i32(block * 4u)");
  const reduced = axesOfElement(shader, kernel.reduceShape, "i32(r)");
  const step = (nearAngles: boolean): Step => {
    const axes = [...kept.axes, ...reduced.axes];
    const body = new Body(shader, { lanes: 4, axes, inputs: kernel.inputs, nearAngles });
    const commit = kernel.reductions.flatMap(({ value }, k) =>
      accs[k]!.take(body.emitWide(value), "vec4<i32>(i32(r))", "", 4),
    );
    return { compute: [...reduced.lines, ...body.lines], commit, farAngles: body.farAngles };
  };
  const loop = walk("r", "1u", tuning, step, runsOf(accs, 4));
  const finish =
    strategy.segments === 1
      ? lanesEpilogue(shader, kernel, accs, kept.axes)
      : storePartialBlocks(shader, accs);
  const statements = [
    `let id = group * ${tuning.threads}u + lid;`,
    `if (id >= ${shader.header(0)} * ${shader.header(3)}) { return; }`,
    `let block = id % ${shader.header(0)};`,
    `let segment = id / ${shader.header(0)};`,
    ...kept.lines,
    ...accs.flatMap((acc) => acc.declare(4)),
    `var r = segment * ${shader.header(2)};`,
    `let end = min(r + ${shader.header(2)}, ${shader.header(1)});`,
    ...loop,
    ...finish,
  ];
  const segmentLength = Math.ceil(extent / strategy.segments);
  const header = [outputBlocks, extent, segmentLength, strategy.segments, extent, paddedOutputs(kernel)];
  const groups = Math.ceil((outputBlocks * strategy.segments) / tuning.threads);
  return shader.pass(statements, header, groups, sizeOf(kernel.shape) * extent);
}

function lanesEpilogue(
  shader: Shader,
  kernel: ReduceKernel,
  accs: readonly Accumulator[],
  axes: ReturnType<typeof axesOfBlock>["axes"],
): string[] {
  const lines: string[] = [];
  const values = accs.map((acc, k): Value => {
    const parts = ["x", "y", "z", "w"].map((lane) => {
      const state = `s${k}${lane}`;
      lines.push(`let ${state} = ${acc.stateOfLane(lane)};`);
      return acc.finish(state);
    });
    lines.push(`let done${k} = vec4<${finishedType(acc)}>(${parts.join(", ")});`);
    return { text: `done${k}`, lanes: 4 };
  });
  const epilogue = new Body(shader, { lanes: 4, axes, inputs: kernel.inputs, accumulators: values });
  const stores = kernel.values.map((value, k) => {
    const target = shader.bind(output(k), true, `vec4<${storedType(value.dtype)}>`);
    return `${target.name}[block] = ${toStore(epilogue.emitWide(value), value.dtype, 4)};`;
  });
  return [...lines, ...epilogue.lines, ...stores];
}

function storePartialBlocks(shader: Shader, accs: readonly Accumulator[]): string[] {
  const target = shader.bind(temporary(0), true, "vec4<u32>");
  const total = accs.reduce((sum, acc) => sum + acc.words, 0);
  let word = 0;
  return accs.flatMap((acc, k) => {
    const lanes = ["x", "y", "z", "w"];
    const states = lanes.map((lane) => `let s${k}${lane} = ${acc.stateOfLane(lane)};`);
    const words = lanes.map((lane) => acc.toWords(`s${k}${lane}`));
    const stores = words[0]!.map((_, w) => {
      const parts = words.map((ofLane) => ofLane[w]!).join(", ");
      const row = `(segment * ${total}u + ${word + w}u) * (${shader.header(5)} >> 2u)`;
      return `${target.name}[${row} + block] = vec4<u32>(${parts});`;
    });
    word += acc.words;
    return [...states, ...stores];
  });
}

function teamsPass(kernel: ReduceKernel, tuning: Tuning, strategy: Strategy): Pass {
  const shader = new Shader(kernel.params, tuning.threads, tuning.shiftsLaneByLane);
  const accs = accumulators(shader, kernel);
  const { team, segments } = strategy;
  const outputs = sizeOf(kernel.shape);
  const extent = sizeOf(kernel.reduceShape);
  const kept = axesOfElement(shader, kernel.shape, "i32(out)");
  const reduced = axesOfBlock(shader, kernel.reduceShape, "i32(block * 4u)");
  const whole = [...kernel.shape, ...kernel.reduceShape];
  const keep = extent % 4 === 0 ? "" : `(position < vec4<i32>(i32(${shader.header(4)})))`;
  const step = (nearAngles: boolean): Step => {
    const body = new Body(shader, {
      lanes: 4,
      axes: [...kept.axes, ...reduced.axes],
      inputs: kernel.inputs,
      ...(outputs === 1 ? { ownBlock: { matches: ownPosition(whole), block: "block" } } : {}),
      nearAngles,
    });
    const commit = kernel.reductions.flatMap(({ value }, k) =>
      accs[k]!.take(body.emitWide(value), "position", keep, 4),
    );
    const position = "let position = vec4<i32>(i32(block * 4u)) + vec4<i32>(0, 1, 2, 3);";
    return { compute: [position, ...reduced.lines, ...body.lines], commit, farAngles: body.farAngles };
  };
  const loop = walk("block", tuning.contiguousThreads ? "1u" : `${team}u`, tuning, step, runsOf(accs, 4));
  const states = accs.map((acc) => acc.state(4));
  const finish = segments === 1 ? teamEpilogue(shader, kernel, accs) : storePartials(shader, accs);
  const statements = [
    ...teamSetUp(shader, team),
    "let segmentStart = segment * " + shader.header(2) + ";",
    `let segmentEnd = min(segmentStart + ${shader.header(2)}, ${shader.header(1)});`,
    ...memberRange(tuning, team),
    ...kept.lines,
    ...accs.flatMap((acc) => acc.declare(4)),
    ...loop,
    ...joinTeam(shader, accs, states, team),
    "if (member == 0u && teamIndex < teams) {",
    ...finish.map((line) => `  ${line}`),
    "}",
  ];
  const blocks = Math.ceil(extent / 4);
  const header = [outputs, blocks, Math.ceil(blocks / segments), segments, extent, paddedOutputs(kernel)];
  const groups = Math.ceil((outputs * segments * team) / tuning.threads);
  return shader.pass(statements, header, groups, outputs * extent);
}

/** Which team this thread belongs to, and its output and segment. */
function teamSetUp(shader: Shader, team: number): string[] {
  return [
    `let member = lid % ${team}u;`,
    `let teamIndex = group * ${shader.threads / team}u + lid / ${team}u;`,
    `let teams = ${shader.header(0)} * ${shader.header(3)};`,
    `let out = min(teamIndex, teams - 1u) / ${shader.header(3)};`,
    `let segment = min(teamIndex, teams - 1u) % ${shader.header(3)};`,
  ];
}

function memberRange(tuning: Tuning, team: number): string[] {
  if (!tuning.contiguousThreads) return ["var block = segmentStart + member;", "let end = segmentEnd;"];
  return [
    `let share = (max(segmentEnd, segmentStart) - segmentStart + ${team - 1}u) / ${team}u;`,
    "var block = segmentStart + member * share;",
    "let end = min(block + share, segmentEnd);",
  ];
}

/** The short runs that the accumulators want values in. */
function runsOf(accs: readonly Accumulator[], lanes: 1 | 4): Runs {
  return {
    length: runLength,
    open: accs.flatMap((acc) => acc.openRun(lanes)),
    close: accs.flatMap((acc) => acc.closeRun(lanes)),
  };
}

/** A tree over the team in workgroup memory; afterwards `joined<k>` is the team's state in every member. */
function joinTeam(
  shader: Shader,
  accs: readonly Accumulator[],
  states: readonly string[],
  team: number,
): string[] {
  return accs.flatMap((acc, k) => {
    if (team === 1) return [`let joined${k} = ${states[k]!};`];
    const shared = `shared_${acc.stateType.replaceAll(/\W/g, "")}`;
    shader.declare(`var<workgroup> ${shared}: array<${acc.stateType}, ${shader.threads}>;`);
    return [
      `${shared}[lid] = ${states[k]!};`,
      "workgroupBarrier();",
      `for (var half = ${team / 2}u; half > 0u; half >>= 1u) {`,
      `  if (member < half) { ${shared}[lid] = ${acc.merge(`${shared}[lid]`, `${shared}[lid + half]`)}; }`,
      "  workgroupBarrier();",
      "}",
      `let joined${k} = ${shared}[lid - member];`,
      ...(k < accs.length - 1 ? ["workgroupBarrier();"] : []),
    ];
  });
}

function teamEpilogue(shader: Shader, kernel: ReduceKernel, accs: readonly Accumulator[]): string[] {
  const kept = axesOfElement(shader, kernel.shape, "i32(teamIndex)");
  const values = accs.map((_, k): Value => ({ text: `done${k}`, lanes: 1 }));
  const epilogue = new Body(shader, {
    lanes: 1,
    axes: kept.axes,
    inputs: kernel.inputs,
    accumulators: values,
  });
  const stores = kernel.values.map((value, k) => {
    const target = shader.bind(output(k), true, storedType(value.dtype));
    return `${target.name}[teamIndex] = ${toStore(splat(epilogue.emit(value), value.dtype, 1), value.dtype, 1)};`;
  });
  return [
    ...accs.map((acc, k) => `let done${k}: ${finishedType(acc)} = ${acc.finish(`joined${k}`)};`),
    ...kept.lines,
    ...epilogue.lines,
    ...stores,
  ];
}

function storePartials(shader: Shader, accs: readonly Accumulator[]): string[] {
  const target = shader.bind(temporary(0), true, "u32");
  const total = accs.reduce((sum, acc) => sum + acc.words, 0);
  let word = 0;
  return accs.flatMap((acc, k) =>
    acc.toWords(`joined${k}`).map((text) => {
      const row = `(segment * ${total}u + ${word}u) * ${shader.header(5)}`;
      word += 1;
      return `${target.name}[${row} + out] = ${text};`;
    }),
  );
}

/** The second pass: a team an output joins the segments' states. Header: outputs, segments, -, 1, -, padded outputs. */
function joinPass(kernel: ReduceKernel, tuning: Tuning, segments: number): Pass {
  const shader = new Shader(kernel.params, tuning.threads, tuning.shiftsLaneByLane);
  const accs = accumulators(shader, kernel);
  const outputs = sizeOf(kernel.shape);
  const team = tuning.sharesWorkgroupMemory && outputs < tuning.targetGroups * 8 ? tuning.threads : 1;
  const source = shader.bind(temporary(0), false, "u32");
  const total = accs.reduce((sum, acc) => sum + acc.words, 0);
  let word = 0;
  const takes = accs.map((acc, k) => {
    const words = Array.from({ length: acc.words }, () => {
      const row = `(s * ${total}u + ${word}u) * ${shader.header(5)}`;
      word += 1;
      return `${source.name}[${row} + out]`;
    });
    return `state${k} = ${acc.merge(`state${k}`, acc.fromWords(words))};`;
  });
  const statements = [
    ...teamSetUp(shader, team),
    ...accs.map((acc, k) => `var state${k}: ${acc.stateType} = ${acc.identity};`),
    `for (var s = member; s < ${shader.header(1)}; s += ${team}u) {`,
    ...takes.map((line) => `  ${line}`),
    "}",
    ...joinTeam(
      shader,
      accs,
      accs.map((_, k) => `state${k}`),
      team,
    ),
    "if (member == 0u && teamIndex < teams) {",
    ...teamEpilogue(shader, kernel, accs).map((line) => `  ${line}`),
    "}",
  ];
  const header = [outputs, segments, 0, 1, 0, paddedOutputs(kernel)];
  return shader.pass(statements, header, Math.ceil((outputs * team) / tuning.threads), outputs * segments);
}
