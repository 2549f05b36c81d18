import { isFloating } from "../../../core/dtype.ts";
import { topologicalOrder } from "../../../kernel/scalar-expr.ts";
import { i32, i32x4, load, op, store, type Expr, type Local } from "./assembler.ts";
import { acrossLanes, permuteLanes, permuteState, stateSize } from "./fold.ts";
import { laneCount, loadContiguous, sizeShift, storeContiguous, storeOne, type Lanes } from "./lanes.ts";
import { divided, eachUnit } from "./loops.ts";
import { lastLane, runningFolds, serialFolds } from "./scan-lanes.ts";
import type { ScanScope } from "./scan.ts";
import { VectorBody } from "./vector-body.ts";

/**
 * Elements scanned on their own before what came before them is added: tasks, and so that rounding errors of float64 sums
 * do not add up.
 */
export const stretch = 1024;

/** A body of at most this many nodes is evaluated twice rather than stored in between. */
const maxTwice = 8;

/** What a pass over the stretches does. */
export type FlatPass = "whole" | "totals" | "results";

/** Scans along neighbours in memory, four at a time. */
export class FlatScan {
  readonly #scope: ScanScope;
  readonly #pass: FlatPass;
  readonly #body: VectorBody | undefined;
  readonly #output: Local;
  readonly #scratch: Local | undefined;
  readonly #none: Lanes;
  readonly #running: readonly Local[];
  readonly #before: readonly Local[];
  /** Whether a total is the same in whatever order it is folded; else it is folded as the results are. */
  readonly #anyOrder: boolean;

