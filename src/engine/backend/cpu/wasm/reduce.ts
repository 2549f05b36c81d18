import { sizeOf } from "../../../core/aval.ts";
import { argumentLayout } from "./argument-layout.ts";
import { i32, i32x4, load, ModuleBuilder, op, select, type Expr, type Local } from "./assembler.ts";
import type { KernelModule } from "./kernel-module.ts";
import { laneCount } from "./lanes.ts";
import { divided, eachUnit, stepStart } from "./loops.ts";
import { enterAxes } from "./map.ts";
import { ReduceEpilogue, type KeptLanes, type ReduceScope } from "./reduce-epilogue.ts";
import { planReduce, type ReducePlan, type ReduceSpec } from "./reduce-plan.ts";
import { boundsAt, eachReduced, enterSegment, Positions, type EnteredSegment } from "./reduce-points.ts";
import { combineInPairs, ReduceState } from "./reduce-state.ts";
import { VectorBody } from "./vector-body.ts";

/**
 * Folds the trailing axes in one pass, then evaluates the outputs. Long reductions are cut into segments whose states,
 * four lanes each, are kept in scratch memory and combined in pairs by a second function; how they are cut depends on the
 * kernel alone, so that results do not depend on who runs which task.
 */
export function reduceModule(spec: ReduceSpec): KernelModule {
  const plan = planReduce(spec);
  const { segments, kept, blockSteps, inMemory, group } = plan;
  const isSplit = segments.count > 1;
  const tasks = Math.ceil((kept * segments.count) / plan.perTask);
  const states = isSplit ? kept * segments.count * blockSteps : inMemory ? tasks * blockSteps : 0;
  const scratchBytes = states * group * 16;
  const layout = argumentLayout({
    ...spec,
    outputs: scratchBytes > 0 ? [...spec.outputs, "scratch"] : spec.outputs,
  });
  const module = new ModuleBuilder();
  const define = (name: string, emit: (scope: ReduceScope, index: Local) => void): void => {
    const task = module.function(["i32", "i32"], [], (f, args, index) => {
      emit({ spec, module, f, args: args, layout }, index);
      return [];
    });
    module.export(name, task);
  };
  define("task", (scope, index) => {
    if (plan.mode === "rows") new RowFold(scope, plan).emit(index);
    else new ColumnFold(scope, plan).emit(index);
  });
  const later: number[] = [];
  if (isSplit) {
    const results = kept * blockSteps;
    const perTask = Math.max(1, Math.floor(4096 / segments.count));
    later.push(Math.ceil(results / perTask));
    define("task1", (scope, index) => {
      emitCombine(scope, plan, { index, results, perTask });
    });
  }
  return { module, params: spec.params, hidden: [], tasks, later, scratchBytes };
}

function keptLanes({ shape }: ReduceSpec, { mode, vectorAxis, extent }: ReducePlan): KeptLanes {
  if (mode === "rows" || vectorAxis < 0) return { axis: -1, extent: 1, stride: 1 };
  return { axis: vectorAxis, extent, stride: sizeOf(shape.slice(vectorAxis + 1)) };
}

/** Address of the scratch memory. */
function scratchOf({ f, args, layout, spec }: ReduceScope): Local {
  return f.let(load("i32.load", args, layout.output(spec.outputs.length)));
}

const merged = (a: ReadonlyMap<number, Local>, b: ReadonlyMap<number, Local>): ReadonlyMap<number, Local> =>
  new Map([...a, ...b]);

/** Lanes along a reduced axis: each unit is one segment of one kept point. */
class RowFold {
  readonly #scope: ReduceScope;
  readonly #plan: ReducePlan;
  readonly #positions: Positions;
  readonly #body: VectorBody;
  readonly #states: readonly ReduceState[];

  constructor(scope: ReduceScope, plan: ReducePlan) {
    this.#scope = scope;
    this.#plan = plan;
    this.#positions = new Positions(scope.spec);
    this.#body = foldBody(scope, plan);
    this.#states = Array.from({ length: plan.unroll }, () => new ReduceState(scope.f, plan.folds));
  }

