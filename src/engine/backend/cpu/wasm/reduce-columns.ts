import { i32, op, type Expr, type Local } from "./assembler.ts";
import { laneCount } from "./lanes.ts";
import { divided, eachUnit, stepStart, enterAxes } from "./loops.ts";
import { ReduceEpilogue } from "./reduce-epilogue.ts";
import type { ReducePlan } from "./reduce-plan.ts";
import { boundsAt, eachReduced, enterSegment, Positions, type EnteredSegment } from "./reduce-points.ts";
import { foldBody, keptLanes, merged, scratchOf, type KeptLanes, type ReduceScope } from "./reduce-scope.ts";
import { ReduceState } from "./reduce-state.ts";
import type { VectorBody } from "./vector-body.ts";

/** Lanes along a kept axis: each unit is one segment of the rows of one block of columns. */
export class ColumnFold {
  readonly #scope: ReduceScope;
  readonly #plan: ReducePlan;
  readonly #positions: Positions;
  /** One for each row of a turn. */
  readonly #bodies: readonly VectorBody[];
  readonly #state: ReduceState;
  readonly #lanes: KeptLanes;
  readonly #epilogue: ReduceEpilogue | undefined;
  readonly #scratch: Local | undefined;

  constructor(scope: ReduceScope, plan: ReducePlan) {
    this.#scope = scope;
    this.#plan = plan;
    this.#positions = new Positions(scope.spec);
    this.#bodies = Array.from({ length: plan.unroll }, () => foldBody(scope, plan));
    this.#state = new ReduceState(scope.f, plan.folds);
    this.#lanes = keptLanes(scope.spec, plan);
    const isSplit = plan.segments.count > 1;
    this.#epilogue = isSplit ? undefined : new ReduceEpilogue(scope, this.#lanes);
    this.#scratch = isSplit || plan.inMemory ? scratchOf(scope) : undefined;
    for (const body of this.#bodies) body.prologue();
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
        this.#bodies[0]!.enterRow(merged(axes, reduced));
        this.#foldPoint(this.#bodies[0]!, start, this.#positions.lanes(f, this.#positions.at(reduced), 0));
      });
      if (address === undefined) emitOutputs(start);
      else this.#state.store(f, address);
    });
  }

  #foldInMemory({ axes, entered, steps, states }: ColumnPoints & { states: Local }): void {
    const { f } = this.#scope;
    const { segments, unroll } = this.#plan;
    this.#state.reset(f, this.#positions.first(segments, entered));
    this.#eachStep(steps, states, (_, address) => {
      this.#state.store(f, address!);
    });
    const last = segments.order.length - 1;
    const axis = segments.order[last]!;
    eachReduced(f, segments, entered, last, (reduced) => {
      const { start, end } = boundsAt(segments, entered, last);
      const row = f.let(start);
      const foldRows = (count: number): void => {
        this.#foldRows({ axes: merged(axes, reduced), axis, row, count }, steps, states);
        f.set(row, op("i32.add", row, i32(count)));
      };
      if (unroll > 1) {
        const whole = f.let(op("i32.sub", end, i32(unroll)));
        f.while(
          () => op("i32.le_s", row, whole),
          () => foldRows(unroll),
        );
      }
      f.while(
        () => op("i32.lt_s", row, end),
        () => foldRows(1),
      );
    });
  }

  /** Folds `count` rows while each state is in registers: those from `row` on along `axis`. */
  #foldRows(
    rows: { readonly axes: ReadonlyMap<number, Local>; axis: number; row: Local; count: number },
    steps: BlockSteps,
    states: Local,
  ): void {
    const { f } = this.#scope;
    const bodies = this.#bodies.slice(0, rows.count).map((body, k) => {
      const row = k === 0 ? rows.row : f.let(op("i32.add", rows.row, i32(k)));
      const axes = merged(rows.axes, new Map([[rows.axis, row]]));
      body.enterRow(axes);
      return { body, position: this.#positions.lanes(f, this.#positions.at(axes), 0) };
    });
    this.#eachStep(steps, states, (start, address) => {
      this.#state.load(f, address!);
      for (const { body, position } of bodies) this.#foldPoint(body, start, position);
      this.#state.store(f, address!);
    });
  }

  #foldPoint(body: VectorBody, start: Local, position: Expr): void {
    const { f, spec } = this.#scope;
    body.enterPoint(start);
    this.#state.step(
      f,
      spec.reductions.map(({ value }) => body.lanes(value)),
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
