import type { ArrayBase } from "../core/array-base.ts";
import type { DType } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { defaultInt } from "../core/promotion.ts";
import type { Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { canonicalizeAxes, canonicalizeAxis, type Axis } from "./axis.ts";
import { callArguments } from "../core/call-arguments.ts";
import { toDType, type DTypeLike } from "./dtype-like.ts";
import { truth } from "./logic.ts";
import { arrayArgument, ownHandle, strong, type ArrayLike } from "./promote.ts";

/** Keyword arguments of the reductions. */
export interface ReductionOptions {
  /** Axes to reduce: all when null. */
  readonly axis?: Axis;
  /** dtype to compute in. */
  readonly dtype?: DTypeLike | null;
  /** Whether reduced axes stay, with extent 1. */
  readonly keepdims?: boolean;
}

/** The axes of a reduction, or all its keyword arguments. */
export type AxisArgument = Axis | ReductionOptions;

export type Reduction = (
  a: ArrayLike,
  axis?: AxisArgument,
  options?: ReductionOptions | DTypeLike | null,
) => ArrayBase;

const reductionNames = ["axis", "dtype", "keepdims"] as const;

/** The arguments of a reduction, checked against the array. */
interface Reduced {
  readonly array: ArrayBase;
  readonly axes: number[];
  readonly dtype: DType | undefined;
  readonly keepdims: boolean;
}

export function reductionArguments(name: string, a: ArrayLike, args: readonly unknown[]): Reduced {
  const array = arrayArgument(name, a);
  const options = callArguments<ReductionOptions>(name, reductionNames, args);
  return {
    array,
    axes: canonicalizeAxes(options.axis ?? null, array.ndim),
    dtype: options.dtype === undefined || options.dtype === null ? undefined : toDType(options.dtype),
    keepdims: options.keepdims ?? false,
  };
}

/** The result of a reduction: strong, and with the reduced axes put back with extent 1 on request. */
export function keepAxes(result: ArrayBase, axes: readonly number[], keepdims: boolean): ArrayBase {
  const finished = strong(result);
  return keepdims ? lax.expand_dims(finished, axes) : finished;
}

function dtypeOfSum(dtype: DType): DType {
  if (dtype === "bool" || dtype === "int32") return defaultInt();
  return dtype;
}

type FoldFunction = (x: Value, axes: readonly number[]) => ArrayBase;

/** Converts and folds; eagerly in one kernel. */
function foldWith(
  name: string,
  fold: FoldFunction,
): (x: ArrayBase, axes: readonly number[], dtype: DType) => ArrayBase {
  const converted = jit(
    (x: ArrayBase, axes: readonly number[], dtype: DType) =>
      fold(lax.convert_element_type(x, dtype, x.weak_type), axes),
    { name, static_argnums: [1, 2] },
  );
  return (x, axes, dtype) => (x.dtype === dtype ? fold(x, axes) : converted(x, axes, dtype));
}

function accumulation(name: string, fold: FoldFunction): Reduction {
  const run = foldWith(name, fold);
  return (a, ...args) => {
    const { array, axes, dtype, keepdims } = reductionArguments(name, a, args);
    return keepAxes(run(array, axes, dtype ?? dtypeOfSum(array.dtype)), axes, keepdims);
  };
}

/** Sum over axes; booleans are counted. */
export const sum: Reduction = accumulation("sum", lax.reduce_sum);
/** Product over axes. */
export const prod: Reduction = accumulation("prod", lax.reduce_prod);

function extremum(name: string, fold: FoldFunction): Reduction {
  return (a, ...args) => {
    const { array, axes, keepdims } = reductionArguments(name, a, args);
    if (axes.some((axis) => array.shape[axis] === 0)) {
      throw new ValueError(`zero-size array to reduction operation ${name} which has no identity`);
    }
    return keepAxes(axes.length === 0 ? ownHandle(array) : fold(array, axes), axes, keepdims);
  };
}

/** Largest element over axes; NaN if there is one. Throws ValueError where there is no element. */
export const max: Reduction = extremum("max", lax.reduce_max);
/** Smallest element over axes; NaN if there is one. Throws ValueError where there is no element. */
export const min: Reduction = extremum("min", lax.reduce_min);

function quantifier(name: string, fold: FoldFunction): Reduction {
  const converted = jit((x: Value, axes: readonly number[]) => fold(truth(x), axes), {
    name,
    static_argnums: 1,
  });
  return (a, ...args) => {
    const { array, axes, keepdims } = reductionArguments(name, a, args);
    const result = array.dtype === "bool" ? fold(array, axes) : converted(array, axes);
    return keepAxes(result, axes, keepdims);
  };
}

/** Whether any element over axes is not zero. */
export const any: Reduction = quantifier("any", lax.reduce_or);
/** Whether all elements over axes are not zero. */
export const all: Reduction = quantifier("all", lax.reduce_and);

export interface ArgOptions {
  readonly axis?: number | null;
  readonly keepdims?: boolean;
}

export type ArgReduction = (
  a: ArrayLike,
  axis?: number | null | ArgOptions,
  options?: ArgOptions,
) => ArrayBase;

function position(name: "argmax" | "argmin"): ArgReduction {
  const run = jit(
    (x: ArrayBase, axis: number | null, keepdims: boolean, dtype: DType) => {
      const line = axis === null ? lax.reshape(x, [x.size]) : x;
      const result = lax[name](line, axis ?? 0, dtype);
      if (!keepdims) return result;
      const shape = x.shape.map((extent, k) => (axis === null || axis === k ? 1 : extent));
      return lax.reshape(result, shape);
    },
    { name, static_argnums: [1, 2, 3] },
  );
  return (a, axis, options) => {
    const array = arrayArgument(name, a);
    const given = callArguments<ArgOptions>(name, ["axis", "keepdims"], [axis, options]);
    const along =
      given.axis === undefined || given.axis === null ? null : canonicalizeAxis(given.axis, array.ndim);
    if ((along === null ? array.size : array.shape[along]) === 0) {
      throw new ValueError(`attempt to get ${name} of an empty sequence`);
    }
    return run(array, along, given.keepdims ?? false, defaultInt());
  };
}

/** Position of the largest element: in the flattened array, or along an axis. The first NaN counts as largest. */
export const argmax: ArgReduction = position("argmax");
/** Position of the smallest element: in the flattened array, or along an axis. The first NaN counts as smallest. */
export const argmin: ArgReduction = position("argmin");

/** How many elements are not zero. */
export const count_nonzero: Reduction = (a, ...args) => {
  const { array, axes, keepdims } = reductionArguments("count_nonzero", a, args);
  return keepAxes(countJit(array, axes, defaultInt()), axes, keepdims);
};

const countJit = jit(
  (x: Value, axes: readonly number[], dtype: DType) =>
    lax.reduce_sum(lax.convert_element_type(truth(x), dtype), axes),
  { name: "count_nonzero", static_argnums: [1, 2] },
);

/** Largest minus smallest element over axes. */
export const ptp: Reduction = (a, ...args) => {
  const { array, axes, keepdims } = reductionArguments("ptp", a, args);
  return keepAxes(ptpJit(array, axes), axes, keepdims);
};

const ptpJit = jit(
  (x: Value, axes: readonly number[]) => lax.sub(lax.reduce_max(x, axes), lax.reduce_min(x, axes)),
  { name: "ptp", static_argnums: 1 },
);
