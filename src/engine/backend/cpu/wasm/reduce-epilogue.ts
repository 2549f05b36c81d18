import { topologicalOrder, type ScalarExpr } from "../../../kernel/scalar-expr.ts";
import { i32, load, op, type Expr, type Local } from "./assembler.ts";
import { isWide, laneCount, sizeShift, storeContiguous, storeOne, type Lanes } from "./lanes.ts";
import type { KeptLanes, ReduceScope } from "./reduce-scope.ts";
import type { ReduceState } from "./reduce-state.ts";
import { VectorBody } from "./vector-body.ts";

/** Evaluates the outputs over finished reductions, and stores them. */
export class ReduceEpilogue {
  readonly #scope: ReduceScope;
  readonly #lanes: KeptLanes;
  readonly #finished = new Map<number, readonly Local[]>();
  readonly #body: VectorBody;
  readonly #targets: readonly Local[];

  constructor(scope: ReduceScope, lanes: KeptLanes) {
    const { spec, f, args, layout } = scope;
    this.#scope = scope;
    this.#lanes = lanes;
    const ready = new Map<ScalarExpr, Lanes>();
    for (const node of topologicalOrder(spec.values)) {
      if (node.op !== "accumulator") continue;
      const locals = Array.from({ length: isWide(node.dtype) ? 2 : 1 }, () => f.local("v128"));
      this.#finished.set(node.slot, locals);
      ready.set(node, locals);
    }
    this.#body = new VectorBody({
      ...scope,
      ...spec,
      roots: spec.values,
      vectorAxis: lanes.axis,
      ...(lanes.axis >= 0 && lanes.extent < laneCount && { narrowExtent: lanes.extent }),
      ready,
    });
    this.#targets = spec.values.map((_, k) => f.let(load("i32.load", args, layout.output(k))));
    this.#body.prologue();
  }

  /** Outputs at four kept points, or fewer where the axis is shorter; the first has row-major position `position`. */
  emit(state: ReduceState, axes: ReadonlyMap<number, Local>, start: Local, position: Expr): void {
    const { f, spec } = this.#scope;
    const { extent, stride } = this.#lanes;
    for (const [slot, locals] of this.#finished) {
      state.result(slot).forEach((vector, k) => f.set(locals[k]!, vector));
    }
    this.#body.enterRow(axes);
    this.#body.enterPoint(start);
    const first = f.let(position);
    spec.values.forEach((value, k) => {
      const shift = sizeShift(value.dtype);
      const address = f.let(op("i32.add", this.#targets[k]!, op("i32.shl", first, i32(shift))));
      const lanes = this.#body.lanes(value);
      if (extent >= laneCount && stride === 1) storeContiguous(f, value.dtype, address, lanes);
      else {
        for (let point = 0; point < Math.min(extent, laneCount); point++) {
          storeOne(f, value.dtype, op("i32.add", address, i32((point * stride) << shift)), lanes, point);
        }
      }
    });
  }
}
