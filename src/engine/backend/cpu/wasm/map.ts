import { sizeOf } from "../../../core/aval.ts";
import type { DType } from "../../../core/dtype.ts";
import type { MapKernel } from "../../../kernel/kernel.ts";
import type { ScalarExpr } from "../../../kernel/scalar-expr.ts";
import { argumentLayout } from "./argument-layout.ts";
import { i32, load, ModuleBuilder, op, type Expr, type FunctionBuilder, type Local } from "./assembler.ts";
import { laneCount, sizeShift, storeContiguous, storeOne } from "./lanes.ts";
import type { KernelModule } from "./kernel-module.ts";
import { eachUnit, enterAxes } from "./loops.ts";
import { pointsPerTask } from "./task-size.ts";
import { VectorBody } from "./vector-body.ts";

/** How a map's points are walked: rows of the vector axis, cut into blocks; `perTask` blocks to a task. */
interface Walk {
  readonly vectorAxis: number;
  readonly extent: number;
  readonly blocks: number;
  readonly block: number;
  /** Blocks of all rows. */
  readonly units: number;
  readonly perTask: number;
}

/** The function that is written: what it evaluates, and the addresses it writes to. */
interface MapCode {
  readonly f: FunctionBuilder;
  readonly values: readonly ScalarExpr[];
  readonly body: VectorBody;
  readonly targets: readonly Local[];
}

/** outputs[k] = values[k] over the iteration space, four points at a step. */
export function mapModule(kernel: Omit<MapKernel, "kind">): KernelModule {
  const { shape, values } = kernel;
  // The length of a flat map is an argument: one module serves all lengths.
  const isFlat = shape.length === 1 && shape[0]! >= laneCount;
  const walk = walkOf(kernel);
  const module = new ModuleBuilder();
  const params: DType[] = isFlat ? [...kernel.params, "int32", "int32"] : [...kernel.params];
  const layout = argumentLayout({ ...kernel, params });
  const task = module.function(["i32", "i32"], [], (f, args, index) => {
    const body = new VectorBody({
      ...kernel,
      module,
      f,
      args,
      layout,
      roots: values,
      vectorAxis: walk.vectorAxis,
      ...(walk.extent < laneCount && { narrowExtent: walk.extent }),
    });
    const targets = values.map((_, k) => f.let(load("i32.load", args, layout.output(k))));
    const code: MapCode = { f, values, body, targets };
    body.prologue();
    if (isFlat) {
      const [length, blocks] = [0, 1].map((k) =>
        load("i32.load", args, layout.param(kernel.params.length + k)),
      );
      emitFlat(code, { block: walk.block, index, length: length!, blocks: blocks! });
    } else {
      eachUnit(f, index, walk, (unit) => {
        emitUnit(code, shape, walk, unit);
      });
    }
    return [];
  });
  module.export("task", task);
  const hidden = isFlat ? [walk.extent, walk.blocks] : [];
  return { module, params, hidden, tasks: Math.ceil(walk.units / walk.perTask) };
}

function walkOf({ shape, values }: Pick<MapKernel, "shape" | "values">): Walk {
  const innermost = shape.length - 1;
  const widest = shape.indexOf(Math.max(...shape));
  const vectorAxis = shape[innermost]! >= laneCount ? innermost : widest;
  const extent = shape[vectorAxis]!;
  const points = pointsPerTask(values);
  // The last block of a row takes what is left, up to twice the length: a block is never shorter than a step.
  const blocks = Math.max(1, Math.floor(extent / points));
  const block = blocks === 1 && shape.length > 1 ? extent : points;
  const units = (sizeOf(shape) / extent) * blocks;
  return { vectorAxis, extent, blocks, block, units, perTask: Math.max(1, Math.floor(points / block)) };
}

/** The points from `start` on: `count` of them. */
function storePoints(
  { f, values, body, targets }: MapCode,
  at: { readonly first: Expr; readonly start: Local; readonly stride: number; readonly count: number },
): void {
  const { first, start, stride, count } = at;
  body.enterPoint(start);
  const position = op("i32.add", first, stride === 1 ? start : op("i32.mul", start, i32(stride)));
  values.forEach((value, k) => {
    const shift = sizeShift(value.dtype);
    const address = f.let(op("i32.add", targets[k]!, op("i32.shl", position, i32(shift))));
    const lanes = body.lanes(value);
    if (stride === 1 && count === laneCount) storeContiguous(f, value.dtype, address, lanes);
    else {
      for (let point = 0; point < count; point++) {
        storeOne(f, value.dtype, op("i32.add", address, i32((point * stride) << shift)), lanes, point);
      }
    }
  });
}

/** Block number `index` of a flat map over `length` points in `blocks` blocks. */
function emitFlat(
  code: MapCode,
  at: { readonly block: number; readonly index: Local; readonly length: Expr; readonly blocks: Expr },
): void {
  const { f, body } = code;
  const start = f.let(op("i32.mul", at.index, i32(at.block)));
  const end = f.let(op("i32.add", start, i32(at.block)));
  f.if(op("i32.eq", op("i32.add", at.index, i32(1)), at.blocks), () => {
    f.set(end, at.length);
  });
  body.enterRow(new Map());
  eachStep(f, start, end, false, () => {
    storePoints(code, { first: i32(0), start, stride: 1, count: laneCount });
  });
}

/** Block number `unit` of all rows' blocks. */
function emitUnit(code: MapCode, shape: readonly number[], walk: Walk, unit: Local): void {
  const { f, body } = code;
  const { vectorAxis, extent, blocks, block } = walk;
  const row = blocks === 1 ? unit : f.let(op("i32.div_u", unit, i32(blocks)));
  const { axes, first } = enterAxes(f, shape, vectorAxis, row);
  body.enterRow(axes);
  const stride = sizeOf(shape.slice(vectorAxis + 1));
  const start = f.let(i32(0));
  const store = (count: number): void => {
    storePoints(code, { first, start, stride, count });
  };
  if (extent < laneCount) {
    store(extent);
    return;
  }
  const end = f.let(i32(extent));
  if (blocks > 1) {
    const position = f.let(op("i32.sub", unit, op("i32.mul", row, i32(blocks))));
    f.set(start, op("i32.mul", position, i32(block)));
    f.if(op("i32.lt_s", position, i32(blocks - 1)), () => {
      f.set(end, op("i32.add", start, i32(block)));
    });
  }
  eachStep(f, start, end, extent % laneCount === 0, () => {
    store(laneCount);
  });
}

/**
 * Runs `body` with `start` at every fourth point below `end`; where the count is no multiple of four, the last step
 * begins early and does some points again.
 */
function eachStep(f: FunctionBuilder, start: Local, end: Local, whole: boolean, body: () => void): void {
  f.block((done) => {
    f.loop((next) => {
      body();
      f.set(start, op("i32.add", start, i32(laneCount)));
      f.breakIf(done, op("i32.ge_s", start, end));
      if (!whole) {
        const last = f.let(op("i32.sub", end, i32(laneCount)));
        f.if(op("i32.gt_s", start, last), () => {
          f.set(start, last);
        });
      }
      f.break(next);
    });
  });
}
