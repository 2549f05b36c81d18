import type { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import { apply, like } from "./apply.ts";
import { add, div, sub } from "./arithmetic.ts";
import { broadcastTo, reduce_sum } from "./broadcast.ts";
import { eq, le, select_n } from "./comparison.ts";
import { convert_element_type } from "./conversion.ts";
import { dot_general } from "./dot.ts";
import { iota } from "./iota.ts";
import { concatenate, slice } from "./slicing.ts";
import { transpose } from "./transpose.ts";

/** What the derivative rules of factorizations are written in: operations on the last two axes. */

/** The matrices transposed. */
export function transposed(x: Value): ArrayBase {
  const axes = avalOf(x).shape.map((_, axis) => axis);
  return bind1(transpose, [x], { permutation: [...axes.slice(0, -2), axes.length - 1, axes.length - 2] });
}

/** Products of matrices whose leading axes agree. */
export function matmul(x: Value, y: Value): ArrayBase {
  const last = avalOf(x).ndim - 1;
  const batch = avalOf(x)
    .shape.slice(0, -2)
    .map((_, axis) => axis);
  return bind1(dot_general, [x, y], {
    dimension_numbers: [
      [[last], [last - 1]],
      [batch, batch],
    ],
  });
}

/** Row or column number of each element. */
function place(shape: Shape, fromEnd: 1 | 2): ArrayBase {
  return bind1(iota, [], { dtype: "int32", shape, dimension: shape.length - fromEnd });
}

/** Whether column - row <= k. */
function isBelow(shape: Shape, k: number): ArrayBase {
  const distance = apply(sub, place(shape, 1), place(shape, 2));
  return apply(le, distance, like(distance, k));
}

/** Elements on and below the k-th diagonal; zeros above. */
export function tril(x: Value, k = 0): ArrayBase {
  return apply(select_n, isBelow(avalOf(x).shape, k), like(x, 0), x);
}

/** Elements on and above the k-th diagonal; zeros below. */
export function triu(x: Value, k = 0): ArrayBase {
  return apply(select_n, isBelow(avalOf(x).shape, k - 1), x, like(x, 0));
}

/** Unit matrices of the shape and dtype of x. */
export function identityLike(x: Value): ArrayBase {
  const { shape, dtype } = avalOf(x);
  const isDiagonal = apply(eq, place(shape, 1), place(shape, 2));
  return bind1(convert_element_type, [isDiagonal], { new_dtype: dtype, weak_type: false });
}

/** The diagonals of square matrices. */
export function diagonalOf(x: Value): ArrayBase {
  const { shape } = avalOf(x);
  const isDiagonal = apply(eq, place(shape, 1), place(shape, 2));
  const kept = apply(select_n, isDiagonal, like(x, 0), x);
  return bind1(reduce_sum, [kept], { axes: [shape.length - 1] });
}

/** (x + x^T) / 2. */
export function symmetrized(x: Value): ArrayBase {
  const sum = apply(add, x, transposed(x));
  return apply(div, sum, like(x, 2));
}

/** The symmetric matrices that one triangle of x stands for. */
export function mirrored(x: Value, lower: boolean): ArrayBase {
  return lower ? apply(add, tril(x), transposed(tril(x, -1))) : apply(add, triu(x), transposed(triu(x, 1)));
}

/** The vector v of each matrix stretched to `shape`: v[..., None, :], every row the same. */
export function asRows(v: Value, shape: Shape): Value {
  const axes = avalOf(v).shape.map((_, axis) => axis);
  return broadcastTo(v, shape, [...axes.slice(0, -1), axes.length]);
}

/** v[..., :, None], every column the same. */
export function asColumns(v: Value, shape: Shape): Value {
  return broadcastTo(
    v,
    shape,
    avalOf(v).shape.map((_, axis) => axis),
  );
}

/** Rows and columns `from` up to `to` (exclusive). */
export function block(
  x: Value,
  rows: readonly [number, number],
  columns: readonly [number, number],
): ArrayBase {
  const { shape } = avalOf(x);
  const before = shape.slice(0, -2);
  return bind1(slice, [x], {
    start_indices: [...before.map(() => 0), rows[0], columns[0]],
    limit_indices: [...before, rows[1], columns[1]],
    strides: null,
  });
}

/** Matrices side by side. */
export function beside(left: Value, right: Value): ArrayBase {
  return bind1(concatenate, [left, right], { dimension: avalOf(left).ndim - 1 });
}

/** Matrices one above the other. */
export function above(upper: Value, lower: Value): ArrayBase {
  return bind1(concatenate, [upper, lower], { dimension: avalOf(upper).ndim - 2 });
}
