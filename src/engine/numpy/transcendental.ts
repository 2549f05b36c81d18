import type { ArrayBase } from "../core/array-base.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import * as lax from "../lax/lax.ts";
import { elementwiseFunction, inexact, type ArrayLike } from "./promote.ts";

type Unary = (x: ArrayLike) => ArrayBase;
type Binary = (x1: ArrayLike, x2: ArrayLike) => ArrayBase;

/** An elementwise function of floats; integers become floats first. */
function ofFloats(name: string, f: (x: Value) => ArrayBase): Unary {
  return elementwiseFunction(name, inexact, (x) => f(x));
}

export const sqrt = ofFloats("sqrt", lax.sqrt);
export const cbrt = ofFloats("cbrt", lax.cbrt);
export const exp = ofFloats("exp", lax.exp);
/** 2**x. */
export const exp2 = ofFloats("exp2", (x) => lax.pow(lax.full([], 2, avalOf(x).dtype), x));
/** exp(x) - 1, exact near 0. */
export const expm1 = ofFloats("expm1", lax.expm1);
export const log = ofFloats("log", lax.log);
export const log2 = ofFloats("log2", (x) => lax.div(lax.log(x), Math.LN2));
export const log10 = ofFloats("log10", (x) => lax.div(lax.log(x), Math.LN10));
/** log(1 + x), exact near 0. */
export const log1p = ofFloats("log1p", lax.log1p);

export const sin = ofFloats("sin", lax.sin);
export const cos = ofFloats("cos", lax.cos);
export const tan = ofFloats("tan", lax.tan);
export const arcsin = ofFloats("arcsin", lax.asin);
export const arccos = ofFloats("arccos", lax.acos);
export const arctan = ofFloats("arctan", lax.atan);

export const sinh = ofFloats("sinh", lax.sinh);
export const cosh = ofFloats("cosh", lax.cosh);
export const tanh = ofFloats("tanh", lax.tanh);
export const arcsinh = ofFloats("arcsinh", lax.asinh);
export const arccosh = ofFloats("arccosh", lax.acosh);
export const arctanh = ofFloats("arctanh", lax.atanh);

/** The angle of the point (x2, x1), in radians. */
export const arctan2: Binary = elementwiseFunction("arctan2", inexact, (x, y) => lax.atan2(x, y));

/** Degrees to radians. */
export const deg2rad = ofFloats("deg2rad", (x) => lax.mul(x, Math.PI / 180));
/** Radians to degrees. */
export const rad2deg = ofFloats("rad2deg", (x) => lax.mul(x, 180 / Math.PI));
