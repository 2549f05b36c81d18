import { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import { callArguments } from "../core/call-arguments.ts";
import { isInteger, type DType } from "../core/dtype.ts";
import { defaultInt } from "../core/promotion.ts";
import { TypedScalar, typedScalar } from "../core/scalar.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/index.ts";
import type { ShapeLike } from "../numpy/creation.ts";
import type { DTypeLike } from "../numpy/dtype-like.ts";
import { broadcastOperands, checkArraylike, stretch } from "../numpy/promote.ts";
import { iinfo } from "../numpy/scalar-types.ts";
import { checkKey, integerDType, shapeOf, shapeOfDraw } from "./checks.ts";
import { split } from "./keys.ts";
import { random64, randomWords } from "./random-words.ts";

/** Keyword arguments of `randint`. */
export interface RandintOptions {
  readonly shape?: ShapeLike;
  readonly minval?: Value;
  readonly maxval?: Value;
  readonly dtype?: DTypeLike | null;
}

/**
 * Integers in [minval, maxval), evenly. Throws TypeError for a dtype that is no integer, ValueError when the bounds do
 * not broadcast to `shape`.
 */
export function randint(
  key: ArrayBase,
  shape: ShapeLike | RandintOptions,
  minval?: Value | RandintOptions,
  maxval?: Value | RandintOptions,
  dtype?: DTypeLike | null | RandintOptions,
): ArrayBase {
  checkKey("randint", key);
  const names = ["shape", "minval", "maxval", "dtype"] as const;
  const options = callArguments<RandintOptions>("randint", names, [shape, minval, maxval, dtype]);
  for (const name of ["shape", "minval", "maxval"] as const) {
    if (options[name] === undefined) {
      throw new TypeError(`randint() missing 1 required positional argument: '${name}'`);
    }
  }
  return randintOf(key, options.shape!, options.minval!, options.maxval!, options.dtype);
}

/** As `randint`, the arguments in their places. */
export function randintOf(
  key: ArrayBase,
  shape: ShapeLike,
  minval: Value,
  maxval: Value,
  dtype?: DTypeLike | null,
): ArrayBase {
  const target = integerDType("randint", dtype);
  checkArraylike("randint", [minval, maxval]);
  const extents = shapeOfDraw("randint", shape, shapeOf(minval), shapeOf(maxval));
  const [low, high] = [integral(minval, target), integral(maxval, target)];
  return randintJit(key, low, high, extents, target, liesBeyond(maxval, target));
}

/**
 * A bound as an integer, floats truncated. A number beyond the range of `dtype` is clipped; the largest integer plus
 * one is then told apart by `isBeyond`.
 */
function integral(bound: Value, dtype: DType): Value {
  const own = avalOf(bound);
  if (bound instanceof ArrayBase) {
    return isInteger(own.dtype) ? bound : lax.convert_element_type(bound, defaultInt());
  }
  const { min, max } = new iinfo(dtype);
  const value = BigInt(bound instanceof TypedScalar ? bound.value : Math.trunc(Number(bound)));
  const clip = value > max ? BigInt(max) : value < min ? BigInt(min) : value;
  return typedScalar(clip, dtype);
}

/** Whether a bound that is known now lies beyond the range of `dtype`. */
function liesBeyond(bound: Value, dtype: DType): boolean {
  if (bound instanceof ArrayBase) return false;
  return Number(bound instanceof TypedScalar ? bound.value : bound) > Number(new iinfo(dtype).max);
}

const randintJit = jit(
  (key: ArrayBase, minval: Value, maxval: Value, shape: Shape, dtype: DType, beyond: boolean): ArrayBase => {
    const [low, high] = broadcastOperands("randint", [clipped(minval, dtype), clipped(maxval, dtype)]);
    const arithmetic = dtype === "int64" ? words64 : words32;
    const keys = split(key);
    const part = (which: number): ArrayBase => lax.squeeze(lax.slice_in_dim(keys, which, which + 1), [0]);
    const higher = arithmetic.bits(part(0), shape);
    const lower = arithmetic.bits(part(1), shape);

    const isEmpty = lax.le(high!, low!);
    const width = lax.bitcast_convert_type(lax.sub(high!, low!), arithmetic.dtype);
    const one = typedScalar(1, arithmetic.dtype);
    // A bound one beyond the largest integer was clipped.
    const isWide = beyond ? lax.full([], true, "bool") : isBeyond(maxval, dtype);
    const [wider, empty] = broadcastOperands("randint", [isWide, isEmpty]);
    const whole = lax.bitwise_and(wider!, lax.bitwise_not(empty!));
    const extended = lax.select(whole, ...pair(lax.add(width, one), width));
    const span = lax.select(isEmpty, ...pair(lax.full_like(width, 1), extended));

    const root = arithmetic.rem(typedScalar(arithmetic.root, arithmetic.dtype), span);
    const multiplier = arithmetic.rem(lax.mul(root, root), span);
    const spread = (x: Value): Value => stretch(x, shape);
    const [wide, factor] = [spread(span), spread(multiplier)];
    const offset = lax.add(lax.mul(arithmetic.rem(higher, wide), factor), arithmetic.rem(lower, wide));
    const place = lax.bitcast_convert_type(arithmetic.rem(offset, wide), dtype);
    return lax.add(spread(low!), place);
  },
  { name: "_randint", static_argnums: [3, 4, 5] },
);

function pair(x: Value, y: Value): [Value, Value] {
  const [left, right] = broadcastOperands("randint", [x, y]);
  return [left!, right!];
}

/** A bound within the range of `dtype`, as one. */
function clipped(bound: Value, dtype: DType): Value {
  const own = avalOf(bound).dtype;
  const inside = own === "int64" && dtype !== "int64" ? clampTo(bound, dtype) : bound;
  return lax.convert_element_type(inside, dtype);
}

function clampTo(bound: Value, dtype: DType): Value {
  const { min, max } = new iinfo(dtype);
  return lax.clamp(typedScalar(min, "int64"), bound, typedScalar(max, "int64"));
}

function isBeyond(bound: Value, dtype: DType): Value {
  if (avalOf(bound).dtype !== "int64" || dtype === "int64") return lax.full([], false, "bool");
  return lax.gt(bound, typedScalar(new iinfo(dtype).max, "int64"));
}

/** Arithmetic on unsigned words, in the dtype that holds their bits. */
interface Words {
  readonly dtype: DType;
  /** The square root of the number of words. */
  readonly root: number;
  bits(key: ArrayBase, shape: Shape): ArrayBase;
  rem(x: Value, y: Value): ArrayBase;
}

const words32: Words = {
  dtype: "uint32",
  root: 2 ** 16,
  bits: randomWords,
  rem: (x, y) => lax.rem(...pair(x, y)),
};

const words64: Words = {
  dtype: "int64",
  root: 2 ** 32,
  bits: (key, shape) => {
    const [high, low] = random64(key, shape);
    const upper = lax.shift_left(lax.convert_element_type(high, "int64"), 32n);
    return lax.bitwise_or(upper, lax.convert_element_type(low, "int64"));
  },
  rem: (x, y) => unsignedRemainder(...pair(x, y)),
};

/** x mod y of 64-bit words, by signed operations: halves are positive, and a divisor beyond 2^63 goes in at most once. */
function unsignedRemainder(x: Value, y: Value): ArrayBase {
  const flip = -(2n ** 63n);
  const isBelow = (a: Value, b: Value): ArrayBase =>
    lax.lt(lax.bitwise_xor(a, flip), lax.bitwise_xor(b, flip));
  const half = lax.div(lax.shift_right_logical(x, 1n), y);
  const rest = lax.sub(x, lax.mul(lax.shift_left(half, 1n), y));
  const fromHalves = lax.select(isBelow(rest, y), rest, lax.sub(rest, y));
  const once = lax.select(isBelow(x, y), x, lax.sub(x, y));
  return lax.select(lax.lt(y, 0n), once, fromHalves);
}
