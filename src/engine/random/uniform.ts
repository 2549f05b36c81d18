import type { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { TypedScalar } from "../core/scalar.ts";
import { bind1, type Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/index.ts";
import { callArguments } from "../core/call-arguments.ts";
import { toShape, type ShapeLike } from "../numpy/creation.ts";
import type { DTypeLike } from "../numpy/dtype-like.ts";
import { broadcastOperands, convert, stretch } from "../numpy/promote.ts";
import { mul_add } from "../primitives/mul-add.ts";
import { checkKey, floatingDType, shapeOf, shapeOfDraw } from "./checks.ts";
import { random64, randomWords } from "./random-words.ts";

/** Keyword arguments of `uniform`. */
export interface UniformOptions {
  readonly shape?: ShapeLike;
  readonly dtype?: DTypeLike | null;
  readonly minval?: Value;
  readonly maxval?: Value;
}

/**
 * Values in [minval, maxval), evenly. Throws ValueError for a dtype that is no float, and when the bounds do not
 * broadcast to `shape`.
 */
export function uniform(
  key: ArrayBase,
  shape?: ShapeLike | UniformOptions,
  dtype?: DTypeLike | null | UniformOptions,
  minval?: Value | UniformOptions,
  maxval?: Value | UniformOptions,
): ArrayBase {
  checkKey("uniform", key);
  const names = ["shape", "dtype", "minval", "maxval"] as const;
  const options = callArguments<UniformOptions>("uniform", names, [shape, dtype, minval, maxval]);
  const target = floatingDType("uniform", options.dtype);
  return uniformBetween(key, toShape(options.shape ?? []), target, options.minval ?? 0, options.maxval ?? 1);
}

/** As `uniform`, of shape and dtype known to be right. */
export function uniformBetween(
  key: ArrayBase,
  shape: Shape,
  dtype: DType,
  minval: Value,
  maxval: Value,
): ArrayBase {
  shapeOfDraw("uniform", shape, shapeOf(minval), shapeOf(maxval));
  const low = convert(minval, dtype);
  const high = convert(maxval, dtype);
  const range = rangeOfScalars(low, high, dtype);
  if (range === undefined) return uniformJit(key, low, high, shape, dtype);
  return scaledUniformJit(key, shape, dtype, Number((low as TypedScalar).value), range);
}

/** The range of bounds that are known now, where it is a power of two: such products are exact. */
function rangeOfScalars(low: Value, high: Value, dtype: DType): number | undefined {
  if (!(low instanceof TypedScalar && high instanceof TypedScalar)) return undefined;
  const exact = Number(high.value) - Number(low.value);
  const range = dtype === "float32" ? Math.fround(exact) : exact;
  return Number.isInteger(Math.log2(range)) ? range : undefined;
}

/**
 * `scale` (a power of two) times numbers of [0, 1) with as many random bits as the mantissa has: exactly what setting
 * the bits of a number of [1, 2) and subtracting 1 gives, without integers of 64 bits.
 */
export function unitInterval(key: ArrayBase, shape: Shape, dtype: DType, scale = 1): ArrayBase {
  if (dtype === "float32") {
    const bits = lax.shift_right_logical(randomWords(key, shape), 9);
    return lax.mul(lax.convert_element_type(bits, dtype), scale * 2 ** -23);
  }
  const [high, low] = random64(key, shape);
  const upper = lax.mul(lax.convert_element_type(high, dtype), scale * 2 ** -32);
  const lower = lax.convert_element_type(lax.shift_right_logical(low, 12), dtype);
  return lax.add(upper, lax.mul(lower, scale * 2 ** -52));
}

const scaledUniformJit = jit(
  (key: ArrayBase, shape: Shape, dtype: DType, minval: number, range: number): ArrayBase => {
    const u = unitInterval(key, shape, dtype, range);
    return minval === 0 ? u : lax.add(u, minval);
  },
  { name: "_uniform", static_argnums: [1, 2, 3, 4] },
);

const uniformJit = jit(
  (key: ArrayBase, minval: Value, maxval: Value, shape: Shape, dtype: DType): ArrayBase => {
    const [high, low] = broadcastOperands("uniform", [maxval, minval]);
    const range = lax.sub(high!, low!);
    const operands = broadcastOperands("uniform", [unitInterval(key, shape, dtype), range, minval]);
    return lax.max(operands[2]!, stretch(bind1(mul_add, operands), shape));
  },
  { name: "_uniform", static_argnums: [3, 4] },
);
