import type { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import { callArguments } from "../core/call-arguments.ts";
import type { DType } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/index.ts";
import type { ShapeLike } from "../numpy/creation.ts";
import type { DTypeLike } from "../numpy/dtype-like.ts";
import { checkArraylike, convert, stretch } from "../numpy/promote.ts";
import { max, sum } from "../numpy/reductions.ts";
import { checkKey, floatingDType, shapeOf, shapeOfDraw } from "./checks.ts";
import { gammaDraws, keysOf, logGammaDraws } from "./gamma-draws.ts";
import { normalOf } from "./normal.ts";

/** Keyword arguments of the samplers with one parameter. */
export interface OneParameterOptions {
  readonly shape?: ShapeLike | null;
  readonly dtype?: DTypeLike | null;
}

type ShapeArgument = ShapeLike | null | OneParameterOptions;
type DTypeArgument = DTypeLike | null | OneParameterOptions;

interface Draw {
  readonly parameter: ArrayBase;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A parameter in the dtype and shape of the draw. */
function drawOf(name: string, key: unknown, parameter: Value, shape: unknown, dtype: unknown): Draw {
  checkKey(name, key);
  const options = callArguments<OneParameterOptions>(name, ["shape", "dtype"], [shape, dtype]);
  const target = floatingDType(name, options.dtype);
  checkArraylike(name, [parameter]);
  const extents = shapeOfDraw(name, options.shape, shapeOf(parameter));
  return { parameter: spread(parameter, extents, target), shape: extents, dtype: target };
}

function spread(parameter: Value, shape: Shape, dtype: DType): ArrayBase {
  return lax.asarray(stretch(convert(parameter, dtype), shape));
}

/** Gamma(a, 1), of a's shape unless another is given. Differentiable in a. Throws ValueError for a dtype that is no float. */
export function gamma(key: ArrayBase, a: Value, shape?: ShapeArgument, dtype?: DTypeArgument): ArrayBase {
  return gammaDraws(key, drawOf("gamma", key, a, shape, dtype).parameter);
}

/** The logarithm of Gamma(a, 1), right also where the value itself would be 0. */
export function loggamma(key: ArrayBase, a: Value, shape?: ShapeArgument, dtype?: DTypeArgument): ArrayBase {
  return logGammaDraws(key, drawOf("gamma", key, a, shape, dtype).parameter);
}

/** Chi-square with df degrees of freedom. */
export function chisquare(
  key: ArrayBase,
  df: Value,
  shape?: ShapeArgument,
  dtype?: DTypeArgument,
): ArrayBase {
  return chisquareJit(key, drawOf("chisquare", key, df, shape, dtype).parameter);
}

const chisquareJit = jit(
  (key: ArrayBase, df: ArrayBase) => lax.mul(lax.exp(logGammaDraws(key, lax.div(df, 2))), 2),
  { name: "_chisquare" },
);

/** Student's t with df degrees of freedom. */
export function t(key: ArrayBase, df: Value, shape?: ShapeArgument, dtype?: DTypeArgument): ArrayBase {
  return tJit(key, drawOf("t", key, df, shape, dtype).parameter);
}

const tJit = jit(
  (key: ArrayBase, df: ArrayBase): ArrayBase => {
    const [normalKey, gammaKey] = keysOf(key, 2);
    const half = lax.div(df, 2);
    const normal = normalOf(normalKey!, df.shape, df.dtype);
    return lax.mul(normal, lax.sqrt(lax.div(half, gammaDraws(gammaKey!, half))));
  },
  { name: "_t" },
);

/** Keyword arguments of `beta`. */
export interface BetaOptions extends OneParameterOptions {
  readonly a?: Value;
  readonly b?: Value;
}

/** Beta(a, b), of the parameters' shape together unless another is given. */
export function beta(
  key: ArrayBase,
  a: Value | BetaOptions,
  b?: Value | BetaOptions,
  shape?: ShapeLike | null | BetaOptions,
  dtype?: DTypeLike | null | BetaOptions,
): ArrayBase {
  checkKey("beta", key);
  const options = callArguments<BetaOptions>("beta", ["a", "b", "shape", "dtype"], [a, b, shape, dtype]);
  const target = floatingDType("beta", options.dtype);
  checkArraylike("beta", [options.a, options.b]);
  const [left, right] = [options.a!, options.b!];
  const extents = shapeOfDraw("beta", options.shape, shapeOf(left), shapeOf(right));
  return betaJit(key, spread(left, extents, target), spread(right, extents, target));
}

const betaJit = jit(
  (key: ArrayBase, a: ArrayBase, b: ArrayBase): ArrayBase => {
    const [aKey, bKey] = keysOf(key, 2);
    const logA = logGammaDraws(aKey!, a);
    const logB = logGammaDraws(bKey!, b);
    const most = lax.max(logA, logB);
    const scaledA = lax.exp(lax.sub(logA, most));
    return lax.div(scaledA, lax.add(scaledA, lax.exp(lax.sub(logB, most))));
  },
  { name: "_beta" },
);

/**
 * Dirichlet(alpha): vectors of alpha's last axis that sum to 1; `shape` is that of the other axes. Throws ValueError
 * when alpha is a scalar.
 */
export function dirichlet(
  key: ArrayBase,
  alpha: Value,
  shape?: ShapeArgument,
  dtype?: DTypeArgument,
): ArrayBase {
  checkKey("dirichlet", key);
  const options = callArguments<OneParameterOptions>("dirichlet", ["shape", "dtype"], [shape, dtype]);
  const target = floatingDType("dirichlet", options.dtype);
  checkArraylike("dirichlet", [alpha]);
  const own = avalOf(alpha).shape;
  if (own.length < 1) throw new ValueError("dirichlet requires alpha.ndim >= 1, got alpha.ndim == 0");
  const extents = shapeOfDraw("dirichlet", options.shape, own.slice(0, -1));
  return dirichletJit(key, spread(alpha, [...extents, own.at(-1)!], target));
}

const dirichletJit = jit(
  (key: ArrayBase, alpha: ArrayBase): ArrayBase => {
    const logs = logGammaDraws(key, alpha);
    const along = { axis: -1, keepdims: true };
    const scaled = lax.exp(lax.sub(logs, stretch(max(logs, along), logs.shape)));
    return lax.div(scaled, stretch(sum(scaled, along), logs.shape));
  },
  { name: "_dirichlet" },
);
