import type { ArrayBase } from "../core/array-base.ts";
import type { Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { broadcastOperands, checkArraylike, inexact, promote, type ArrayLike } from "./promote.ts";
import { signbit } from "./predicates.ts";

type Unary = (x: ArrayLike) => ArrayBase;
type Binary = (x1: ArrayLike, x2: ArrayLike) => ArrayBase;

/** Composed functions are compiled as one: eager calls leave no intermediate arrays behind. */
function ofFloats1(name: string, f: (x: Value) => ArrayBase): Unary {
  const compiled = jit((x: Value) => f(promote(name, inexact, [x])[0]!), { name });
  return (x) => {
    checkArraylike(name, [x]);
    return compiled(x);
  };
}

function ofFloats2(name: string, f: (x: Value, y: Value) => ArrayBase): Binary {
  const compiled = jit(
    (x1: Value, x2: Value) => {
      const [x, y] = broadcastOperands(name, promote(name, inexact, [x1, x2]));
      return f(x!, y!);
    },
    { name },
  );
  return (x1, x2) => {
    checkArraylike(name, [x1, x2]);
    return compiled(x1, x2);
  };
}

/** sqrt(x1**2 + x2**2) without overflow on the way. */
export const hypot = ofFloats2("hypot", (x1, x2) => {
  const [x, y] = [lax.abs(x1), lax.abs(x2)];
  const large = lax.max(x, y);
  const small = lax.min(x, y);
  const isZero = lax.eq(large, 0);
  const ratio = lax.div(small, lax.select(isZero, 1, large));
  const result = lax.mul(large, lax.sqrt(lax.add(lax.integer_pow(ratio, 2), 1)));
  const isInfinite = lax.bitwise_or(lax.eq(x, Infinity), lax.eq(y, Infinity));
  return lax.select(isInfinite, Infinity, lax.select(isZero, large, result));
});

/** log(exp(x1) + exp(x2)) without overflow on the way. */
export const logaddexp = ofFloats2("logaddexp", (x, y) => {
  const difference = lax.sub(x, y);
  const result = lax.add(lax.max(x, y), lax.log1p(lax.exp(lax.neg(lax.abs(difference)))));
  // Equal infinities have no difference.
  return lax.select(lax.ne(difference, difference), lax.add(x, y), result);
});

/** log2(2**x1 + 2**x2) without overflow on the way. */
export const logaddexp2 = ofFloats2("logaddexp2", (x, y) => {
  const difference = lax.sub(x, y);
  const tail = lax.log1p(lax.exp(lax.mul(lax.neg(lax.abs(difference)), Math.LN2)));
  const result = lax.add(lax.max(x, y), lax.div(tail, Math.LN2));
  return lax.select(lax.ne(difference, difference), lax.add(x, y), result);
});

/** sin(pi x) / (pi x), 1 at 0; derivatives there are those of 1 - u/6 + u^2/120 - u^3/5040, u = (pi x)^2. */
export const sinc = ofFloats1("sinc", (x) => {
  const isZero = lax.eq(x, 0);
  const angle = lax.mul(lax.select(isZero, 1, x), Math.PI);
  const square = lax.integer_pow(lax.mul(x, Math.PI), 2);
  const series = [-1 / 5040, 1 / 120, -1 / 6, 1].reduce<Value>(
    (sum, coefficient) => lax.add(lax.mul(square, sum), coefficient),
    0,
  );
  return lax.select(isZero, series, lax.div(lax.sin(angle), angle));
});

/** 0 below 0, 1 above 0, x2 at 0. */
export const heaviside = ofFloats2("heaviside", (x, y) => {
  const step = lax.select(lax.gt(x, 0), lax.add(lax.mul(y, 0), 1), y);
  return lax.select(lax.lt(x, 0), 0, lax.select(lax.ne(x, x), x, step));
});

/** |x1| with the sign of x2. */
export const copysign = ofFloats2("copysign", (x, y) =>
  lax.select(lax.ne(signbit(x), signbit(y)), lax.neg(x), x),
);
