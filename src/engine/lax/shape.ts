import { ArrayBase } from "../core/array-base.ts";
import { sameShape, type Shape } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { typedScalar } from "../core/scalar.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import * as broadcasting from "../primitives/broadcast.ts";
import * as counting from "../primitives/iota.ts";
import * as reshaping from "../primitives/reshape.ts";
import * as slices from "../primitives/slicing.ts";
import * as transposition from "../primitives/transpose.ts";

export function broadcast_in_dim(x: Value, shape: Shape, dimensions: readonly number[]): ArrayBase {
  return bind1(broadcasting.broadcast_in_dim, [x], { shape, broadcast_dimensions: dimensions });
}

export function reshape(x: Value, shape: Shape): ArrayBase {
  if (x instanceof ArrayBase && sameShape(x.shape, shape)) return x;
  return bind1(reshaping.reshape, [x], { dimensions: null, new_sizes: shape });
}

export function squeeze(x: Value, dimensions: readonly number[]): ArrayBase {
  return bind1(reshaping.squeeze, [x], { dimensions });
}

/** Inserts axes of extent 1 at `dimensions` of the result. */
export function expand_dims(x: Value, dimensions: readonly number[]): ArrayBase {
  const rest = [...avalOf(x).shape];
  const ndim = rest.length + dimensions.length;
  const shape = Array.from({ length: ndim }, (_, axis) => (dimensions.includes(axis) ? 1 : rest.shift()!));
  return reshape(x, shape);
}

export function transpose(x: ArrayBase, permutation: readonly number[]): ArrayBase {
  if (permutation.length === x.ndim && permutation.every((axis, position) => axis === position)) return x;
  return bind1(transposition.transpose, [x], { permutation });
}

export function rev(x: ArrayBase, dimensions: readonly number[]): ArrayBase {
  return dimensions.length === 0 ? x : bind1(slices.rev, [x], { dimensions });
}

export function concatenate(operands: readonly ArrayBase[], dimension: number): ArrayBase {
  if (operands.length === 0) throw new TypeError("concatenate requires at least one operand");
  if (operands.length === 1) return operands[0]!;
  return bind1(slices.concatenate, operands, { dimension });
}

/** padding_config has (low, high, interior) per axis. */
export function pad(
  x: ArrayBase,
  fill: Value,
  paddingConfig: readonly (readonly [number, number, number])[],
): ArrayBase {
  const value = fill instanceof ArrayBase ? fill : typedScalar(fill, x.dtype);
  return bind1(slices.pad, [x, value], { padding_config: paddingConfig });
}

export function iota(dtype: DType, size: number): ArrayBase {
  return broadcasted_iota(dtype, [size], 0);
}

export function broadcasted_iota(dtype: DType, shape: Shape, dimension: number): ArrayBase {
  return bind1(counting.iota, [], { dtype, shape, dimension });
}

/** New leading axes of extents `sizes`. */
export function broadcast(x: Value, sizes: Shape): ArrayBase {
  const { shape } = avalOf(x);
  return broadcast_in_dim(
    x,
    [...sizes, ...shape],
    shape.map((_, axis) => sizes.length + axis),
  );
}

/** Axes `start` to `stop` (exclusive; the last one unless said) as one. */
export function collapse(x: Value, start: number, stop?: number): ArrayBase {
  const { shape } = avalOf(x);
  const from = start < 0 ? start + shape.length : start;
  const to = stop === undefined ? shape.length : stop < 0 ? stop + shape.length : stop;
  const size = shape.slice(from, to).reduce((product, extent) => product * extent, 1);
  return reshape(x, [...shape.slice(0, from), size, ...shape.slice(to)]);
}
