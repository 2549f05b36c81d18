import { ArrayBase } from "../core/array-base.ts";
import { adoptArguments } from "../core/foreign-array.ts";
import type { DTypeLike } from "./dtype-like.ts";
import { atProperty, type IndexUpdates } from "./at.ts";
import { abs } from "./arithmetic.ts";
import { astype, copy } from "./creation.ts";
import { cumprod, cumsum, type CumulativeOptions } from "./cumulative.ts";
import { nonzero } from "./data-dependent.ts";
import { diagonal } from "./diagonals.ts";
import { indexArray } from "./indexing.ts";
import { dot, matmul, trace } from "./linear.ts";
import type { ArrayLike } from "./promote.ts";
import { repeat, type RepeatOptions } from "./rearranging.ts";
import {
  all,
  any,
  argmax,
  argmin,
  max,
  min,
  prod,
  ptp,
  sum,
  type ArgOptions,
  type AxisArgument,
  type ReductionOptions,
} from "./reductions.ts";
import { clip, round, type ClipOptions } from "./rounding.ts";
import { take, type TakeOptions } from "./selection.ts";
import { matrix_transpose, ravel, reshape, squeeze, swapaxes, transpose } from "./shape.ts";
import { argsort, searchsorted, sort, type SearchsortedOptions, type SortOptions } from "./sorting.ts";
import { mean, std, variance, type VarianceOptions } from "./statistics.ts";
import type { Axis } from "./axis.ts";

type Reduce = (axis?: AxisArgument, options?: ReductionOptions | DTypeLike | null) => ArrayBase;
type ArgReduce = (axis?: number | null | ArgOptions, options?: ArgOptions) => ArrayBase;
type Scan = (
  axis?: number | null | CumulativeOptions,
  dtype?: DTypeLike | null | CumulativeOptions,
) => ArrayBase;
type Variance = (axis?: Axis | VarianceOptions, options?: VarianceOptions) => ArrayBase;
type Sort = (axis?: number | null | SortOptions, options?: SortOptions) => ArrayBase;

/** The functions of jax.numpy that are methods, too: `x.sum()` is `jnp.sum(x)`. */
interface ArrayMethods extends Iterable<ArrayBase> {
  readonly T: ArrayBase;
  /** The last two axes swapped. */
  readonly mT: ArrayBase;
  /** x.at[index].set(values) and its kin: new arrays that differ at some positions. */
  readonly at: IndexUpdates;
  all: Reduce;
  any: Reduce;
  argmax: ArgReduce;
  argmin: ArgReduce;
  argsort: Sort;
  astype(dtype: DTypeLike): ArrayBase;
  clip(min?: ArrayLike | null | ClipOptions, max?: ArrayLike | null | ClipOptions): ArrayBase;
  copy(): ArrayBase;
  cumprod: Scan;
  cumsum: Scan;
  diagonal(offset?: number, axis1?: number, axis2?: number): ArrayBase;
  dot(b: ArrayLike): ArrayBase;
  flatten(): ArrayBase;
  matmul(b: ArrayLike): ArrayBase;
  max: Reduce;
  mean: Reduce;
  min: Reduce;
  nonzero(): ArrayBase[];
  prod: Reduce;
  ptp: Reduce;
  ravel(): ArrayBase;
  repeat(repeats: number | readonly number[] | ArrayBase, axis?: number | null | RepeatOptions): ArrayBase;
  reshape(...shape: number[] | [readonly number[]]): ArrayBase;
  round(decimals?: number | { readonly decimals?: number }): ArrayBase;
  searchsorted(v: ArrayLike, side?: "left" | "right" | SearchsortedOptions): ArrayBase;
  sort: Sort;
  squeeze(axis?: Axis | { readonly axis?: Axis }): ArrayBase;
  std: Variance;
  sum: Reduce;
  swapaxes(axis1: number, axis2: number): ArrayBase;
  take(indices: ArrayLike, axis?: number | null | TakeOptions, options?: TakeOptions): ArrayBase;
  trace(offset?: number, axis1?: number, axis2?: number): ArrayBase;
  transpose(...axes: number[] | [readonly number[]]): ArrayBase;
  var: Variance;
  /** The absolute values, as Python's abs() gives them. */
  __abs__(): ArrayBase;
}

declare module "../core/array-base.ts" {
  // Merging into the class is what makes `x.sum()` type-check everywhere.
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface ArrayBase extends ArrayMethods {}
}

/** Methods whose first argument is the array itself. */
const functions = {
  all,
  any,
  argmax,
  argmin,
  argsort,
  astype,
  clip,
  cumprod,
  cumsum,
  diagonal,
  dot,
  flatten: ravel,
  matmul,
  max,
  mean,
  min,
  nonzero,
  prod,
  ptp,
  ravel,
  repeat,
  round,
  searchsorted,
  sort,
  squeeze,
  std,
  sum,
  swapaxes,
  take,
  trace,
  var: variance,
  __abs__: abs,
};

/** A shape or axes given as separate numbers or as one list. */
function listOf(args: readonly unknown[]): readonly number[] {
  return (args.length === 1 && Array.isArray(args[0]) ? args[0] : args) as readonly number[];
}

/** Installs the methods on the base class of arrays and tracers; the engine's door calls this once. */
export function installArrayMethods(): void {
  const { prototype } = ArrayBase;
  const define = (name: PropertyKey, value: unknown): void => {
    Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
  };
  const property = (name: string, get: (x: ArrayBase) => unknown): void => {
    Object.defineProperty(prototype, name, {
      configurable: true,
      get(this: ArrayBase) {
        return get(this);
      },
    });
  };
  for (const [name, f] of Object.entries(functions)) {
    define(name, function (this: ArrayBase, ...args: unknown[]) {
      return (f as (x: ArrayBase, ...rest: unknown[]) => unknown)(this, ...adoptArguments(args));
    });
  }
  define("reshape", function (this: ArrayBase, ...args: unknown[]) {
    return reshape(this, listOf(args));
  });
  define("transpose", function (this: ArrayBase, ...args: unknown[]) {
    return args.length === 0 ? transpose(this) : transpose(this, listOf(args));
  });
  define("copy", function (this: ArrayBase) {
    return copy(this);
  });
  define(Symbol.iterator, iterate);
  property("T", (x) => transpose(x));
  property("mT", (x) => matrix_transpose(x));
  property("at", atProperty);
}

/** The parts along the first axis, as `for (const row of x)` and `[key, subkey] = split(key)` take them. */
function* iterate(this: ArrayBase): Generator<ArrayBase> {
  const [extent] = this.shape;
  if (extent === undefined) throw new TypeError("iteration over a 0-d array");
  for (let i = 0; i < extent; i++) yield indexArray(this, i);
}
