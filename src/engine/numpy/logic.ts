import type { ArrayBase } from "../core/array-base.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import * as lax from "../lax/lax.ts";
import { arrayArgument, elementwiseFunction, joined, type ArrayLike } from "./promote.ts";

type Unary = (x: ArrayLike) => ArrayBase;
type Binary = (x1: ArrayLike, x2: ArrayLike) => ArrayBase;

function comparison(name: string, compare: (x: Value, y: Value) => ArrayBase): Binary {
  return elementwiseFunction(name, joined, (x, y) => compare(x, y));
}

export const equal = comparison("equal", lax.eq);
export const not_equal = comparison("not_equal", lax.ne);
export const less = comparison("less", lax.lt);
export const less_equal = comparison("less_equal", lax.le);
export const greater = comparison("greater", lax.gt);
export const greater_equal = comparison("greater_equal", lax.ge);

/** Whether an element is not zero. */
export function truth(x: Value): Value {
  return avalOf(x).dtype === "bool" ? x : lax.ne(lax.asarray(x), 0);
}

function logical(name: string, combine: (x: Value, y: Value) => ArrayBase): Binary {
  return elementwiseFunction(name, joined, (x, y) => combine(truth(x), truth(y)));
}

/** Elementwise and of truth values; anything that is not zero is true. */
export const logical_and = logical("logical_and", lax.bitwise_and);
export const logical_or = logical("logical_or", lax.bitwise_or);
export const logical_xor = logical("logical_xor", lax.bitwise_xor);
export const logical_not: Unary = (x) => {
  const array = arrayArgument("logical_not", x);
  return array.dtype === "bool" ? lax.bitwise_not(array) : lax.eq(array, 0);
};

/** On integers bit by bit, on booleans logically. Throws TypeError on floats. */
export const bitwise_and = comparison("bitwise_and", lax.bitwise_and);
export const bitwise_or = comparison("bitwise_or", lax.bitwise_or);
export const bitwise_xor = comparison("bitwise_xor", lax.bitwise_xor);
export const bitwise_not: Unary = (x) => lax.bitwise_not(arrayArgument("bitwise_not", x));

export const left_shift = comparison("left_shift", lax.shift_left);
/** Keeps the sign of signed integers. */
export const right_shift = comparison("right_shift", (x, y) =>
  avalOf(x).dtype === "uint32" ? lax.shift_right_logical(x, y) : lax.shift_right_arithmetic(x, y),
);
