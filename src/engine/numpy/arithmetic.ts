import type { ArrayBase } from "../core/array-base.ts";
import { isFloating, isInteger, isUnsigned } from "../core/dtype.ts";
import { isPythonInt } from "../core/scalar.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import {
  arrayArgument,
  broadcastOperands,
  checkArraylike,
  elementwiseFunction,
  inexact,
  joined,
  numeric,
  ownHandle,
  promote,
  type ArrayLike,
} from "./promote.ts";

type Unary = (x: ArrayLike) => ArrayBase;
type Binary = (x1: ArrayLike, x2: ArrayLike) => ArrayBase;

/** x1 + x2; on booleans, or. */
export const add: Binary = elementwiseFunction("add", joined, (x, y) =>
  avalOf(x).dtype === "bool" ? lax.bitwise_or(x, y) : lax.add(x, y),
);

/** x1 - x2. Throws TypeError on booleans. */
export const subtract: Binary = elementwiseFunction("sub", joined, (x, y) => lax.sub(x, y));

/** x1 * x2; on booleans, and. */
export const multiply: Binary = elementwiseFunction("mul", joined, (x, y) =>
  avalOf(x).dtype === "bool" ? lax.bitwise_and(x, y) : lax.mul(x, y),
);

/** x1 / x2, a float always. */
export const divide: Binary = elementwiseFunction("div", inexact, (x, y) => lax.div(x, y));

/** -x. Throws TypeError on booleans. */
export const negative: Unary = (x) => lax.neg(checked("negative", x));

/** The argument itself. */
export const positive: Unary = (x) => arrayArgument("positive", x);

function checked(name: string, x: ArrayLike): Value {
  checkArraylike(name, [x]);
  return x;
}

/** |x|. */
export const abs: Unary = (x) => {
  checkArraylike("abs", [x]);
  const { dtype } = avalOf(x);
  return dtype === "bool" || isUnsigned(dtype) ? ownHandle(lax.asarray(x)) : lax.abs(x);
};

/** |x| of floats; integers become floats. */
export const fabs: Unary = elementwiseFunction("fabs", inexact, (x) => lax.abs(x));

/** -1, 0 or 1 by sign; NaN stays. */
export const sign: Unary = (x) => lax.sign(checked("sign", x));

/** x * x. */
export const square: Unary = elementwiseFunction("square", numeric, (x) => lax.integer_pow(x, 2));

/** 1 / x, a float always. */
export const reciprocal: Unary = elementwiseFunction("reciprocal", inexact, (x) => lax.integer_pow(x, -1));

const floorDivideJit = jit(floorDivide, { name: "floor_divide" });

/** Largest integer at most x1 / x2. */
export const floor_divide: Binary = (x1, x2) => {
  checkArraylike("floor_divide", [x1, x2]);
  return floorDivideJit(x1, x2);
};

function floorDivide(x1: Value, x2: Value): ArrayBase {
  const [x, y] = broadcastOperands("floor_divide", promote("floor_divide", numeric, [x1, x2])) as [
    Value,
    Value,
  ];
  const { dtype } = avalOf(x);
  if (isUnsigned(dtype)) return lax.div(x, y);
  if (isInteger(dtype)) {
    const quotient = lax.div(x, y);
    const isInexact = lax.ne(lax.rem(x, y), 0);
    const isBelow = lax.bitwise_and(isInexact, lax.ne(lax.sign(x), lax.sign(y)));
    return lax.select(isBelow, lax.sub(quotient, 1), quotient);
  }
  // rem has the sign of the dividend and is exact, so that (x - rem) / y is within rounding of an integer.
  const remainder = lax.rem(x, y);
  const isZero = lax.eq(y, 0);
  const quotient = lax.div(lax.select(isZero, x, lax.sub(x, remainder)), y);
  const isBelow = lax.bitwise_and(lax.ne(remainder, 0), lax.ne(lax.sign(y), lax.sign(remainder)));
  return lax.round(lax.select(isBelow, lax.sub(quotient, 1), quotient));
}

const remainderJit = jit(remainderOf, { name: "remainder" });

/** x1 modulo x2, with the sign of x2 as in Python. */
export const remainder: Binary = (x1, x2) => {
  checkArraylike("remainder", [x1, x2]);
  return remainderJit(x1, x2);
};

