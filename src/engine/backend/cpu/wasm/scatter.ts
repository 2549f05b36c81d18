import { sizeOf } from "../../../core/aval.ts";
import type { ReduceOp, ScatterKernel } from "../../../kernel/kernel.ts";
import { argumentLayout, type ArgumentLayout } from "./argument-layout.ts";
import {
  i32,
  lane,
  load,
  ModuleBuilder,
  op,
  type FunctionBuilder,
  type FunctionRef,
  type Local,
} from "./assembler.ts";
import { foldOf } from "./fold.ts";
import type { KernelModule } from "./kernel-module.ts";
import { laneCount, loadSplat, sizeShift, storeOne } from "./lanes.ts";
import { enterAxes } from "./loops.ts";
import { mapModule } from "./map.ts";
import { VectorBody } from "./vector-body.ts";

/** Rows that one call of the inner function takes: V8 swaps in optimised code between calls. */
const callPoints = 8192;

/** How the updates are walked: rows of the vector axis, in order. */
interface UpdateWalk {
  readonly vectorAxis: number;
  readonly extent: number;
  readonly rows: number;
}

/**
 * Copies the operand, then applies the updates one after another, evaluated four at a time: where several updates meet,
 * their order counts (the last one sets).
 */
export function scatterModule(kernel: ScatterKernel): KernelModule {
  const { inputs, params, outputs, operand } = kernel;
  if (sizeOf(kernel.shape) === 0) {
    return { module: new ModuleBuilder(), params, hidden: [], tasks: 0 };
  }
  const shape = kernel.shape.length === 0 ? [1] : kernel.shape;
  const copy = mapModule({ inputs, params, outputs, shape, values: [operand] });
  if (sizeOf(kernel.updateShape) === 0) return copy;
  const { module } = copy;
  const layout = argumentLayout({ inputs, outputs, params: copy.params });
  const walk = walkOf(kernel.updateShape);
  const apply = applyRows(kernel, module, layout, walk);
  const rowsPerCall = Math.max(1, Math.floor(callPoints / walk.extent));
  const task = module.function(["i32", "i32"], [], (f, args) => {
    const row = f.let(i32(0));
    f.for(row, i32(walk.rows), rowsPerCall, () => {
      const start = f.let(i32(0));
      f.for(start, i32(walk.extent), callPoints, () => {
        f.callMulti(apply, args, row, start);
      });
    });
    return [];
  });
  module.export("task1", task);
  return { ...copy, later: [1] };
}

/** Along the last axis, so that updates come in order. */
function walkOf(shape: readonly number[]): UpdateWalk {
  const vectorAxis = shape.findLastIndex((extent) => extent > 1);
  const extent = shape[vectorAxis] ?? 1;
  return { vectorAxis, extent, rows: sizeOf(shape) / extent };
}

/** A function of (args, row, start): the updates of some rows from `row` on, from `start` on. */
function applyRows(
  kernel: ScatterKernel,
  module: ModuleBuilder,
  layout: ArgumentLayout,
  { vectorAxis, extent, rows }: UpdateWalk,
): FunctionRef {
  const rowsPerCall = Math.max(1, Math.floor(callPoints / extent));
  return module.function(["i32", "i32", "i32"], [], (f, args, row, from) => {
    const body = new VectorBody({
      ...kernel,
      module,
      f,
      args: args,
      layout,
      roots: [kernel.target, kernel.update],
      vectorAxis,
      ...(vectorAxis >= 0 && extent < laneCount && { narrowExtent: extent }),
    });
    const output = f.let(load("i32.load", args, layout.output(0)));
    body.prologue();
    const lastRow = least(f, row, rowsPerCall, rows);
    const start = f.local("i32");
    const end = least(f, from, callPoints, extent);
    f.for(row, lastRow, 1, () => {
      body.enterRow(enterAxes(f, kernel.updateShape, vectorAxis, row).axes);
      const step = (lanes: readonly number[]): void => {
        body.enterPoint(start);
        for (const k of lanes) applyOne(f, kernel, output, body, k);
      };
      f.set(start, from);
      const whole = f.let(op("i32.sub", end, i32(laneCount)));
      f.while(
        () => op("i32.le_s", start, whole),
        () => {
          step([0, 1, 2, 3]);
          f.set(start, op("i32.add", start, i32(laneCount)));
        },
      );
      const rest = extent % laneCount;
      if (rest === 0) return;
      f.if(op("i32.lt_s", start, end), () => {
        f.set(start, i32(Math.max(0, extent - laneCount)));
        step([0, 1, 2, 3].filter((k) => (extent < laneCount ? k < rest : k >= laneCount - rest)));
      });
    });
    return [];
  });
}

/** The smaller of `from + count` and `most`. */
function least(f: FunctionBuilder, from: Local, count: number, most: number): Local {
  const end = f.let(op("i32.add", from, i32(count)));
  f.if(op("i32.gt_s", end, i32(most)), () => {
    f.set(end, i32(most));
  });
  return end;
}

const folds: Record<Exclude<ScatterKernel["op"], "set">, ReduceOp> = {
  add: "sum",
  mul: "prod",
  min: "min",
  max: "max",
};

/** Applies the update in lane `k`, unless its target is out of bounds. */
function applyOne(
  f: FunctionBuilder,
  { op: name, shape, target, update }: ScatterKernel,
  output: Local,
  body: VectorBody,
  k: number,
): void {
  const { dtype } = update;
  const at = f.let(lane("i32x4.extract_lane", k, body.lanes(target)[0]!));
  f.if(op("i32.lt_u", at, i32(sizeOf(shape))), () => {
    const address = f.let(op("i32.add", output, op("i32.shl", at, i32(sizeShift(dtype)))));
    const value = body.lanes(update);
    if (name === "set") {
      storeOne(f, dtype, address, value, k);
      return;
    }
    const before = loadSplat(dtype, address).map((half) => f.let(half));
    const fold = foldOf(folds[name], dtype, false);
    const after = fold.combine(f, before, value).map((half) => f.let(half));
    storeOne(f, dtype, address, after, k);
  });
}
