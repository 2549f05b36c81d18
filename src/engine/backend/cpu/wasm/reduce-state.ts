import { i32, load, op, store, type Expr, type FunctionBuilder, type Local } from "./assembler.ts";
import { acrossLanes, stateSize, type Fold } from "./fold.ts";
import type { Lanes } from "./lanes.ts";

/** What all reductions of a kernel have folded, in locals: one list of vectors for each. */
export class ReduceState {
  readonly #folds: readonly Fold[];
  readonly #locals: readonly (readonly Local[])[];

  constructor(f: FunctionBuilder, folds: readonly Fold[]) {
    this.#folds = folds;
    this.#locals = folds.map((fold) => Array.from({ length: stateSize(fold) }, () => f.local("v128")));
  }

  reset(f: FunctionBuilder, position: Expr): void {
    this.#folds.forEach((fold, k) => this.#set(f, k, fold.identity(position)));
  }

  /** Folds one value for each reduction; `mask` says which lanes count. */
  step(f: FunctionBuilder, values: readonly Lanes[], position: Expr, mask?: Expr): void {
    this.#folds.forEach((fold, k) => {
      const value =
        mask === undefined ? values[k]! : fold.masked(values[k]!, mask).map((half) => f.let(half));
      this.#set(f, k, fold.step(f, this.#locals[k]!, value, position));
    });
  }

  /** Folds what came later, too. */
  combine(f: FunctionBuilder, later: ReduceState): void {
    this.#folds.forEach((fold, k) => {
      this.#set(f, k, fold.combine(f, this.#locals[k]!, later.#locals[k]!));
    });
  }

  /** Makes all lanes one, in every lane. */
  across(f: FunctionBuilder): void {
    this.#folds.forEach((fold, k) => this.#set(f, k, acrossLanes(f, fold, this.#locals[k]!)));
  }

  /** The finished value of reduction `k`. */
  result(k: number): Expr[] {
    return this.#folds[k]!.result(this.#locals[k]!);
  }

  load(f: FunctionBuilder, address: Expr): void {
    this.#vectors().forEach((local, k) => f.set(local, load("v128.load", address, 16 * k)));
  }

  store(f: FunctionBuilder, address: Expr): void {
    this.#vectors().forEach((local, k) => f.do(store("v128.store", address, local, 16 * k)));
  }

  #vectors(): Local[] {
    return this.#locals.flat();
  }

  /** Each vector of a new state depends on the same vector of the old one and on locals. */
  #set(f: FunctionBuilder, k: number, vectors: readonly Expr[]): void {
    vectors.forEach((vector, at) => f.set(this.#locals[k]![at]!, vector));
  }
}

/**
 * Combines `count` states in pairs of neighbours, and their results in pairs, and so on; what comes out is the first
 * of them. `at` gives the address of a state by its number.
 */
export function combineInPairs(
  f: FunctionBuilder,
  folds: readonly Fold[],
  count: number,
  at: (index: Expr) => Expr,
): ReduceState {
  const earlier = new ReduceState(f, folds);
  const later = new ReduceState(f, folds);
  const left = f.let(i32(count));
  const k = f.local("i32");
  f.while(
    () => op("i32.gt_s", left, i32(1)),
    () => {
      const pairs = f.let(op("i32.shr_u", left, i32(1)));
      f.set(k, i32(0));
      f.for(k, pairs, 1, () => {
        const twice = f.let(op("i32.shl", k, i32(1)));
        earlier.load(f, f.let(at(twice)));
        later.load(f, f.let(at(op("i32.add", twice, i32(1)))));
        earlier.combine(f, later);
        earlier.store(f, f.let(at(k)));
      });
      f.if(op("i32.and", left, i32(1)), () => {
        earlier.load(f, f.let(at(op("i32.sub", left, i32(1)))));
        earlier.store(f, f.let(at(pairs)));
      });
      f.set(left, op("i32.shr_u", op("i32.add", left, i32(1)), i32(1)));
    },
  );
  earlier.load(f, f.let(at(i32(0))));
  return earlier;
}
