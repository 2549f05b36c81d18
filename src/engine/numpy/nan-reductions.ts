import type { ArrayBase } from "../core/array-base.ts";
import { isFloating } from "../core/dtype.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { callArguments } from "../core/call-arguments.ts";
import { convert, stretch, toInexactDType, type ArrayLike } from "./promote.ts";
import {
  argmax,
  argmin,
  keepAxes,
  max,
  min,
  prod,
  reductionArguments,
  sum,
  type ArgOptions,
  type Reduction,
} from "./reductions.ts";
import type { Axis } from "./axis.ts";

const replaceNaNJit = jit((x: ArrayBase, value: number) => lax.select(lax.ne(x, x), value, x), {
  name: "replace_nan",
  static_argnums: 1,
});

/** A reduction that leaves NaN out by putting its neutral element there. */
function leavingOut(name: string, neutral: number, reduction: Reduction): Reduction {
  const compiled = jit(
    (x: ArrayBase, axes: readonly number[]) => reduction(replaceNaNJit(x, neutral), { axis: axes }),
    { name, static_argnums: 1 },
  );
  return (a, ...args) => {
    const { array, axes, dtype, keepdims } = reductionArguments(name, a, args);
    if (!isFloating(array.dtype)) return reduction(array, { axis: axes, keepdims, dtype: dtype ?? null });
    const values = dtype === undefined ? array : lax.convert_element_type(array, dtype);
    return keepAxes(compiled(values, axes), axes, keepdims);
  };
}

/** Sum over axes, NaN counted as 0. */
export const nansum: Reduction = leavingOut("nansum", 0, sum);
/** Product over axes, NaN counted as 1. */
export const nanprod: Reduction = leavingOut("nanprod", 1, prod);

/** A largest or smallest element that is not NaN; NaN where all are. */
function extremumOf(name: string, neutral: number, reduction: Reduction): Reduction {
  const compiled = jit(
    (x: ArrayBase, axes: readonly number[]) => {
      const isNaN = lax.ne(x, x);
      const found = reduction(lax.select(isNaN, neutral, x), { axis: axes });
      return lax.select(lax.reduce_and(isNaN, axes), NaN, found);
    },
    { name, static_argnums: 1 },
  );
  return (a, ...args) => {
    const { array, axes, keepdims } = reductionArguments(name, a, args);
    if (!isFloating(array.dtype)) return reduction(array, { axis: axes, keepdims });
    return keepAxes(compiled(array, axes), axes, keepdims);
  };
}

/** Largest element over axes that is not NaN. */
export const nanmax: Reduction = extremumOf("nanmax", -Infinity, max);
/** Smallest element over axes that is not NaN. */
export const nanmin: Reduction = extremumOf("nanmin", Infinity, min);

function meanWithoutNaN(x: ArrayBase, axes: readonly number[]): ArrayBase {
  const isNumber = lax.eq(x, x);
  const count = lax.reduce_sum(lax.convert_element_type(isNumber, x.dtype), axes);
  return lax.div(lax.reduce_sum(lax.select(isNumber, x, 0), axes), count);
}

const nanmeanJit = jit(
  (x: ArrayBase, axes: readonly number[]) =>
    meanWithoutNaN(lax.asarray(convert(x, toInexactDType(x.dtype), x.weak_type)), axes),
  { name: "nanmean", static_argnums: 1 },
);

/** Mean over axes of the elements that are not NaN. */
export const nanmean: Reduction = (a, ...args) => {
  const { array, axes, keepdims } = reductionArguments("nanmean", a, args);
  return keepAxes(nanmeanJit(array, axes), axes, keepdims);
};

export interface NanVarianceOptions {
  readonly axis?: Axis;
  readonly ddof?: number;
  readonly keepdims?: boolean;
}

function varianceWithoutNaN(a: ArrayBase, axes: readonly number[], ddof: number): ArrayBase {
  const x = lax.asarray(convert(a, toInexactDType(a.dtype), a.weak_type));
  const isNumber = lax.eq(x, x);
  const count = lax.reduce_sum(lax.convert_element_type(isNumber, x.dtype), axes);
  const center = stretch(lax.expand_dims(meanWithoutNaN(x, axes), axes), x.shape);
  const squares = lax.select(isNumber, lax.integer_pow(lax.sub(x, center), 2), 0);
  return lax.div(lax.reduce_sum(squares, axes), lax.sub(count, ddof));
}

const nanvarJit = jit(varianceWithoutNaN, { name: "nanvar", static_argnums: [1, 2] });
const nanstdJit = jit(
  (x: ArrayBase, axes: readonly number[], ddof: number) => lax.sqrt(varianceWithoutNaN(x, axes, ddof)),
  { name: "nanstd", static_argnums: [1, 2] },
);

type NanVariance = (
  a: ArrayLike,
  axis?: Axis | NanVarianceOptions,
  options?: NanVarianceOptions,
) => ArrayBase;

function nanVariance(name: string, run: typeof nanvarJit): NanVariance {
  return (a, axis, options) => {
    const given = callArguments<NanVarianceOptions>(name, ["axis", "ddof", "keepdims"], [axis, options]);
    const { array, axes, keepdims } = reductionArguments(name, a, [
      { axis: given.axis ?? null, keepdims: given.keepdims ?? false },
    ]);
    return keepAxes(run(array, axes, given.ddof ?? 0), axes, keepdims);
  };
}

/** Variance over axes of the elements that are not NaN. */
export const nanvar: NanVariance = nanVariance("nanvar", nanvarJit);
/** Standard deviation over axes of the elements that are not NaN. */
export const nanstd: NanVariance = nanVariance("nanstd", nanstdJit);

/** Position of the largest element that is not NaN. */
export function nanargmax(a: ArrayLike, axis?: number | null | ArgOptions): ArrayBase {
  const { array } = reductionArguments("nanargmax", a, []);
  return argmax(isFloating(array.dtype) ? replaceNaNJit(array, -Infinity) : array, axis);
}

/** Position of the smallest element that is not NaN. */
export function nanargmin(a: ArrayLike, axis?: number | null | ArgOptions): ArrayBase {
  const { array } = reductionArguments("nanargmin", a, []);
  return argmin(isFloating(array.dtype) ? replaceNaNJit(array, Infinity) : array, axis);
}
