import type { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { jit, type JitFunction } from "../dispatch/jit.ts";
import * as lax from "../lax/index.ts";
import { finfo } from "../numpy/scalar-types.ts";
import { checkKey, sampleArguments, type DTypeArgument, type ShapeArgument } from "./checks.ts";
import { uniformBetween } from "./uniform.ts";

/** Draws without parameters, computed from uniform numbers; shape and dtype known to be right. */
type Draw = JitFunction<[ArrayBase, Shape, DType], ArrayBase>;

function drawn(name: string, f: (key: ArrayBase, shape: Shape, dtype: DType) => ArrayBase): Draw {
  return jit(f, { name: `_${name}`, static_argnums: [1, 2] });
}

function sample(name: string, draw: Draw, key: ArrayBase, shape: unknown, dtype: unknown): ArrayBase {
  checkKey(name, key);
  const given = sampleArguments(name, shape, dtype);
  return draw(key, given.shape, given.dtype);
}

export const exponentialOf = drawn("exponential", (key, shape, dtype) =>
  lax.neg(lax.log1p(lax.neg(uniformBetween(key, shape, dtype, 0, 1)))),
);

/** The exponential distribution of mean 1. Throws ValueError for a dtype that is no float, as all of these do. */
export function exponential(key: ArrayBase, shape?: ShapeArgument, dtype?: DTypeArgument): ArrayBase {
  return sample("exponential", exponentialOf, key, shape, dtype);
}

export const gumbelOf = drawn("gumbel", (key, shape, dtype) => {
  const u = uniformBetween(key, shape, dtype, new finfo(dtype).tiny, 1);
  return lax.neg(lax.log(lax.neg(lax.log(u))));
});

/** The standard Gumbel distribution. */
export function gumbel(key: ArrayBase, shape?: ShapeArgument, dtype?: DTypeArgument): ArrayBase {
  return sample("gumbel", gumbelOf, key, shape, dtype);
}

const laplaceOf = drawn("laplace", (key, shape, dtype) => {
  const u = uniformBetween(key, shape, dtype, -1 + new finfo(dtype).eps / 2, 1);
  return lax.mul(lax.sign(u), lax.log1p(lax.neg(lax.abs(u))));
});

/** The standard Laplace distribution. */
export function laplace(key: ArrayBase, shape?: ShapeArgument, dtype?: DTypeArgument): ArrayBase {
  return sample("laplace", laplaceOf, key, shape, dtype);
}

const logisticOf = drawn("logistic", (key, shape, dtype) => {
  const u = uniformBetween(key, shape, dtype, new finfo(dtype).tiny, 1);
  return lax.sub(lax.log(u), lax.log1p(lax.neg(u)));
});

/** The standard logistic distribution. */
export function logistic(key: ArrayBase, shape?: ShapeArgument, dtype?: DTypeArgument): ArrayBase {
  return sample("logistic", logisticOf, key, shape, dtype);
}

const cauchyOf = drawn("cauchy", (key, shape, dtype) => {
  const u = uniformBetween(key, shape, dtype, new finfo(dtype).eps, 1);
  return lax.tan(lax.mul(lax.sub(u, 0.5), Math.PI));
});

/** The standard Cauchy distribution. */
export function cauchy(key: ArrayBase, shape?: ShapeArgument, dtype?: DTypeArgument): ArrayBase {
  return sample("cauchy", cauchyOf, key, shape, dtype);
}
