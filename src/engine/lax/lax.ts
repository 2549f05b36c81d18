import { ArrayBase } from "../core/array-base.ts";
import { formatShape, sameShape, type Shape } from "../core/aval.ts";
import { isFloating, type DType } from "../core/dtype.ts";
import type { Primitive } from "../core/primitive.ts";
import { avalOfScalar, typedScalar, type PythonScalar } from "../core/scalar.ts";
import { avalOf, bind, bind1, type Value } from "../core/tracer.ts";
import * as arithmetic from "../primitives/arithmetic.ts";
import { dot_general as dotGeneral, type DotDimensionNumbers } from "../primitives/dot.ts";
import * as indexing from "../primitives/indexing.ts";
import * as ordering from "../primitives/ordering.ts";
import * as reductions from "../primitives/reductions.ts";
import * as shapes from "../primitives/shape.ts";

/**
 * jax.lax: one function per primitive. Operands must agree in dtype and shape (a Python scalar or 0-d operand is
 * broadcast); the functions of jax.numpy promote and broadcast first.
 */

type Unary = (x: Value) => ArrayBase;
type Binary = (x: Value, y: Value) => ArrayBase;

function unary(primitive: Primitive): Unary {
  return (x) => bind1(primitive, [x]);
}

/** Python scalars take the dtype of the other operand. */
function binary(primitive: Primitive): Binary {
  return (x, y) => {
    const [left, right] = agree([x, y]);
    return bind1(primitive, [left!, right!]);
  };
}

function agree(operands: readonly Value[]): Value[] {
  const lead = operands.find((operand) => operand instanceof ArrayBase);
  if (lead === undefined) return operands.slice();
  const dtype = lead.dtype;
  return operands.map((operand) =>
    operand instanceof ArrayBase || avalOf(operand).dtype === dtype
      ? operand
      : typedScalar(operand, dtype, avalOf(operand).weakType),
  );
}

export const neg = unary(arithmetic.neg);
export const sign = unary(arithmetic.sign);
export const floor = unary(arithmetic.floor);
export const ceil = unary(arithmetic.ceil);
export const round = unary(arithmetic.round);
export const abs = unary(arithmetic.abs);
export const sqrt = unary(arithmetic.sqrt);
export const rsqrt = unary(arithmetic.rsqrt);
export const cbrt = unary(arithmetic.cbrt);
export const exp = unary(arithmetic.exp);
export const expm1 = unary(arithmetic.expm1);
export const log = unary(arithmetic.log);
export const log1p = unary(arithmetic.log1p);
export const sin = unary(arithmetic.sin);
export const cos = unary(arithmetic.cos);
export const tan = unary(arithmetic.tan);
export const asin = unary(arithmetic.asin);
export const acos = unary(arithmetic.acos);
export const atan = unary(arithmetic.atan);
export const sinh = unary(arithmetic.sinh);
export const cosh = unary(arithmetic.cosh);
export const tanh = unary(arithmetic.tanh);
export const asinh = unary(arithmetic.asinh);
export const acosh = unary(arithmetic.acosh);
export const atanh = unary(arithmetic.atanh);
export const erf = unary(arithmetic.erf);
export const erf_inv = unary(arithmetic.erf_inv);
export const logistic = unary(arithmetic.logistic);
export const is_finite = unary(arithmetic.is_finite);
export const bitwise_not = unary(arithmetic.not);

export const add = binary(arithmetic.add);
export const sub = binary(arithmetic.sub);
export const mul = binary(arithmetic.mul);
export const div = binary(arithmetic.div);
export const rem = binary(arithmetic.rem);
export const pow = binary(arithmetic.pow);
export const atan2 = binary(arithmetic.atan2);
export const max = binary(arithmetic.max);
export const min = binary(arithmetic.min);
export const bitwise_and = binary(arithmetic.and);
export const bitwise_or = binary(arithmetic.or);
export const bitwise_xor = binary(arithmetic.xor);
export const shift_left = binary(arithmetic.shift_left);
export const shift_right_logical = binary(arithmetic.shift_right_logical);
export const shift_right_arithmetic = binary(arithmetic.shift_right_arithmetic);
export const eq = binary(arithmetic.eq);
export const ne = binary(arithmetic.ne);
export const lt = binary(arithmetic.lt);
export const le = binary(arithmetic.le);
export const gt = binary(arithmetic.gt);
export const ge = binary(arithmetic.ge);

