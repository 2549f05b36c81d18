import { i32, i32x4, op, select, type Expr, type Local } from "./assembler.ts";
import { laneCount } from "./lanes.ts";
import { divided, eachUnit, enterAxes } from "./loops.ts";
import { ReduceEpilogue } from "./reduce-epilogue.ts";
import type { ReducePlan } from "./reduce-plan.ts";
import { boundsAt, eachReduced, enterSegment, Positions, type EnteredSegment } from "./reduce-points.ts";
import { foldBody, keptLanes, merged, scratchOf, type ReduceScope } from "./reduce-scope.ts";
import { ReduceState } from "./reduce-state.ts";
import type { VectorBody } from "./vector-body.ts";

/** Lanes along a reduced axis: each unit is one segment of one kept point. */
export class RowFold {
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
