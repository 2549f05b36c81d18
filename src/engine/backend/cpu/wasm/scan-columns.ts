import { i32, load, op, store, type Expr, type Local } from "./assembler.ts";
import { stateSize } from "./fold.ts";
import { laneCount, sizeShift, storeContiguous, storeOne, type Lanes } from "./lanes.ts";
import { divided, eachUnit, stepStart } from "./loops.ts";
import type { ScanScope } from "./scan.ts";
import { VectorBody } from "./vector-body.ts";

/** Rows that float64 sums add up on their own. */
const run = 256;

/** How a scan across rows is cut: blocks of vector steps along the inner axis. */
export interface ColumnScanPlan {
  readonly blockSteps: number;
  readonly blocks: number;
  readonly perTask: number;
  /** Whether rows pass by states in memory; else each four columns are scanned from first to last row. */
  readonly inMemory: boolean;
}

/** Scans along axis 1 with lanes along the inner axis. */
export class ColumnScan {
  readonly #scope: ScanScope;
  readonly #plan: ColumnScanPlan;
  readonly #body: VectorBody;
  readonly #output: Local;
  /** What is folded so far; for float64 sums, since the last full run, and then what came before it. */
  readonly #state: readonly Local[];
  readonly #earlier: readonly Local[] | undefined;

  constructor(scope: ScanScope, plan: ColumnScanPlan) {
    const { kernel, f, args, layout, fold } = scope;
    this.#scope = scope;
    this.#plan = plan;
    this.#output = f.let(load("i32.load", args, layout.output(0)));
    const locals = (): Local[] => Array.from({ length: stateSize(fold) }, () => f.local("v128"));
    this.#state = locals();
    this.#earlier = hasRuns(scope) ? locals() : undefined;
    this.#body = new VectorBody({
      ...scope,
      ...kernel,
      roots: [kernel.value],
      vectorAxis: 2,
      ...(kernel.inner < laneCount && { narrowExtent: kernel.inner }),
    });
    this.#body.prologue();
  }

  emit(index: Local): void {
    const { kernel, f, args, layout } = this.#scope;
    const { blockSteps, blocks, perTask, inMemory } = this.#plan;
    const steps = Math.ceil(kernel.inner / laneCount);
    eachUnit(f, index, { perTask, units: kernel.outer * blocks }, (unit) => {
      const [outer, block] = divided(f, unit, blocks);
      const first = f.let(op("i32.mul", block, i32(blockSteps)));
      const end = f.let(op("i32.add", first, i32(blockSteps)));
      f.if(op("i32.gt_s", end, i32(steps)), () => {
        f.set(end, i32(steps));
      });
      if (!inMemory) {
        this.#eachStep(first, end, undefined, (start) => {
          this.#reset();
          this.#eachRow(outer, (row, flush, position) => {
            this.#body.enterRow(
              new Map([
                [0, outer],
                [1, row],
              ]),
            );
            this.#point(start, flush, position);
          });
        });
        return;
      }
      const scratch = load("i32.load", args, layout.output(1));
      const states = f.let(
        op("i32.add", scratch, op("i32.mul", index, i32(blockSteps * columnStateBytes(this.#scope)))),
      );
      this.#reset();
      this.#eachStep(first, end, states, (_, address) => {
        this.#store(address!);
      });
      this.#eachRow(outer, (row, flush, position) => {
        this.#body.enterRow(
          new Map([
            [0, outer],
            [1, row],
          ]),
        );
        this.#eachStep(first, end, states, (start, address) => {
          this.#load(address!);
          this.#point(start, flush, position);
          this.#store(address!);
        });
      });
    });
  }

  #eachStep(
    first: Local,
    end: Local,
    states: Local | undefined,
    body: (start: Local, address: Local | undefined) => void,
  ): void {
    const { f, kernel } = this.#scope;
    const address = states && f.let(states);
    const step = f.let(first);
    f.for(step, end, 1, () => {
      body(f.let(stepStart(step, kernel.inner)), address);
      if (address !== undefined) {
        f.set(address, op("i32.add", address, i32(columnStateBytes(this.#scope))));
      }
    });
  }

  /** Rows in the order of the scan; `flush` says that a run of rows is full, `position` is the row's first element. */
  #eachRow(outer: Local, body: (row: Local, flush: Expr, position: Local) => void): void {
    const { f, kernel } = this.#scope;
    const { length, inner, reverse } = kernel;
    const counter = f.let(i32(0));
    f.for(counter, i32(length), 1, () => {
      const row = f.let(reverse ? op("i32.sub", i32(length - 1), counter) : counter);
      const place = op("i32.add", op("i32.mul", outer, i32(length)), row);
      const position = f.let(op("i32.mul", place, i32(inner)));
      body(row, op("i32.eqz", op("i32.and", counter, i32(run - 1))), position);
    });
  }

  #reset(): void {
    const { f, fold } = this.#scope;
    for (const locals of [this.#state, this.#earlier ?? []]) {
      const none = fold.identity(i32(0));
      locals.forEach((local, k) => f.set(local, none[k]!));
    }
  }

  #point(start: Local, flush: Expr, position: Local): void {
    const { f, kernel, fold } = this.#scope;
    const earlier = this.#earlier;
    if (earlier !== undefined) {
      f.if(flush, () => {
        this.#set(earlier, fold.combine(f, earlier, this.#state));
        this.#set(this.#state, fold.identity(i32(0)));
      });
    }
    this.#body.enterPoint(start);
    this.#set(this.#state, fold.step(f, this.#state, this.#body.lanes(kernel.value), i32(0)));
    const state = earlier === undefined ? this.#state : this.#held(fold.combine(f, earlier, this.#state));
    const { dtype } = kernel.value;
    const shift = sizeShift(dtype);
    const offset = op("i32.shl", op("i32.add", position, start), i32(shift));
    const address = f.let(op("i32.add", this.#output, offset));
    const result = this.#held(fold.result(state));
    if (kernel.inner >= laneCount) storeContiguous(f, dtype, address, result);
    else {
      for (let k = 0; k < kernel.inner; k++) {
        storeOne(f, dtype, op("i32.add", address, i32(k << shift)), result, k);
      }
    }
  }

  #set(locals: readonly Local[], vectors: readonly Expr[]): void {
    vectors.forEach((vector, k) => this.#scope.f.set(locals[k]!, vector));
  }

  #held(vectors: readonly Expr[]): Lanes {
    return vectors.map((vector) => this.#scope.f.let(vector));
  }

  #load(address: Local): void {
    const { f } = this.#scope;
    [...this.#state, ...(this.#earlier ?? [])].forEach((local, k) =>
      f.set(local, load("v128.load", address, 16 * k)),
    );
  }

  #store(address: Local): void {
    const { f } = this.#scope;
    [...this.#state, ...(this.#earlier ?? [])].forEach((local, k) =>
      f.do(store("v128.store", address, local, 16 * k)),
    );
  }
}

function hasRuns({ kernel }: Pick<ScanScope, "kernel">): boolean {
  return kernel.op === "sum" && kernel.value.dtype === "float64" && kernel.length > run;
}

/** Bytes of the states of four columns. */
export function columnStateBytes(scope: Pick<ScanScope, "kernel" | "fold">): number {
  return 16 * stateSize(scope.fold) * (hasRuns(scope) ? 2 : 1);
}