  emit(index: Local): void {
    const { spec, f } = this.#scope;
    const { segments, kept, perTask, group } = this.#plan;
    const isSplit = segments.count > 1;
    const epilogue = isSplit ? undefined : new ReduceEpilogue(this.#scope, keptLanes(spec, this.#plan));
    const scratch = isSplit ? scratchOf(this.#scope) : undefined;
    this.#body.prologue();
    const zero = f.let(i32(0));
    eachUnit(f, index, { perTask, units: kept * segments.count }, (unit) => {
      const [point, segment] = divided(f, unit, segments.count);
      const { axes } = enterAxes(f, spec.shape, -1, point);
      const state = this.#fold(axes, enterSegment(f, segments, segment));
      if (scratch !== undefined) {
        state.store(f, f.let(op("i32.add", scratch, op("i32.mul", unit, i32(group * 16)))));
        return;
      }
      state.across(f);
      epilogue!.emit(state, axes, zero, point);
    });
  }

  #fold(kept: ReadonlyMap<number, Local>, entered: EnteredSegment): ReduceState {
    const { f } = this.#scope;
    const { segments } = this.#plan;
    const first = f.let(this.#positions.first(segments, entered));
    for (const state of this.#states) state.reset(f, first);
    const last = segments.order.length - 1;
    const bounds = boundsAt(segments, entered, last);
    const start = f.local("i32");
    const end = f.let(bounds.end);
    eachReduced(f, segments, entered, last, (axes) => {
      this.#body.enterRow(merged(kept, axes));
      f.set(start, bounds.start);
      this.#foldRow(start, end, f.let(this.#positions.at(axes)));
    });
    for (let width = 1; width < this.#states.length; width *= 2) {
      for (let k = 0; k < this.#states.length; k += 2 * width) {
        this.#states[k]!.combine(f, this.#states[k + width]!);
      }
    }
    return this.#states[0]!;
  }

  /** Folds the points from `start` (which advances) to `end` along the vector axis. */
  #foldRow(start: Local, end: Local, position: Expr): void {
    const { f } = this.#scope;
    const { unroll, extent } = this.#plan;
    if (unroll > 1) {
      const turn = unroll * laneCount;
      const last = f.let(op("i32.sub", end, i32(turn)));
      f.while(
        () => op("i32.le_s", start, last),
        () => {
          this.#states.forEach((state, k) => {
            this.#step(state, k === 0 ? start : f.let(op("i32.add", start, i32(k * laneCount))), position);
          });
          f.set(start, op("i32.add", start, i32(turn)));
        },
      );
    }
    if (unroll > 1 && extent % (unroll * laneCount) === 0) return;
    f.for(start, end, laneCount, () => {
      this.#stepMasked(start, position);
    });
  }

  /** One more step; where the row is no multiple of four, the last step begins early and leaves out what was folded. */
  #stepMasked(start: Local, position: Expr): void {
    const { f } = this.#scope;
    const { extent } = this.#plan;
    const state = this.#states[0]!;
    if (extent % laneCount === 0) {
      this.#step(state, start, position);
    } else if (extent < laneCount) {
      this.#step(state, start, position, i32x4(...[0, 1, 2, 3].map((k) => (k < extent ? -1 : 0))));
    } else {
      const last = i32(extent - laneCount);
      const from = f.let(select(op("i32.lt_s", start, last), start, last));
      const lanes = op("i32x4.add", op("i32x4.splat", from), i32x4(0, 1, 2, 3));
      this.#step(state, from, position, f.let(op("i32x4.ge_s", lanes, op("i32x4.splat", start))));
    }
  }

  #step(state: ReduceState, start: Local, position: Expr, mask?: Expr): void {
    const { f, spec } = this.#scope;
    this.#body.enterPoint(start);
    const lanes = this.#positions.lanes(f, op("i32.add", position, start), 1);
    state.step(
      f,
      spec.reductions.map(({ value }) => this.#body.lanes(value)),
      lanes,
      mask,
    );
  }
}