/** x**y for an integer y known when tracing. */
export function integer_pow(x: Value, y: number): ArrayBase {
  return bind1(arithmetic.integer_pow, [x], { y });
}

/** onTrue where predicate, else onFalse; all of one shape (or 0-d). */
export function select(predicate: Value, onTrue: Value, onFalse: Value): ArrayBase {
  const [yes, no] = agree([onTrue, onFalse]);
  return bind1(arithmetic.select_n, [predicate, no!, yes!]);
}

/** JAX's order: cases[0] where the predicate is false. */
export function select_n(predicate: Value, onFalse: Value, onTrue: Value): ArrayBase {
  return select(predicate, onTrue, onFalse);
}

export function clamp(low: Value, x: Value, high: Value): ArrayBase {
  return bind1(arithmetic.clamp, agree([low, x, high]));
}

/** x as `dtype`; a value that already has it comes back as it is, made strong unless `weakType`. */
export function convert_element_type(x: Value, dtype: DType, weakType = false): ArrayBase {
  const aval = avalOf(x);
  if (!(x instanceof ArrayBase)) return full([], x, dtype, weakType);
  if (aval.dtype === dtype && aval.weakType === weakType) return x;
  return bind1(arithmetic.convert_element_type, [x], { new_dtype: dtype, weak_type: weakType });
}

/** The same bits as `dtype`. Throws TypeError when the widths differ. */
export function bitcast_convert_type(x: ArrayBase, dtype: DType): ArrayBase {
  const width = (name: DType): number => (name === "bool" ? 8 : name.endsWith("64") ? 64 : 32);
  if (width(x.dtype) !== width(dtype)) {
    throw new TypeError(`bitcast_convert_type cannot convert ${x.dtype} to ${dtype}: their widths differ`);
  }
  return bind1(arithmetic.bitcast_convert_type, [x], { new_dtype: dtype });
}

/** A Python scalar or array as an array of `dtype` (its own by default). */
export function asarray(x: Value): ArrayBase {
  if (x instanceof ArrayBase) return x;
  return full([], x, avalOf(x).dtype, avalOf(x).weakType);
}

export function broadcast_in_dim(x: Value, shape: Shape, dimensions: readonly number[]): ArrayBase {
  return bind1(shapes.broadcast_in_dim, [x], { shape, broadcast_dimensions: dimensions });
}

/** An array of one value. A weak result follows the arrays it meets. */
export function full(shape: Shape, value: PythonScalar, dtype: DType, weakType = false): ArrayBase {
  const aval = avalOfScalar(value);
  const natural = aval.dtype === dtype && aval.weakType === weakType;
  return broadcast_in_dim(natural ? value : typedScalar(value, dtype, weakType), shape, []);
}

export function reshape(x: Value, shape: Shape): ArrayBase {
  if (x instanceof ArrayBase && sameShape(x.shape, shape)) return x;
  return bind1(shapes.reshape, [x], { dimensions: null, new_sizes: shape });
}

export function squeeze(x: Value, dimensions: readonly number[]): ArrayBase {
  return bind1(shapes.squeeze, [x], { dimensions });
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
  return bind1(shapes.transpose, [x], { permutation });
}

export function rev(x: ArrayBase, dimensions: readonly number[]): ArrayBase {
  return dimensions.length === 0 ? x : bind1(shapes.rev, [x], { dimensions });
}