function remainderOf(x1: Value, x2: Value): ArrayBase {
  const [x, y] = broadcastOperands("remainder", promote("remainder", numeric, [x1, x2])) as [Value, Value];
  const truncated = lax.rem(x, y);
  const isOtherSign = lax.ne(lax.lt(truncated, 0), lax.lt(y, 0));
  const isMoved = lax.bitwise_and(isOtherSign, lax.ne(truncated, 0));
  return lax.select(isMoved, lax.add(truncated, y), truncated);
}

/** x1 modulo x2, with the sign of x1 as in C. */
export const fmod: Binary = elementwiseFunction("fmod", numeric, (x, y) => lax.rem(x, y));

/** [floor_divide, remainder]. */
export function divmod(x1: ArrayLike, x2: ArrayLike): [ArrayBase, ArrayBase] {
  return [floor_divide(x1, x2), remainder(x1, x2)];
}

/** [fractional part, integral part], both with the sign of x. */
export function modf(x: ArrayLike): [ArrayBase, ArrayBase] {
  checkArraylike("modf", [x]);
  return modfJit(x);
}

const modfJit = jit(
  (x: Value): [ArrayBase, ArrayBase] => {
    const value = lax.asarray(promote("modf", inexact, [x])[0]!);
    const whole = lax.select(lax.lt(value, 0), lax.ceil(value), lax.floor(value));
    return [lax.sub(value, whole), whole];
  },
  { name: "modf" },
);

const powByArray: Binary = elementwiseFunction(
  "power",
  numeric,
  (x, y) => (isFloating(avalOf(x).dtype) ? lax.pow(x, y) : powerOfIntegers(x, y)),
  () => true,
);

/** x1 to the power x2. A Python integer as exponent multiplies repeatedly, and must not be negative for integer x1. */
export const power: Binary = (x1, x2) => {
  checkArraylike("power", [x1, x2]);
  const exponent = concreteInteger(x2);
  if (exponent === undefined) return powByArray(x1, x2);
  const [base] = promote("power", numeric, [x1]) as [Value];
  const { dtype, shape } = avalOf(base);
  if (exponent < 0 && isInteger(dtype)) {
    throw new TypeError(
      `Integers cannot be raised to negative powers, got integer_pow(${dtype}[${shape.join(",")}], ${String(exponent)})`,
    );
  }
  return lax.integer_pow(base, exponent);
};

function concreteInteger(exponent: Value): number | undefined {
  if (typeof exponent === "bigint") return Number(exponent);
  return typeof exponent === "number" && isPythonInt(exponent) ? exponent : undefined;
}

/** Repeated squaring with as many steps as an exponent can have that does not overflow. */
function powerOfIntegers(base: Value, exponent: Value): ArrayBase {
  const isZero = lax.bitwise_and(lax.eq(base, 0), lax.ne(exponent, 0));
  const one = lax.full(avalOf(base).shape, 1, avalOf(base).dtype);
  let result = lax.select(isZero, 0, one);
  let squared = lax.asarray(base);
  let rest = lax.asarray(exponent);
  for (let bit = 0; bit < 6; bit++) {
    const isSet = lax.ne(lax.bitwise_and(rest, 1), 0);
    result = lax.select(isSet, lax.mul(result, squared), result);
    squared = lax.mul(squared, squared);
    rest = lax.shift_right_logical(rest, 1);
  }
  return result;
}

/** x1 to the power x2, computed in floats. */
export const float_power: Binary = elementwiseFunction(
  "float_power",
  inexact,
  (x, y) => lax.pow(x, y),
  () => true,
);

/** The larger; NaN if either is. */
export const maximum: Binary = elementwiseFunction("maximum", joined, (x, y) => lax.max(x, y));
/** The smaller; NaN if either is. */
export const minimum: Binary = elementwiseFunction("minimum", joined, (x, y) => lax.min(x, y));

/** The larger; the other one where one is NaN. */
export const fmax: Binary = elementwiseFunction("fmax", joined, (x, y) =>
  lax.select(lax.bitwise_or(lax.gt(x, y), lax.ne(y, y)), x, y),
);
/** The smaller; the other one where one is NaN. */
export const fmin: Binary = elementwiseFunction("fmin", joined, (x, y) =>
  lax.select(lax.bitwise_or(lax.lt(x, y), lax.ne(y, y)), x, y),
);