function foldBody({ spec, module, f, args, layout }: ReduceScope, plan: ReducePlan): VectorBody {
  return new VectorBody({
    ...spec,
    module,
    f,
    args,
    layout,
    roots: spec.reductions.map((reduction) => reduction.value),
    vectorAxis: plan.vectorAxis,
    ...(plan.vectorAxis >= 0 && plan.extent < laneCount && { narrowExtent: plan.extent }),
  });
}

/** Lanes along a kept axis: each unit is one segment of the rows of one block of columns. */
class ColumnFold {
  readonly #scope: ReduceScope;
  readonly #plan: ReducePlan;
  readonly #positions: Positions;
  readonly #body: VectorBody;
  readonly #state: ReduceState;
  readonly #lanes: KeptLanes;
  readonly #epilogue: ReduceEpilogue | undefined;
  readonly #scratch: Local | undefined;

  constructor(scope: ReduceScope, plan: ReducePlan) {
    this.#scope = scope;
    this.#plan = plan;
    this.#positions = new Positions(scope.spec);
    this.#body = foldBody(scope, plan);
    this.#state = new ReduceState(scope.f, plan.folds);
    this.#lanes = keptLanes(scope.spec, plan);
    const isSplit = plan.segments.count > 1;
    this.#epilogue = isSplit ? undefined : new ReduceEpilogue(scope, this.#lanes);
    this.#scratch = isSplit || plan.inMemory ? scratchOf(scope) : undefined;
    this.#body.prologue();
  }

  emit(index: Local): void {
    const { spec, f } = this.#scope;
    const { segments, kept, perTask, group, blockSteps, blocks, vectorAxis, inMemory } = this.#plan;
    const isSplit = segments.count > 1;
    eachUnit(f, index, { perTask, units: kept * segments.count }, (unit) => {
      const [column, segment] = divided(f, unit, segments.count);
      const [outer, block] = divided(f, column, blocks);
      const { axes, first } = enterAxes(f, spec.shape, vectorAxis, outer);
      const entered = enterSegment(f, segments, segment);
      const steps = this.#stepsOf(block);
      const emitOutputs = (start: Local): void => {
        const position = op("i32.add", first, op("i32.mul", start, i32(this.#lanes.stride)));
        this.#epilogue!.emit(this.#state, axes, start, position);
      };
      const place = isSplit ? unit : index;
      const states =
        this.#scratch &&
        f.let(op("i32.add", this.#scratch, op("i32.mul", place, i32(blockSteps * group * 16))));
      if (inMemory) this.#foldInMemory({ axes, entered, steps, states: states! });
      else this.#foldInRegisters({ axes, entered, steps, states }, emitOutputs);
      if (inMemory && !isSplit) {
        this.#eachStep(steps, states, (start, address) => {
          this.#state.load(f, address!);
          emitOutputs(start);
        });
      }
    });
  }

  /** First and last vector step of a block. */
  #stepsOf(block: Local): BlockSteps {
    const { f } = this.#scope;
    const { blockSteps, blocks, extent } = this.#plan;
    const all = Math.ceil(extent / laneCount);
    if (blocks === 1) return { first: f.let(i32(0)), end: f.let(i32(all)) };
    const first = f.let(op("i32.mul", block, i32(blockSteps)));
    const end = f.let(op("i32.add", first, i32(blockSteps)));
    f.if(op("i32.gt_s", end, i32(all)), () => {
      f.set(end, i32(all));
    });
    return { first, end };
  }

  /** Loops over the steps of a block; the address is that of the step's states. */
  #eachStep(
    { first, end }: BlockSteps,
    states: Local | undefined,
    body: (start: Local, address: Local | undefined) => void,
  ): void {
    const { f } = this.#scope;
    const { group, extent } = this.#plan;
    const address = states && f.let(states);
    const step = f.let(first);
    f.for(step, end, 1, () => {
      body(f.let(stepStart(step, extent)), address);
      if (address !== undefined) f.set(address, op("i32.add", address, i32(group * 16)));
    });
  }

  #foldInRegisters(
    { axes, entered, steps, states }: ColumnPoints,
    emitOutputs: (start: Local) => void,
  ): void {
    const { f } = this.#scope;
    const { segments } = this.#plan;
    const first = f.let(this.#positions.first(segments, entered));
    this.#eachStep(steps, states, (start, address) => {
      this.#state.reset(f, first);
      eachReduced(f, segments, entered, segments.order.length, (reduced) => {
        this.#body.enterRow(merged(axes, reduced));
        this.#foldPoint(start, this.#positions.lanes(f, this.#positions.at(reduced), 0));
      });
      if (address === undefined) emitOutputs(start);
      else this.#state.store(f, address);
    });
  }

  #foldInMemory({ axes, entered, steps, states }: ColumnPoints & { states: Local }): void {
    const { f } = this.#scope;
    const { segments } = this.#plan;
    this.#state.reset(f, this.#positions.first(segments, entered));
    this.#eachStep(steps, states, (_, address) => {
      this.#state.store(f, address!);
    });
    eachReduced(f, segments, entered, segments.order.length, (reduced) => {
      this.#body.enterRow(merged(axes, reduced));
      const position = this.#positions.lanes(f, this.#positions.at(reduced), 0);
      this.#eachStep(steps, states, (start, address) => {
        this.#state.load(f, address!);
        this.#foldPoint(start, position);
        this.#state.store(f, address!);
      });
    });
  }

  #foldPoint(start: Local, position: Expr): void {
    const { f, spec } = this.#scope;
    this.#body.enterPoint(start);
    this.#state.step(
      f,
      spec.reductions.map(({ value }) => this.#body.lanes(value)),
      position,
    );
  }
}

