import type { ArrayBase } from "../core/array-base.ts";
import { custom_jvp, type CustomJvpFunction } from "../control/custom-derivatives/custom-jvp.ts";
import type { DType } from "../core/dtype.ts";
import type { Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/index.ts";
import { vmap } from "../transforms/api/vmap.ts";
import { exponentialOf } from "./continuous.ts";
import { gammaDerivative } from "./gamma-derivative.ts";
import { split } from "./keys.ts";
import { normalOf } from "./normal.ts";
import { uniformBetween } from "./uniform.ts";

/** A value of the distribution Gamma(alpha, 1) for each alpha, with a key of its own; or its logarithm. */
export const gammaDraws = drawsWithDerivative("gamma", false);
export const logGammaDraws = drawsWithDerivative("loggamma", true);

type Draws = (key: ArrayBase, alpha: ArrayBase) => ArrayBase;

function drawsWithDerivative(name: string, isLog: boolean): Draws {
  const sample = jit(
    (key: ArrayBase, alpha: ArrayBase): ArrayBase => {
      const one = (own: ArrayBase, a: ArrayBase): ArrayBase => gammaOne(own, a, isLog);
      const flat = lax.reshape(alpha, [alpha.size]);
      const values = vmap(one)(split(key, alpha.size), flat) as ArrayBase;
      return lax.reshape(values, alpha.shape);
    },
    { name: `_${name}` },
  );
  const differentiable: CustomJvpFunction = custom_jvp(sample);
  differentiable.defjvp(([key, alpha]: ArrayBase[], [, tangent]: ArrayBase[]) => {
    const value = differentiable(key, alpha) as ArrayBase;
    return [value, lax.mul(tangent!, gammaDerivative(alpha!, value, isLog))];
  });
  return differentiable as Draws;
}

/** G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables" (2000), for one scalar alpha. */
function gammaOne(key: ArrayBase, alpha: ArrayBase, isLog: boolean): ArrayBase {
  const { dtype } = alpha;
  const isLarge = lax.ge(alpha, 1);
  // Below 1, Gamma(a) is Gamma(a + 1) times a power of a uniform number.
  const shape = lax.select(isLarge, alpha, lax.add(alpha, 1));
  const d = lax.sub(shape, 1 / 3);
  const c = lax.div(lax.div(lax.full_like(d, 1), 3), lax.sqrt(d));
  const [rest, boostKey] = keysOf(key, 2);
  const zero = lax.full([], 0, dtype);
  const start = [rest!, zero, lax.full([], 1, dtype), lax.full([], 2, dtype)];
  const last = lax.while_loop(
    (state: ArrayBase[]) => isRejected(state, d),
    (state: ArrayBase[]) => nextCandidate(state[0]!, c, dtype),
    start,
  );
  const volume = last[2]!;
  if (isLog) {
    const logs = lax.neg(exponentialOf(boostKey!, [], dtype));
    const none = lax.bitwise_or(isLarge, lax.eq(logs, 0));
    const boost = lax.select(none, zero, lax.mul(logs, reciprocal(alpha)));
    return lax.add(lax.add(lax.log(d), lax.log(volume)), boost);
  }
  const uniform = lax.add(lax.neg(uniformBetween(boostKey!, [], dtype, 0, 1)), 1);
  const boost = lax.select(isLarge, lax.full_like(uniform, 1), lax.pow(uniform, reciprocal(alpha)));
  return lax.mul(lax.mul(d, volume), boost);
}

function reciprocal(x: ArrayBase): ArrayBase {
  return lax.div(lax.full_like(x, 1), x);
}

function isRejected([, square, volume, uniform]: ArrayBase[], d: Value): ArrayBase {
  const squeeze = lax.add(lax.neg(lax.mul(lax.mul(square!, square!), 0.0331)), 1);
  const bound = lax.mul(d, lax.add(lax.add(lax.neg(volume!), 1), lax.log(volume!)));
  const exact = lax.add(lax.mul(square!, 0.5), bound);
  return lax.bitwise_and(lax.ge(uniform!, squeeze), lax.ge(lax.log(uniform!), exact));
}

/** [key, x*x, (1 + c x)^3, uniform number] for a normal x that makes the cube positive. */
function nextCandidate(key: ArrayBase, c: ArrayBase, dtype: DType): ArrayBase[] {
  const [rest, normalKey, uniformKey] = keysOf(key, 3);
  const start = [normalKey!, lax.full([], 0, dtype), lax.full([], -1, dtype)];
  const [, x, v] = lax.while_loop(
    (state: ArrayBase[]) => lax.le(state[2]!, 0),
    (state: ArrayBase[]) => {
      const [following, own] = keysOf(state[0]!, 2);
      const normal = normalOf(own!, [], dtype);
      return [following, normal, lax.add(lax.mul(normal, c), 1)];
    },
    start,
  );
  const cube = lax.mul(lax.mul(v!, v!), v!);
  return [rest!, lax.mul(x!, x!), cube, uniformBetween(uniformKey!, [], dtype, 0, 1)];
}

/** `count` keys from one, each apart. */
export function keysOf(key: ArrayBase, count: number): ArrayBase[] {
  const keys = split(key, count);
  return Array.from({ length: count }, (_, k) => lax.squeeze(lax.slice_in_dim(keys, k, k + 1), [0]));
}
