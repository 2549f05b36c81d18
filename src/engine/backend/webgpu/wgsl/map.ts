import { sizeOf } from "../../../core/aval.ts";
import type { MapKernel } from "../../../kernel/kernel.ts";
import type { Tuning } from "../device.ts";
import { output, type BufferRef, type Pass, type Plan } from "../plan.ts";
import { Body, toStore } from "./body.ts";
import { axesOfBlock, ownPosition } from "./iteration.ts";
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