interface BlockSteps {
  readonly first: Local;
  readonly end: Local;
}

interface ColumnPoints {
  readonly axes: ReadonlyMap<number, Local>;
  readonly entered: EnteredSegment;
  readonly steps: BlockSteps;
  readonly states: Local | undefined;
}

/** Combines the segments' states and evaluates the outputs. */
function emitCombine(
  scope: ReduceScope,
  plan: ReducePlan,
  { index, results, perTask }: { readonly index: Local; readonly results: number; readonly perTask: number },
): void {
  const { f, spec } = scope;
  const { segments, blockSteps, blocks, group, folds, vectorAxis, extent, mode } = plan;
  const lanes = keptLanes(spec, plan);
  const epilogue = new ReduceEpilogue(scope, lanes);
  const scratch = scratchOf(scope);
  const stateBytes = group * 16;
  const steps = Math.ceil(extent / laneCount);
  eachUnit(f, index, { perTask, units: results }, (unit) => {
    const [column, inBlock] = divided(f, unit, blockSteps);
    const [outer, block] = divided(f, column, blocks);
    const step = f.let(op("i32.add", op("i32.mul", block, i32(blockSteps)), inBlock));
    f.if(mode === "rows" ? i32(1) : op("i32.lt_s", step, i32(steps)), () => {
      const before = op("i32.mul", column, i32(segments.count * blockSteps));
      const offset = op("i32.mul", op("i32.add", before, inBlock), i32(stateBytes));
      const base = f.let(op("i32.add", scratch, offset));
      const state = combineInPairs(f, folds, segments.count, (k) =>
        op("i32.add", base, op("i32.mul", k, i32(blockSteps * stateBytes))),
      );
      const { axes, first } = enterAxes(f, spec.shape, mode === "rows" ? -1 : vectorAxis, outer);
      if (mode === "rows") state.across(f);
      const start = f.let(mode === "rows" ? i32(0) : stepStart(step, extent));
      epilogue.emit(state, axes, start, op("i32.add", first, op("i32.mul", start, i32(lanes.stride))));
    });
  });
}
