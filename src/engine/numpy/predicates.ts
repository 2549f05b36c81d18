import type { ArrayBase } from "../core/array-base.ts";
import { sameShape } from "../core/aval.ts";
import { isFloating } from "../core/dtype.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { broadcast_shapes } from "./broadcast-shapes.ts";
import { callArguments } from "../core/call-arguments.ts";
import { array } from "./creation.ts";
import type { NestedData } from "./nested-data.ts";
import { broadcastOperands, checkArraylike, inexact, joined, promote, type ArrayLike } from "./promote.ts";

type Unary = (x: ArrayLike) => ArrayBase;

/** A question about floats whose answer for an integer or boolean is always `otherwise`. */
function floatQuestion(name: string, otherwise: boolean, ask: (x: Value) => ArrayBase): Unary {
  const compiled = jit(ask, { name });
  return (x) => {
    checkArraylike(name, [x]);
    const { dtype, shape } = avalOf(x);
    return isFloating(dtype) ? compiled(x) : lax.full(shape, otherwise, "bool");
  };
}

export const isnan: Unary = floatQuestion("isnan", false, (x) => lax.ne(x, x));
export const isinf: Unary = floatQuestion("isinf", false, (x) => lax.eq(lax.abs(x), Infinity));
export const isfinite: Unary = floatQuestion("isfinite", true, (x) => lax.is_finite(x));
export const isposinf: Unary = floatQuestion("isposinf", false, (x) => lax.eq(x, Infinity));
export const isneginf: Unary = floatQuestion("isneginf", false, (x) => lax.eq(x, -Infinity));

const signbitJit = jit(
  (x: Value) => {
    const { dtype } = avalOf(x);
    if (!isFloating(dtype)) return lax.lt(x, 0);
    return lax.lt(lax.bitcast_convert_type(lax.asarray(x), dtype === "float64" ? "int64" : "int32"), 0);
  },
  { name: "signbit" },
);

/** Whether the sign bit is set: true for -0., too. */
export const signbit: Unary = (x) => {
  checkArraylike("signbit", [x]);
  const { dtype, shape } = avalOf(x);
  return dtype === "bool" ? lax.full(shape, false, "bool") : signbitJit(x);
};

/** Tolerances of `isclose` and `allclose`. */
export interface CloseOptions {
  readonly rtol?: number;
  readonly atol?: number;
  readonly equal_nan?: boolean;
}

const closeNames = ["rtol", "atol", "equal_nan"] as const;

const iscloseJit = jit(
  (a: Value, b: Value, rtol: number, atol: number, equalNan: boolean) => {
    const [x, y] = broadcastOperands("isclose", promote("isclose", joined, [a, b])) as [Value, Value];
    if (!isFloating(avalOf(x).dtype)) {
      const [u, v] = promote("isclose", inexact, [x, y]) as [Value, Value];
      return closeFloats(u, v, rtol, atol, equalNan);
    }
    return closeFloats(x, y, rtol, atol, equalNan);
  },
  { name: "isclose", static_argnums: [2, 3, 4] },
);

function closeFloats(x: Value, y: Value, rtol: number, atol: number, equalNan: boolean): ArrayBase {
  const distance = lax.abs(lax.sub(x, y));
  const tolerance = lax.add(lax.mul(lax.abs(y), rtol), atol);
  const near = lax.bitwise_and(lax.is_finite(y), lax.le(distance, tolerance));
  const result = lax.bitwise_or(lax.eq(x, y), near);
  if (!equalNan) return result;
  return lax.bitwise_or(result, lax.bitwise_and(lax.ne(x, x), lax.ne(y, y)));
}

/** |a - b| <= atol + rtol * |b|, elementwise. */
export function isclose(
  a: ArrayLike,
  b: ArrayLike,
  rtol?: number | CloseOptions,
  atol?: number | CloseOptions,
  equal_nan?: boolean | CloseOptions,
): ArrayBase {
  const options = callArguments<CloseOptions>("isclose", closeNames, [rtol, atol, equal_nan]);
  checkArraylike("isclose", [a, b]);
  return iscloseJit(a, b, options.rtol ?? 1e-5, options.atol ?? 1e-8, options.equal_nan ?? false);
}

/** Whether `isclose` holds everywhere; a 0-d bool array. */
export function allclose(
  a: ArrayLike,
  b: ArrayLike,
  rtol?: number | CloseOptions,
  atol?: number | CloseOptions,
  equal_nan?: boolean | CloseOptions,
): ArrayBase {
  checkArraylike("allclose", [a, b]);
  const options = callArguments<CloseOptions>("allclose", closeNames, [rtol, atol, equal_nan]);
  return allcloseJit(a, b, options.rtol ?? 1e-5, options.atol ?? 1e-8, options.equal_nan ?? false);
}

const allcloseJit = jit(
  (a: Value, b: Value, rtol: number, atol: number, equalNan: boolean) => {
    const close = iscloseJit(a, b, rtol, atol, equalNan);
    return lax.reduce_and(
      close,
      close.shape.map((_, axis) => axis),
    );
  },
  { name: "allclose", static_argnums: [2, 3, 4] },
);

const arrayEqualJit = jit(
  (a: ArrayBase, b: ArrayBase, equalNan: boolean) => {
    const [x, y] = broadcastOperands("array_equal", promote("array_equal", joined, [a, b])) as [Value, Value];
    let same = lax.eq(x, y);
    if (equalNan) same = lax.bitwise_or(same, lax.bitwise_and(lax.ne(x, x), lax.ne(y, y)));
    return lax.reduce_and(
      same,
      same.shape.map((_, axis) => axis),
    );
  },
  { name: "array_equal", static_argnums: 2 },
);

/** Whether two arrays (or nested lists) have the same shape and elements. */
export function array_equal(
  a1: NestedData,
  a2: NestedData,
  equal_nan?: boolean | { readonly equal_nan?: boolean },
): ArrayBase {
  const given = callArguments<{ equal_nan: boolean }>("array_equal", ["equal_nan"], [equal_nan]);
  const [x, y] = [array(a1), array(a2)];
  if (!sameShape(x.shape, y.shape)) return lax.full([], false, "bool");
  return arrayEqualJit(x, y, given.equal_nan ?? false);
}

/** Whether two arrays have the same elements after broadcasting. */
export function array_equiv(a1: NestedData, a2: NestedData): ArrayBase {
  const [x, y] = [array(a1), array(a2)];
  try {
    broadcast_shapes(x.shape, y.shape);
  } catch {
    return lax.full([], false, "bool");
  }
  return arrayEqualJit(x, y, false);
}
