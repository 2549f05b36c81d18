import { sizeOf } from "../../../core/aval.ts";
import type { MapKernel } from "../../../kernel/kernel.ts";
import type { Tuning } from "../device.ts";
import { topologicalOrder, type ScalarExpr } from "../../../kernel/scalar-expr.ts";
import { output, type BufferRef, type Pass, type Plan } from "../plan.ts";
import { Body, toStore } from "./body.ts";
import { axesOfBlock, ownPosition } from "./iteration.ts";
import { laneAxis, uniformAxis } from "./lane-index.ts";
import { Shader, storedType } from "./shader.ts";
import { noRuns, walk, type Step } from "./walk.ts";

export function planMap(kernel: MapKernel, tuning: Tuning): Plan {
  return {
    passes: [
      mapPass(
        kernel,
        tuning,
        kernel.values.map((_, k) => output(k)),
      ),
    ],
    temporaries: [],
  };
}

/** Writes `values` over `shape` to `targets`, in blocks of four elements; memory is padded to whole blocks. */
export function mapPass(
  kernel: Pick<MapKernel, "inputs" | "params" | "shape" | "values">,
  tuning: Tuning,
  targets: readonly BufferRef[],
): Pass {
  if (tuning.contiguousThreads && goesDownColumns(kernel)) return columnsPass(kernel, tuning, targets);
  const shader = new Shader(kernel.params, tuning.threads, tuning.shiftsLaneByLane);
  const size = sizeOf(kernel.shape);
  const blocks = Math.ceil(size / 4);
  const perThread = blocksOfThread(blocks, tuning);
  const { lines, axes } = axesOfBlock(shader, kernel.shape, "i32(block * 4u)");
  const statements = (nearAngles: boolean): Step => {
    const body = new Body(shader, {
      lanes: 4,
      axes,
      inputs: kernel.inputs,
      ownBlock: { matches: ownPosition(kernel.shape), block: "block" },
      nearAngles,
    });
    const commit = kernel.values.map((value, k) => {
      const target = shader.bind(targets[k]!, true, `vec4<${storedType(value.dtype)}>`);
      return `${target.name}[block] = ${toStore(body.emitWide(value), value.dtype, 4)};`;
    });
    return { compute: [...lines, ...body.lines], commit, farAngles: body.farAngles };
  };
  const loop = blockLoop(shader, tuning, statements);
  const groups = Math.ceil(blocks / (perThread * tuning.threads));
  return shader.pass(loop, [blocks, perThread], groups, size * kernel.values.length);
}

/** Rows from which on a thread gains by going down a column. */
const tall = 16;

/** Whether the space is a tall matrix of whole blocks, and loads that do not vary from row to row can be kept. */
function goesDownColumns(kernel: Pick<MapKernel, "shape" | "values">): boolean {
  const { shape, values } = kernel;
  if (shape.length !== 2 || shape[0]! < tall || shape[1]! < tall || shape[1]! % 4 !== 0) return false;
  const indices = topologicalOrder(values).flatMap((node) => (node.op === "load" ? [node.args[0]!] : []));
  const readsAxis = (index: ScalarExpr, axis: number): boolean =>
    topologicalOrder([index]).some((node) => node.op === "index" && node.axis === axis);
  return indices.some((index) => !readsAxis(index, 0) && readsAxis(index, 1));
}

/**
 * As `mapPass`, for spaces where that is better: a thread keeps a block of four columns and goes down its share of the
 * rows, so that what depends on the columns alone is loaded and computed once. Header: blocks in a row, rows, rows of
 * a thread.
 */
function columnsPass(
  kernel: Pick<MapKernel, "inputs" | "params" | "shape" | "values">,
  tuning: Tuning,
  targets: readonly BufferRef[],
): Pass {
  const shader = new Shader(kernel.params, tuning.threads, tuning.shiftsLaneByLane);
  const [rows, columns] = [kernel.shape[0]!, kernel.shape[1]! / 4];
  const before: string[] = [];
  const axes = [
    { first: "i32(row)", facts: uniformAxis },
    { first: "i32(column * 4u)", facts: laneAxis },
  ];
  const statements = (nearAngles: boolean): Step => {
    const matches = ownPosition(kernel.shape);
    const ownBlock = { matches, block: `(row * ${shader.header(0)} + column)` };
    const body = new Body(shader, {
      lanes: 4,
      axes,
      inputs: kernel.inputs,
      ownBlock,
      fixedAxis: 1,
      nearAngles,
    });
    const commit = kernel.values.map((value, k) => {
      const target = shader.bind(targets[k]!, true, `vec4<${storedType(value.dtype)}>`);
      return `${target.name}[${ownBlock.block}] = ${toStore(body.emitWide(value), value.dtype, 4)};`;
    });
    before.push(...body.before);
    return { compute: body.lines, commit, farAngles: body.farAngles };
  };
  const loop = walk("row", "1u", tuning, statements, noRuns);
  const wanted = Math.ceil((tuning.targetGroups * tuning.threads * threadsAhead) / columns);
  const perThread = Math.ceil(rows / Math.max(1, Math.min(wanted, Math.floor(rows / tall))));
  const slices = Math.ceil(rows / perThread);
  const lines = [
    `let id = group * ${tuning.threads}u + lid;`,
    `let column = id % ${shader.header(0)};`,
    `var row = (id / ${shader.header(0)}) * ${shader.header(2)};`,
    `let end = min(row + ${shader.header(2)}, ${shader.header(1)});`,
    ...before,
    ...loop,
  ];
  const groups = Math.ceil((columns * slices) / tuning.threads);
  return shader.pass(lines, [columns, rows, perThread], groups, rows * columns * 4 * kernel.values.length);
}

/** Threads for each one that keeps the device busy, so that none waits long for the last. */
const threadsAhead = 8;

/** Few long-lived threads beat one thread a block, as long as every core has some. */
export function blocksOfThread(blocks: number, tuning: Tuning): number {
  const most = Math.ceil(blocks / (tuning.targetGroups * tuning.threads));
  return Math.max(1, Math.min(tuning.blocksPerThread, most));
}

/** Runs `statements` for each `block` of this thread. Header: number of blocks, blocks a thread. */
function blockLoop(shader: Shader, tuning: Tuning, statements: (nearAngles: boolean) => Step): string[] {
  const blocks = shader.header(0);
  const perThread = shader.header(1);
  const start = tuning.contiguousThreads
    ? `(group * ${tuning.threads}u + lid) * ${perThread}`
    : `group * ${tuning.threads}u * ${perThread} + lid`;
  const step = tuning.contiguousThreads ? "1u" : `${tuning.threads}u`;
  return [
    `var block = ${start};`,
    `let end = min(block + (${perThread} - 1u) * ${step} + 1u, ${blocks});`,
    ...walk("block", step, tuning, statements, noRuns),
  ];
}
