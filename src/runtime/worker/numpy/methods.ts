import { astype, type ArrayLike } from "./as-array.ts";
import { clip, nonzero } from "./comparing.ts";
import { plainValue } from "./as-array.ts";
import { toElement, type DTypeLike } from "./dtype.ts";
import { absolute, round } from "./elementwise.ts";
import { iterate } from "./indexing.ts";
import { dot, matmul } from "./linear.ts";
import { NdArray } from "./ndarray.ts";
import { ravel, reshape, squeeze, swapaxes, transpose } from "./rearranging.ts";
import * as reductions from "./reductions.ts";
import type { AxisArgument, ReductionOptions } from "./reductions.ts";
import { argsort, sortInPlace, type SortAxis } from "./sorting.ts";

type Reduce = (axis?: AxisArgument, options?: ReductionOptions) => NdArray;

/** The functions that are methods, too. `sort` and `fill` change the array itself. */
interface Methods extends Iterable<NdArray> {
  all: Reduce;
  any: Reduce;
  argmax: Reduce;
  argmin: Reduce;
  max: Reduce;
  mean: Reduce;
  min: Reduce;
  prod: Reduce;
  std: Reduce;
  sum: Reduce;
  var: Reduce;
  argsort(axis?: SortAxis): NdArray;
  astype(dtype: DTypeLike): NdArray;
  clip(min?: ArrayLike | null, max?: ArrayLike | null): NdArray;
  cumprod(axis?: number | null): NdArray;
  cumsum(axis?: number | null): NdArray;
  dot(b: ArrayLike): NdArray;
  fill(value: ArrayLike): void;
  flatten(): NdArray;
  matmul(b: ArrayLike): NdArray;
  nonzero(): readonly NdArray[];
  ravel(): NdArray;
  reshape(...shape: number[] | [readonly number[]]): NdArray;
  round(decimals?: number): NdArray;
  sort(axis?: SortAxis): void;
  squeeze(axis?: number | null): NdArray;
  swapaxes(axis1: number, axis2: number): NdArray;
  transpose(...axes: number[] | [readonly number[]]): NdArray;
  __abs__(): NdArray;
}

declare module "./ndarray.ts" {
  // Merging into the class is what makes `a.sum()` type-check everywhere.
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface NdArray extends Methods {}
}

function listOf(args: readonly unknown[]): readonly number[] {
  return (args.length === 1 && Array.isArray(args[0]) ? args[0] : args) as readonly number[];
}

/** Methods whose first argument is the array itself. */
const functions = {
  all: reductions.all,
  any: reductions.any,
  argmax: reductions.argmax,
  argmin: reductions.argmin,
  argsort,
  astype: (array: NdArray, dtype: DTypeLike) => astype(array, dtype),
  clip,
  cumprod: reductions.cumprod,
  cumsum: reductions.cumsum,
  dot,
  fill(array: NdArray, value: ArrayLike) {
    const element = toElement(
      value instanceof NdArray ? value.elements()[0]! : plainValue(value),
      array.dtype,
    );
    array.write(() => element);
  },
  flatten: (array: NdArray) => ravel(array.copy()),
  matmul,
  max: reductions.max,
  mean: reductions.mean,
  min: reductions.min,
  nonzero,
  prod: reductions.prod,
  ravel,
  reshape: (array: NdArray, ...shape: unknown[]) => reshape(array, listOf(shape)),
  round,
  sort: sortInPlace,
  squeeze,
  std: reductions.std,
  sum: reductions.sum,
  swapaxes,
  transpose: (array: NdArray, ...axes: unknown[]) =>
    axes.length === 0 ? array.T : transpose(array, listOf(axes)),
  var: reductions.variance,
  __abs__: absolute,
};

for (const [name, f] of Object.entries(functions)) {
  Object.defineProperty(NdArray.prototype, name, {
    value(this: NdArray, ...args: unknown[]) {
      return (f as (array: NdArray, ...rest: unknown[]) => unknown)(this, ...args);
    },
  });
}
Object.defineProperty(NdArray.prototype, Symbol.iterator, {
  value(this: NdArray) {
    return iterate(this);
  },
});