/** Elements starts[k] to limits[k] (exclusive) in steps of strides[k]. */
export function slice(
  x: ArrayBase,
  starts: readonly number[],
  limits: readonly number[],
  strides: readonly number[] | null = null,
): ArrayBase {
  return bind1(shapes.slice, [x], { start_indices: starts, limit_indices: limits, strides });
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

/** A slice whose starts are data: 0-d integer arrays or numbers, clamped so that the slice stays inside. */
export function dynamic_slice(x: ArrayBase, starts: readonly Value[], sizes: Shape): ArrayBase {
  if (starts.length !== x.ndim || sizes.length !== x.ndim) {
    throw new TypeError(
      `dynamic_slice needs one start and one size per dimension: got ${String(starts.length)} starts and sizes ` +
        `${formatShape(sizes)} for operand shape ${formatShape(x.shape)}`,
    );
  }
  return bind1(indexing.dynamic_slice, [x, ...starts], { slice_sizes: sizes });
}

export function concatenate(operands: readonly ArrayBase[], dimension: number): ArrayBase {
  if (operands.length === 0) throw new TypeError("concatenate requires at least one operand");
  if (operands.length === 1) return operands[0]!;
  return bind1(shapes.concatenate, operands, { dimension });
}

/** padding_config has (low, high, interior) per axis. */
export function pad(
  x: ArrayBase,
  fill: Value,
  paddingConfig: readonly (readonly [number, number, number])[],
): ArrayBase {
  const value = fill instanceof ArrayBase ? fill : typedScalar(fill, x.dtype);
  return bind1(shapes.pad, [x, value], { padding_config: paddingConfig });
}

export function iota(dtype: DType, size: number): ArrayBase {
  return broadcasted_iota(dtype, [size], 0);
}

export function broadcasted_iota(dtype: DType, shape: Shape, dimension: number): ArrayBase {
  return bind1(shapes.iota, [], { dtype, shape, dimension });
}

/** Positions from an index array whose last axis holds index vectors; see lax.GatherDimensionNumbers. */
export function gather(
  x: ArrayBase,
  indices: ArrayBase,
  dimensionNumbers: indexing.GatherDimensionNumbers,
  sliceSizes: Shape,
  mode: indexing.IndexMode = "fill",
  fillValue: PythonScalar = isFloating(x.dtype) ? NaN : 0,
): ArrayBase {
  const params = { dimension_numbers: dimensionNumbers, slice_sizes: sliceSizes, mode };
  if (mode === "clip") return bind1(indexing.gather, [x, indices], params);
  return bind1(indexing.gather, [x, indices, typedScalar(fillValue, x.dtype)], params);
}

type Scatter = (
  x: ArrayBase,
  indices: ArrayBase,
  updates: ArrayBase,
  dimensionNumbers: indexing.ScatterDimensionNumbers,
) => ArrayBase;

function scatterWith(primitive: Primitive): Scatter {
  return (x, indices, updates, dimensionNumbers) =>
    bind1(primitive, [x, indices, updates], { dimension_numbers: dimensionNumbers });
}

/** Updates outside the operand are dropped. */
export const scatter = scatterWith(indexing.scatter);
export const scatter_add = scatterWith(indexing.scatter_add);
export const scatter_mul = scatterWith(indexing.scatter_mul);
export const scatter_min = scatterWith(indexing.scatter_min);
export const scatter_max = scatterWith(indexing.scatter_max);

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

export const cumsum = cumulativeWith(ordering.cumsum);
export const cumprod = cumulativeWith(ordering.cumprod);
export const cummax = cumulativeWith(ordering.cummax);
export const cummin = cumulativeWith(ordering.cummin);

/** Sorts by the first operand along `dimension`, stable, NaN last; the others are carried along. */
export function sort(operands: readonly ArrayBase[], dimension = -1): readonly ArrayBase[] {
  const ndim = operands[0]!.ndim;
  const axis = dimension < 0 ? dimension + ndim : dimension;
  const last = ndim - 1;
  if (axis === last) return bind(ordering.sort, operands);
  const swap = Array.from({ length: ndim }, (_, k) => (k === axis ? last : k === last ? axis : k));
  const sorted = bind(
    ordering.sort,
    operands.map((operand) => transpose(operand, swap)),
  );
  return sorted.map((operand) => transpose(operand, swap));
}
