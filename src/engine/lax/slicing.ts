import type { ArrayBase } from "../core/array-base.ts";
import { formatShape, type Shape } from "../core/aval.ts";
import { isUnsigned } from "../core/dtype.ts";
import { isPythonScalar } from "../core/scalar.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import * as dynamicSlices from "../primitives/dynamic-slice.ts";
import * as slices from "../primitives/slicing.ts";
import { convert_element_type } from "./conversion.ts";
import { add, lt, select } from "./elementwise.ts";
import { expand_dims, squeeze } from "./shape.ts";

/** Elements starts[k] to limits[k] (exclusive) in steps of strides[k]. */
export function slice(
  x: ArrayBase,
  starts: readonly number[],
  limits: readonly number[],
  strides: readonly number[] | null = null,
): ArrayBase {
  return bind1(slices.slice, [x], { start_indices: starts, limit_indices: limits, strides });
}

export function slice_in_dim(x: ArrayBase, start: number, limit: number, stride = 1, axis = 0): ArrayBase {
  const pick = (own: number, others: readonly number[]): number[] =>
    others.map((value, position) => (position === axis ? own : value));
  const strides =
    stride === 1
      ? null
      : pick(
          stride,
          x.shape.map(() => 1),
        );
  return slice(
    x,
    pick(
      start,
      x.shape.map(() => 0),
    ),
    pick(limit, x.shape),
    strides,
  );
}

/** The element of an axis at a position known when tracing; the axis stays, of extent 1, unless `keepdims` is false. */
export function index_in_dim(x: ArrayBase, index: number, axis = 0, keepdims = true): ArrayBase {
  const along = axisOf(x, axis);
  const position = index < 0 ? index + x.shape[along]! : index;
  const part = slice_in_dim(x, position, position + 1, 1, along);
  return keepdims ? part : squeeze(part, [along]);
}

/** A negative start counts from the end, as in Python; what is outside then is clamped by the primitive. */
function fromTheEnd(start: Value, extent: number): Value {
  const { dtype } = avalOf(start);
  if (isPythonScalar(start)) return Number(start) < 0 ? Number(start) + extent : start;
  if (isUnsigned(dtype)) return start;
  return select(lt(start, 0), add(start, extent), start);
}

/** Keyword arguments of the dynamic slices. */
export interface DynamicSliceOptions {
  /** Whether negative starts count from the end (the default); without, they mean the beginning. */
  readonly allow_negative_indices?: boolean;
}

function startsOf(
  name: string,
  x: ArrayBase,
  starts: readonly Value[],
  options: DynamicSliceOptions,
): readonly Value[] {
  if (starts.length !== x.ndim) {
    throw new TypeError(
      `${name} start_indices must have length equal to the number of dimensions of the operand, got indices of ` +
        `length ${String(starts.length)} for operand shape ${formatShape(x.shape)}.`,
    );
  }
  if (options.allow_negative_indices === false) return starts;
  return starts.map((start, axis) => fromTheEnd(start, x.shape[axis]!));
}

/**
 * A slice whose starts are data: 0-d integer arrays or numbers. Negative starts count from the end; all are clamped so
 * that the slice stays inside. Throws TypeError unless there is one start and one size that fits for each axis.
 */
export function dynamic_slice(
  x: ArrayBase,
  starts: readonly Value[],
  sizes: Shape,
  options: DynamicSliceOptions = {},
): ArrayBase {
  const at = startsOf("dynamic_slice", x, starts, options);
  if (sizes.length !== x.ndim || sizes.some((size, axis) => size < 0 || size > x.shape[axis]!)) {
    throw new TypeError(
      `slice slice_sizes must be less than or equal to operand shape, got slice_sizes ${formatShape(sizes)} for ` +
        `operand shape ${formatShape(x.shape)}.`,
    );
  }
  return bind1(dynamicSlices.dynamic_slice, [x, ...at], { slice_sizes: sizes });
}

/**
 * x with `update` in place of its elements from `starts` on, which are taken as by `dynamic_slice`. Throws TypeError
 * unless the update has the rank of x and fits into it.
 */
export function dynamic_update_slice(
  x: ArrayBase,
  update: ArrayBase,
  starts: readonly Value[],
  options: DynamicSliceOptions = {},
): ArrayBase {
  const at = startsOf("dynamic_update_slice", x, starts, options);
  if (update.ndim !== x.ndim || update.shape.some((size, axis) => size > x.shape[axis]!)) {
    throw new TypeError(
      `dynamic_update_slice update shape must be smaller than operand shape, got update shape ` +
        `${formatShape(update.shape)} for operand shape ${formatShape(x.shape)}.`,
    );
  }
  if (update.dtype !== x.dtype) {
    throw new TypeError(
      `lax.dynamic_update_slice requires arguments to have the same dtypes, got ${x.dtype}, ${update.dtype}.`,
    );
  }
  return bind1(dynamicSlices.dynamic_update_slice, [x, update, ...at]);
}

/** `size` elements of one axis from `start` on, which is data. */
export function dynamic_slice_in_dim(x: ArrayBase, start: Value, size: number, axis = 0): ArrayBase {
  const along = axisOf(x, axis);
  const sizes = x.shape.map((extent, k) => (k === along ? size : extent));
  return dynamic_slice(x, startsAlong(x, start, along), sizes);
}

/** The element of an axis at a position that is data; the axis stays, of extent 1, unless `keepdims` is false. */
export function dynamic_index_in_dim(x: ArrayBase, index: Value, axis = 0, keepdims = true): ArrayBase {
  const part = dynamic_slice_in_dim(x, index, 1, axis);
  return keepdims ? part : squeeze(part, [axisOf(x, axis)]);
}

/** x with `update` in place of the elements of one axis from `start` on, which is data. */
export function dynamic_update_slice_in_dim(
  x: ArrayBase,
  update: ArrayBase,
  start: Value,
  axis: number,
): ArrayBase {
  return dynamic_update_slice(x, update, startsAlong(x, start, axisOf(x, axis)));
}

/** x with `update`, which may lack the axis, in place of the element of an axis at a position that is data. */
export function dynamic_update_index_in_dim(
  x: ArrayBase,
  update: Value,
  index: Value,
  axis: number,
): ArrayBase {
  const along = axisOf(x, axis);
  const value = convert_element_type(update, x.dtype);
  const whole = value.ndim === x.ndim ? value : expand_dims(value, [along]);
  return dynamic_update_slice_in_dim(x, whole, index, along);
}

function startsAlong(x: ArrayBase, start: Value, along: number): Value[] {
  return x.shape.map((_, axis) => (axis === along ? start : 0));
}

function axisOf(x: ArrayBase, axis: number): number {
  return axis < 0 ? axis + x.ndim : axis;
}
