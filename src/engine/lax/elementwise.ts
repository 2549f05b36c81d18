import { ArrayBase } from "../core/array-base.ts";
import type { Primitive } from "../core/primitive.ts";
import { avalOfScalar, typedScalar, type PythonScalar } from "../core/scalar.ts";
import { bind1, type Value } from "../core/tracer.ts";
import * as arithmetic from "../primitives/arithmetic.ts";
import * as comparison from "../primitives/comparison.ts";
import * as exponential from "../primitives/exponential.ts";
import * as logical from "../primitives/logical.ts";
import * as rounding from "../primitives/rounding.ts";
import * as special from "../primitives/special-functions.ts";
import * as trigonometric from "../primitives/trigonometric.ts";

type Unary = (x: Value) => ArrayBase;
type Binary = (x: Value, y: Value) => ArrayBase;

function unary(primitive: Primitive): Unary {
  return (x) => bind1(primitive, [x]);
}

/** Python scalars take the dtype of the other operand. */
function binary(primitive: Primitive): Binary {
  return (x, y) => {
    if (x instanceof ArrayBase) {
      return bind1(primitive, [x, y instanceof ArrayBase ? y : following(x, y)]);
    }
    return bind1(primitive, [y instanceof ArrayBase ? following(y, x) : x, y]);
  };
}

/** A scalar in the dtype of an array. */
function following(lead: ArrayBase, scalar: PythonScalar): PythonScalar {
  const { dtype, weakType } = avalOfScalar(scalar);
  return dtype === lead.dtype ? scalar : typedScalar(scalar, lead.dtype, weakType);
}

function agreeing(operands: readonly Value[]): Value[] {
  const lead = operands.find((operand) => operand instanceof ArrayBase);
  if (lead === undefined) return operands.slice();
  return operands.map((operand) => (operand instanceof ArrayBase ? operand : following(lead, operand)));
}

export const neg = unary(arithmetic.neg);
export const sign = unary(rounding.sign);
export const floor = unary(rounding.floor);
export const ceil = unary(rounding.ceil);
export const round = unary(rounding.round);
export const abs = unary(arithmetic.abs);
export const sqrt = unary(exponential.sqrt);
export const rsqrt = unary(exponential.rsqrt);
export const cbrt = unary(exponential.cbrt);
export const exp = unary(exponential.exp);
export const expm1 = unary(exponential.expm1);
export const log = unary(exponential.log);
export const log1p = unary(exponential.log1p);
export const sin = unary(trigonometric.sin);
export const cos = unary(trigonometric.cos);
export const tan = unary(trigonometric.tan);
export const asin = unary(trigonometric.asin);
export const acos = unary(trigonometric.acos);
export const atan = unary(trigonometric.atan);
export const sinh = unary(trigonometric.sinh);
export const cosh = unary(trigonometric.cosh);
export const tanh = unary(trigonometric.tanh);
export const asinh = unary(trigonometric.asinh);
export const acosh = unary(trigonometric.acosh);
export const atanh = unary(trigonometric.atanh);
export const erf = unary(exponential.erf);
export const erf_inv = unary(exponential.erf_inv);
/** 1 - erf(x), precise where that is small. */
export const erfc = unary(special.erfc);
/** log |gamma(x)|. */
export const lgamma = unary(special.lgamma);
/** The derivative of log gamma(x). */
export const digamma = unary(special.digamma);
export const logistic = unary(exponential.logistic);
export const is_finite = unary(rounding.is_finite);
export const bitwise_not = unary(logical.not);

export const add = binary(arithmetic.add);
export const sub = binary(arithmetic.sub);
export const mul = binary(arithmetic.mul);
export const div = binary(arithmetic.div);
export const rem = binary(arithmetic.rem);
export const pow = binary(exponential.pow);
export const atan2 = binary(trigonometric.atan2);
export const max = binary(arithmetic.max);
export const min = binary(arithmetic.min);
export const bitwise_and = binary(logical.and);
export const bitwise_or = binary(logical.or);
export const bitwise_xor = binary(logical.xor);
export const shift_left = binary(logical.shift_left);
export const shift_right_logical = binary(logical.shift_right_logical);
export const shift_right_arithmetic = binary(logical.shift_right_arithmetic);
export const eq = binary(comparison.eq);
export const ne = binary(comparison.ne);
export const lt = binary(comparison.lt);
export const le = binary(comparison.le);
export const gt = binary(comparison.gt);
export const ge = binary(comparison.ge);

/** x**y for an integer y known when tracing. */
export function integer_pow(x: Value, y: number): ArrayBase {
  return bind1(arithmetic.integer_pow, [x], { y });
}

/** onTrue where predicate, else onFalse; all of one shape (or 0-d). */
export function select(predicate: Value, onTrue: Value, onFalse: Value): ArrayBase {
  const [yes, no] = agreeing([onTrue, onFalse]);
  return bind1(comparison.select_n, [predicate, no!, yes!]);
}

/** JAX's order: cases[0] where the predicate is false. */
export function select_n(predicate: Value, onFalse: Value, onTrue: Value): ArrayBase {
  return select(predicate, onTrue, onFalse);
}

export function clamp(low: Value, x: Value, high: Value): ArrayBase {
  return bind1(comparison.clamp, agreeing([low, x, high]));
}

export function square(x: Value): ArrayBase {
  return integer_pow(x, 2);
}

/** 1 / x for floats. */
export function reciprocal(x: Value): ArrayBase {
  return integer_pow(x, -1);
}

/** The derivative of order m >= 1 of digamma, m known when tracing. */
export function polygamma(m: number, x: Value): ArrayBase {
  return bind1(special.polygamma, [x], { m });
}
