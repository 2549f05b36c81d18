import type { ArrayBase } from "../core/array-base.ts";
import type { DType } from "../core/dtype.ts";
import type { Primitive } from "../core/primitive.ts";
import { bind1, type Value } from "../core/tracer.ts";
import * as cumulative from "../primitives/cumulative.ts";
import { dot_general as dotGeneral, type DotDimensionNumbers } from "../primitives/dot.ts";
import * as reductions from "../primitives/reductions.ts";
import { convert_element_type } from "./conversion.ts";

type Reduce = (x: Value, axes: readonly number[]) => ArrayBase;

function reduceWith(primitive: Primitive): Reduce {
  return (x, axes) => bind1(primitive, [x], { axes: [...axes].sort((a, b) => a - b) });
}

/** Reductions over `axes` (non-negative). */
export const reduce_sum = reduceWith(reductions.reduce_sum);
export const reduce_prod = reduceWith(reductions.reduce_prod);
export const reduce_max = reduceWith(reductions.reduce_max);
export const reduce_min = reduceWith(reductions.reduce_min);
export const reduce_and = reduceWith(reductions.reduce_and);
export const reduce_or = reduceWith(reductions.reduce_or);

/** Position of the largest element along `axis`. */
export function argmax(x: Value, axis: number, indexDType: DType = "int32"): ArrayBase {
  return argReduce(reductions.argmax, x, axis, indexDType);
}

export function argmin(x: Value, axis: number, indexDType: DType = "int32"): ArrayBase {
  return argReduce(reductions.argmin, x, axis, indexDType);
}

function argReduce(primitive: Primitive, x: Value, axis: number, indexDType: DType): ArrayBase {
  const position = bind1(primitive, [x], { axes: [axis], index_dtype: "int32" });
  return convert_element_type(position, indexDType);
}

export function dot_general(
  lhs: ArrayBase,
  rhs: ArrayBase,
  dimensionNumbers: DotDimensionNumbers,
): ArrayBase {
  return bind1(dotGeneral, [lhs, rhs], { dimension_numbers: dimensionNumbers });
}

type Cumulative = (x: ArrayBase, axis?: number, reverse?: boolean) => ArrayBase;

function cumulativeWith(primitive: Primitive): Cumulative {
  return (x, axis = 0, reverse = false) => bind1(primitive, [x], { axis, reverse });
}

export const cumsum = cumulativeWith(cumulative.cumsum);
export const cumprod = cumulativeWith(cumulative.cumprod);
export const cummax = cumulativeWith(cumulative.cummax);
export const cummin = cumulativeWith(cumulative.cummin);
