import type { ArrayBase } from "../core/array-base.ts";
import { isFloating } from "../core/dtype.ts";
import { NotImplementedError } from "../core/errors.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { callArguments } from "../core/call-arguments.ts";
import {
  arrayArgument,
  broadcastOperands,
  checkArraylike,
  elementwiseFunction,
  inexact,
  joined,
  promote,
  strong,
  type ArrayLike,
} from "./promote.ts";

type Unary = (x: ArrayLike) => ArrayBase;

/** A rounding that leaves integers as they are. */
function roundingOf(name: string, f: (x: Value) => ArrayBase): Unary {
  return (x) => {
    checkArraylike(name, [x]);
    return isFloating(avalOf(x).dtype) ? f(x) : lax.asarray(x);
  };
}

export const floor = roundingOf("floor", lax.floor);
export const ceil = roundingOf("ceil", lax.ceil);
const truncJit = jit((x: Value) => lax.select(lax.lt(x, 0), lax.ceil(x), lax.floor(x)), { name: "trunc" });
/** Toward zero. */
export const trunc = roundingOf("trunc", truncJit);
/** To the nearest integer, half to even; a float always. */
export const rint: Unary = elementwiseFunction("rint", inexact, (x) => lax.round(x));

const roundJit = jit(
  (x: Value, decimals: number) => {
    const factor = 10 ** Math.abs(decimals);
    const scaled = decimals > 0 ? lax.mul(x, factor) : lax.div(x, factor);
    const rounded = lax.round(scaled);
    return decimals > 0 ? lax.div(rounded, factor) : lax.mul(rounded, factor);
  },
  { name: "round", static_argnums: 1 },
);

/** To `decimals` places, half to even. Throws NotImplementedError for integers and negative places. */
export function round(x: ArrayLike, decimals: number | { readonly decimals?: number } = 0): ArrayBase {
  const places = callArguments<{ decimals: number }>("round", ["decimals"], [decimals]).decimals ?? 0;
  const array = arrayArgument("round", x);
  if (!isFloating(array.dtype)) {
    if (places < 0) {
      throw new NotImplementedError("integer np.round not implemented for decimals < 0");
    }
    return array;
  }
  return places === 0 ? lax.round(array) : roundJit(array, places);
}

/** Bounds of `clip`; null for none. */
export interface ClipOptions {
  readonly min?: ArrayLike | null;
  readonly max?: ArrayLike | null;
}

const clipJit = jit(
  (x: Value, low: Value | null, high: Value | null) => {
    let result = x;
    for (const [bound, apply] of [
      [low, lax.max],
      [high, lax.min],
    ] as const) {
      if (bound === null) continue;
      const [a, b] = broadcastOperands("clip", promote("clip", joined, [bound, result]));
      result = apply(a!, b!);
    }
    return result;
  },
  { name: "clip" },
);

/** x with values below `min` raised to it and values above `max` lowered to it. */
export function clip(
  x: ArrayLike,
  min?: ArrayLike | null | ClipOptions,
  max?: ArrayLike | null | ClipOptions,
): ArrayBase {
  const bounds = callArguments<{ min: ArrayLike | null; max: ArrayLike | null }>(
    "clip",
    ["min", "max"],
    [min, max],
  );
  const array = arrayArgument("clip", x);
  const given = [bounds.min, bounds.max].filter((bound) => bound !== undefined && bound !== null);
  checkArraylike("clip", given);
  return lax.asarray(clipJit(array, bounds.min ?? null, bounds.max ?? null));
}

/** What `nan_to_num` puts in place of NaN and the infinities. */
export interface NanToNumOptions {
  readonly nan?: number;
  readonly posinf?: number | null;
  readonly neginf?: number | null;
}

/** NaN becomes 0 and infinities the largest numbers, unless told otherwise. */
export function nan_to_num(x: ArrayLike, options: NanToNumOptions = {}): ArrayBase {
  const array = arrayArgument("nan_to_num", x);
  if (!isFloating(array.dtype)) return array;
  const largest = array.dtype === "float64" ? Number.MAX_VALUE : 3.4028234663852886e38;
  return nanToNumJit(strong(array), options.nan ?? 0, options.posinf ?? largest, options.neginf ?? -largest);
}

const nanToNumJit = jit(
  (x: Value, nan: number, positive: number, negative: number) => {
    const finite = lax.select(lax.eq(x, Infinity), positive, lax.select(lax.eq(x, -Infinity), negative, x));
    return lax.select(lax.ne(x, x), nan, finite);
  },
  { name: "nan_to_num", static_argnums: [1, 2, 3] },
);