  constructor(scope: ScanScope, pass: FlatPass) {
    const { kernel, f, args, layout, fold } = scope;
    this.#scope = scope;
    this.#pass = pass;
    this.#output = f.let(load("i32.load", args, layout.output(0)));
    this.#scratch = pass === "whole" ? undefined : f.let(load("i32.load", args, layout.output(1)));
    this.#none = fold.identity(i32(0)).map((vector) => f.let(vector));
    const locals = (): Local[] => Array.from({ length: stateSize(fold) }, () => f.local("v128"));
    this.#running = locals();
    this.#before = locals();
    const rounds = kernel.op === "sum" || kernel.op === "prod";
    this.#anyOrder = !rounds || !isFloating(kernel.value.dtype);
    if (pass === "results" && !isCheap(scope)) return;
    this.#body = new VectorBody({
      ...scope,
      ...kernel,
      roots: [kernel.value],
      vectorAxis: 1,
      ...(kernel.length < laneCount && { narrowExtent: kernel.length }),
    });
    this.#body.prologue();
  }

  /** Task `index` does `perTask` stretches of `count` a row. */
  emit(index: Local, count: number, perTask: number): void {
    const { kernel, f } = this.#scope;
    const { length, reverse } = kernel;
    eachUnit(f, index, { perTask, units: kernel.outer * count }, (unit) => {
      const [row, part] = divided(f, unit, count);
      const from = f.let(op("i32.mul", part, i32(stretch)));
      const to = f.let(op("i32.add", from, i32(stretch)));
      f.if(op("i32.gt_s", to, i32(length)), () => {
        f.set(to, i32(length));
      });
      this.#body?.enterRow(new Map([[0, row]]));
      this.#running.forEach((local, k) => f.set(local, this.#none[k]!));
      const states = stateSize(this.#scope.fold);
      const place = this.#scratch && f.let(stateAt(this.#scratch, unit, states));
      if (this.#pass === "results") {
        this.#before.forEach((local, k) => f.set(local, load("v128.load", place!, 16 * k)));
      }
      const rowStart = f.let(op("i32.mul", row, i32(length)));
      if (reverse) this.#emitDown(rowStart, from, to);
      else this.#emitUp(rowStart, from, to);
      if (this.#pass === "totals") {
        if (this.#anyOrder) {
          acrossLanes(f, this.#scope.fold, this.#running).forEach((vector, k) =>
            f.set(this.#running[k]!, vector),
          );
        }
        this.#running.forEach((local, k) => f.do(store("v128.store", place!, local, 16 * k)));
      }
    });
  }

  #emitUp(row: Local, from: Local, to: Local): void {
    const { f, kernel } = this.#scope;
    const rest = kernel.length % laneCount;
    const last = f.let(op("i32.sub", to, i32(laneCount)));
    f.while(
      () => op("i32.le_s", from, last),
      () => {
        this.#step(row, from);
        f.set(from, op("i32.add", from, i32(laneCount)));
      },
    );
    if (rest === 0) return;
    f.if(op("i32.lt_s", from, to), () => {
      const start = f.let(i32(Math.max(0, kernel.length - laneCount)));
      const valid = [0, 1, 2, 3].filter((k) =>
        kernel.length < laneCount ? k < rest : k >= laneCount - rest,
      );
      this.#step(row, start, valid);
    });
  }

  /** Stretches are counted from the end; what is no multiple of four is left at the start of the row. */
  #emitDown(row: Local, from: Local, to: Local): void {
    const { f, kernel } = this.#scope;
    const rest = kernel.length % laneCount;
    const start = f.let(op("i32.sub", i32(kernel.length - laneCount), from));
    const end = f.let(op("i32.sub", i32(kernel.length), to));
    f.while(
      () => op("i32.ge_s", start, end),
      () => {
        this.#step(row, start);
        f.set(start, op("i32.sub", start, i32(laneCount)));
      },
    );
    if (rest === 0) return;
    f.if(op("i32.gt_s", op("i32.add", start, i32(laneCount)), end), () => {
      f.set(start, i32(0));
      this.#step(
        row,
        start,
        [0, 1, 2, 3].filter((k) => k < rest),
      );
    });
  }

  /** Four elements from `start` on; `valid` are the lanes that count. */
  #step(row: Local, start: Local, valid?: readonly number[]): void {
    const { f, kernel, fold } = this.#scope;
    const { dtype } = kernel.value;
    const offset = op("i32.shl", op("i32.add", row, start), i32(sizeShift(dtype)));
    const address = f.let(op("i32.add", this.#output, offset));
    let value = this.#valueAt(start, address);
    if (valid !== undefined) {
      const mask = f.let(i32x4(...[0, 1, 2, 3].map((k) => (valid.includes(k) ? -1 : 0))));
      value = fold.masked(value, mask).map((half) => f.let(half));
    }
    if (this.#pass === "totals" && this.#anyOrder) {
      const folded = fold.step(f, this.#running, value, i32x4(0));
      folded.forEach((vector, k) => f.set(this.#running[k]!, vector));
      return;
    }
    if (kernel.reverse) value = permuteLanes(value, [3, 2, 1, 0]).map((half) => f.let(half));
    const lifted = fold.lift(value, i32x4(0)).map((vector) => f.let(vector));
    const isShort = kernel.length <= 8;
    const local = isShort
      ? serialFolds(f, fold, this.#running, lifted)
      : runningFolds(f, fold, this.#running, lifted, this.#none);
    lastLane(f, fold, local).forEach((vector, k) => f.set(this.#running[k]!, vector));
    if (this.#pass === "totals") return;
    let state = this.#pass === "whole" ? local : this.#held(fold.combine(f, this.#before, local));
    if (kernel.reverse) state = this.#held(permuteState(fold, state, [3, 2, 1, 0]));
    const result = this.#held(fold.result(state));
    if (valid === undefined) storeContiguous(f, dtype, address, result);
    else {
      for (const k of valid) {
        storeOne(f, dtype, op("i32.add", address, i32(k << sizeShift(dtype))), result, k);
      }
    }
  }

  /** Values are evaluated, or read where the pass before has stored them. */
  #valueAt(start: Local, address: Local): Lanes {
    const { f, kernel } = this.#scope;
    if (this.#body === undefined) return this.#held(loadContiguous(kernel.value.dtype, address));
    this.#body.enterPoint(start);
    const value = this.#body.lanes(kernel.value);
    if (this.#pass === "totals" && !isCheap(this.#scope)) {
      storeContiguous(f, kernel.value.dtype, address, value);
    }
    return value;
  }

  #held(vectors: readonly Expr[]): Lanes {
    return vectors.map((vector) => this.#scope.f.let(vector));
  }
}

function isCheap({ kernel }: ScanScope): boolean {
  return topologicalOrder([kernel.value]).length <= maxTwice;
}

function stateAt(base: Expr, number: Expr, size: number): Expr {
  return op("i32.add", base, op("i32.mul", number, i32(16 * size)));
}

/** Turns the totals of the stretches of each row into what comes before each stretch. */
export function emitOffsets(scope: ScanScope, index: Local, count: number): void {
  const { f, args, layout, fold } = scope;
  const size = stateSize(fold);
  const scratch = f.let(load("i32.load", args, layout.output(1)));
  const address = f.let(stateAt(scratch, op("i32.mul", index, i32(count)), size));
  const before = fold.identity(i32(0)).map((vector) => f.let(vector));
  const k = f.local("i32");
  f.for(k, i32(count), 1, () => {
    const total = before.map((_, part) => f.let(load("v128.load", address, 16 * part)));
    before.forEach((local, part) => f.do(store("v128.store", address, local, 16 * part)));
    fold.combine(f, before, total).forEach((vector, part) => f.set(before[part]!, vector));
    f.set(address, op("i32.add", address, i32(16 * size)));
  });
}
