import { ArrayBase } from "../core/array-base.ts";
import { formatShape, sameShape, type Shape } from "../core/aval.ts";
import { isFloating, is64Bit, type DType } from "../core/dtype.ts";
import { canonicalizeDType, defaultInt, promoteTypes } from "../core/promotion.ts";
import { pythonTypeName } from "../core/python-type-name.ts";
import { isPythonScalar, typedScalar, type PythonScalar } from "../core/scalar.ts";
import { activeScratch } from "../core/scratch.ts";
import { avalOf, Tracer, type Value } from "../core/tracer.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import { evaluatesNow } from "../dispatch/eval-trace.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { broadcast_shapes } from "./broadcast-shapes.ts";

/** What NumPy functions compute with: an array, a tracer, or a Python scalar. */
export type ArrayLike = Value;

/** Throws TypeError, in JAX's words, unless all arguments are arrays or scalars. */
export function checkArraylike(functionName: string, args: readonly unknown[]): asserts args is Value[] {
  for (let position = 0; position < args.length; position++) {
    const arg = args[position];
    if (arg instanceof ArrayBase || isPythonScalar(arg)) continue;
    throw new TypeError(
      `${functionName} requires ndarray or scalar arguments, got <class '${pythonTypeName(arg)}'> ` +
        `at position ${String(position)}.`,
    );
  }
}

/** The argument as an array. Throws TypeError when it is a list or anything else that is none. */
export function arrayArgument(functionName: string, arg: unknown): ArrayBase {
  const args = [arg];
  checkArraylike(functionName, args);
  return lax.asarray(args[0]!);
}

/** The value with another dtype. Python scalars convert without touching a device. */
export function convert(value: Value, dtype: DType, weakType = false): Value {
  const aval = avalOf(value);
  if (aval.dtype === dtype && aval.weakType === weakType) return value;
  if (!(value instanceof ArrayBase)) return typedScalar(value, dtype, weakType);
  // A strong dtype next to a weak one of the same name wins by itself.
  if (aval.dtype === dtype && !weakType) return value;
  return lax.convert_element_type(value, dtype, weakType);
}

/**
 * A handle of its own on an array that a function would otherwise hand back as it is: callers may delete what they
 * passed in without deleting what they got.
 */
export function ownHandle(x: ArrayBase): ArrayBase {
  return x instanceof ArrayImpl ? new ArrayImpl(x.aval, x.storage.hold()) : x;
}

/** The array without the weakness of a Python scalar: what reductions return. */
export function strong(x: ArrayBase): ArrayBase {
  return x.weak_type ? lax.convert_element_type(x, x.dtype, false) : x;
}

/** The floating dtype that stands for a dtype in functions such as `sin`. */
export function toInexactDType(dtype: DType): DType {
  if (isFloating(dtype)) return dtype;
  return canonicalizeDType(is64Bit(dtype) ? "float64" : "float32");
}

/** How a function chooses the dtype it computes in from the join of its arguments' dtypes. */
export type Promotion = (joined: DType) => DType;

export const joined: Promotion = (dtype) => dtype;
/** Booleans count as the default integer. */
export const numeric: Promotion = (dtype) => (dtype === "bool" ? defaultInt() : dtype);
/** Integers and booleans become floats. */
export const inexact: Promotion = (dtype) => toInexactDType(dtype);

/** Arguments brought to one dtype. Throws TypeError for an argument that is no array or scalar. */
export function promote(functionName: string, promotion: Promotion, args: readonly unknown[]): Value[] {
  checkArraylike(functionName, args);
  const { dtype, weakType } = promoteTypes(args.map(avalOf));
  const target = promotion(dtype);
  return args.map((arg) => convert(arg, target, weakType));
}

/** The value stretched to a shape it broadcasts to. */
export function stretch(value: Value, shape: Shape): Value {
  const own = avalOf(value).shape;
  if (sameShape(own, shape)) return value;
  const first = shape.length - own.length;
  return lax.broadcast_in_dim(
    value,
    shape,
    own.map((_, axis) => first + axis),
  );
}

/**
 * Operands of an elementwise primitive brought to one shape; 0-d operands stay as they are. Throws ValueError when
 * the ranks differ and the shapes do not fit, TypeError naming the operation when the ranks agree, as JAX does.
 */
export function broadcastOperands(functionName: string, operands: readonly Value[]): Value[] {
  const shapes = operands.map((operand) => avalOf(operand).shape);
  const ranks = new Set(shapes.filter((shape) => shape.length > 0).map((shape) => shape.length));
  if (ranks.size === 0) return [...operands];
  const result = ranks.size === 1 ? shapeOfSameRank(functionName, shapes) : broadcast_shapes(...shapes);
  return operands.map((operand) => (avalOf(operand).ndim === 0 ? operand : stretch(operand, result)));
}

function shapeOfSameRank(functionName: string, shapes: readonly Shape[]): Shape {
  try {
    return broadcast_shapes(...shapes);
  } catch {
    const text = shapes.map(formatShape).join(", ");
    throw new TypeError(`${functionName} got incompatible shapes for broadcasting: ${text}.`);
  }
}

/**
 * A function of arrays that promotes and broadcasts its arguments before one primitive. Called eagerly, the whole is
 * one kernel, found by the arguments alone and without converted copies; while tracing, its equations show. Where
 * `shapes` says that the value of a scalar shapes the kernel, that is a program of its own.
 */
export function elementwiseFunction<Args extends readonly ArrayLike[]>(
  functionName: string,
  promotion: Promotion,
  apply: (...operands: Value[]) => ArrayBase,
  shapes: (scalar: PythonScalar) => boolean = () => false,
): (...args: Args) => ArrayBase {
  const direct = (...args: readonly Value[]): ArrayBase =>
    apply(...broadcastOperands(functionName, promote(functionName, promotion, args)));
  const fused = jit(direct, { name: functionName });
  const isShaping = (arg: Value): boolean => !(arg instanceof ArrayBase) && shapes(arg);
  return (...args) => {
    checkArraylike(functionName, args);
    if (!evaluatesNow() || args.some(isShaping)) {
      return isSimple(promotion, args) ? direct(...args) : fused(...args);
    }
    const result = fused(...args);
    activeScratch()?.add([result]);
    return result;
  };
}

/** Whether nothing but scalars must be converted or broadcast, or a trace is to see the steps. */
function isSimple(promotion: Promotion, args: readonly Value[]): boolean {
  const arrays = args.filter((arg) => arg instanceof ArrayBase);
  if (arrays.some((arg) => arg instanceof Tracer)) return true;
  const shaped = arrays.filter((arg) => arg.ndim > 0);
  if (shaped.some((arg) => !sameShape(arg.aval.shape, shaped[0]!.aval.shape))) return false;
  if (shaped.length === 0) return true;
  const { dtype } = promoteTypes(args.map(avalOf));
  const target = promotion(dtype);
  return arrays.every((arg) => arg.dtype === target);
}
