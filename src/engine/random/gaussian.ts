import type { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import { callArguments } from "../core/call-arguments.ts";
import type { DType } from "../core/dtype.ts";
import { float } from "../core/scalar.ts";
import type { Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/index.ts";
import type { ShapeLike } from "../numpy/creation.ts";
import type { DTypeLike } from "../numpy/dtype-like.ts";
import { broadcastOperands, checkArraylike, convert, stretch } from "../numpy/promote.ts";
import { checkKey, floatingDType, shapeOf, shapeOfDraw } from "./checks.ts";
import { normalOf } from "./normal.ts";
import { uniformBetween } from "./uniform.ts";

/** Keyword arguments of `lognormal`. */
export interface LognormalOptions {
  readonly sigma?: Value;
  readonly shape?: ShapeLike | null;
  readonly dtype?: DTypeLike | null;
}

/** exp(sigma z) for standard normal z, of sigma's shape unless another is given. */
export function lognormal(
  key: ArrayBase,
  sigma?: Value | LognormalOptions,
  shape?: ShapeLike | null | LognormalOptions,
  dtype?: DTypeLike | null | LognormalOptions,
): ArrayBase {
  checkKey("lognormal", key);
  const names = ["sigma", "shape", "dtype"] as const;
  const options = callArguments<LognormalOptions>("lognormal", names, [sigma, shape, dtype]);
  const scale = options.sigma ?? float(1);
  checkArraylike("lognormal", [scale]);
  const target = floatingDType("lognormal", options.dtype, "float or complex");
  const extents = shapeOfDraw("lognormal", options.shape, shapeOf(scale));
  return lognormalJit(key, scale, extents, target);
}

const lognormalJit = jit(
  (key: ArrayBase, sigma: Value, shape: Shape, dtype: DType) =>
    lax.exp(lax.mul(normalOf(key, shape, dtype), stretch(convert(sigma, dtype), shape))),
  { name: "_lognormal", static_argnums: [2, 3] },
);

/** Keyword arguments of `truncated_normal`. */
export interface TruncatedNormalOptions {
  readonly lower?: Value;
  readonly upper?: Value;
  readonly shape?: ShapeLike | null;
  readonly dtype?: DTypeLike | null;
}

/** Standard normal values within (lower, upper), of the bounds' shape unless another is given. */
export function truncated_normal(
  key: ArrayBase,
  lower: Value | TruncatedNormalOptions,
  upper?: Value | TruncatedNormalOptions,
  shape?: ShapeLike | null | TruncatedNormalOptions,
  dtype?: DTypeLike | null | TruncatedNormalOptions,
): ArrayBase {
  checkKey("truncated_normal", key);
  const names = ["lower", "upper", "shape", "dtype"] as const;
  const options = callArguments<TruncatedNormalOptions>("truncated_normal", names, [
    lower,
    upper,
    shape,
    dtype,
  ]);
  const bounds = [options.lower, options.upper];
  checkArraylike("truncated_normal", bounds);
  const target = floatingDType("truncated_normal", options.dtype);
  const [low, high] = bounds as [Value, Value];
  const extents = shapeOfDraw("truncated_normal", options.shape, shapeOf(low), shapeOf(high));
  return truncatedNormalJit(key, low, high, extents, target);
}

const truncatedNormalJit = jit(
  (key: ArrayBase, lower: Value, upper: Value, shape: Shape, dtype: DType): ArrayBase => {
    const low = lax.asarray(convert(lower, dtype));
    const high = lax.asarray(convert(upper, dtype));
    const atRoot = (x: ArrayBase): ArrayBase => lax.erf(lax.div(x, Math.SQRT2));
    const u = uniformBetween(key, shape, dtype, atRoot(low), atRoot(high));
    const drawn = lax.mul(lax.erf_inv(u), Math.SQRT2);
    // Rounding must not lead out of the open interval.
    const above = nextTo(lax.stop_gradient(low), 1);
    const below = nextTo(lax.stop_gradient(high), -1);
    const [least, value, most] = broadcastOperands("truncated_normal", [above, drawn, below]);
    return lax.min(most!, stretch(lax.max(least!, value!), shape));
  },
  { name: "_truncated_normal", static_argnums: [3, 4] },
);

/** The next number above (`direction` 1) or below (-1); infinities and NaN stay where they cannot go on. */
function nextTo(x: ArrayBase, direction: 1 | -1): ArrayBase {
  const integers: DType = x.dtype === "float64" ? "int64" : "int32";
  const step = lax.select(lax.lt(x, 0), ...signs(x, integers, -direction, direction));
  const moved = lax.bitcast_convert_type(lax.add(lax.bitcast_convert_type(x, integers), step), x.dtype);
  const smallest = lax.full_like(x, direction * (integers === "int64" ? Number.MIN_VALUE : 2 ** -149));
  const away = lax.select(lax.eq(x, 0), smallest, moved);
  const stays = lax.bitwise_or(lax.eq(x, direction * Infinity), lax.ne(x, x));
  return lax.select(stays, x, away);
}

function signs(x: ArrayBase, dtype: DType, below: number, above: number): [ArrayBase, ArrayBase] {
  return [lax.full_like(x, below, dtype), lax.full_like(x, above, dtype)];
}
