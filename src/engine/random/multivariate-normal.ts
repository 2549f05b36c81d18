import type { ArrayBase } from "../core/array-base.ts";
import { formatShape, type Shape } from "../core/aval.ts";
import { callArguments } from "../core/call-arguments.ts";
import type { DType } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import type { Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/index.ts";
import { cholesky, eigh, svd } from "../lax/linalg.ts";
import type { ShapeLike } from "../numpy/creation.ts";
import type { DTypeLike } from "../numpy/dtype-like.ts";
import { einsum } from "../numpy/einsum.ts";
import { inexact, promote, stretch } from "../numpy/promote.ts";
import { checkKey, floatingDType, shapeOfDraw } from "./checks.ts";
import { normalOf } from "./normal.ts";

/** How the covariance is factored. */
export type FactorMethod = "cholesky" | "eigh" | "svd";

/** Keyword arguments of `multivariate_normal`. */
export interface MultivariateNormalOptions {
  readonly mean?: Value;
  readonly cov?: Value;
  readonly shape?: ShapeLike | null;
  readonly dtype?: DTypeLike | null;
  readonly method?: FactorMethod;
}

/**
 * Normal vectors with the mean and covariance given. `shape` is that of the vectors' other axes, and ends with those
 * of mean and cov; theirs together unless given. Throws ValueError for shapes that do not fit and methods unknown.
 */
export function multivariate_normal(
  key: ArrayBase,
  mean: Value | MultivariateNormalOptions,
  cov?: Value | MultivariateNormalOptions,
  shape?: ShapeLike | null | MultivariateNormalOptions,
  dtype?: DTypeLike | null | MultivariateNormalOptions,
  method?: FactorMethod | MultivariateNormalOptions,
): ArrayBase {
  const name = "multivariate_normal";
  checkKey(name, key);
  const names = ["mean", "cov", "shape", "dtype", "method"] as const;
  const given = [mean, cov, shape, dtype, method];
  const options = callArguments<MultivariateNormalOptions>(name, names, given);
  const [center, covariance] = promote(name, inexact, [options.mean, options.cov]).map(lax.asarray);
  const factor = options.method ?? "cholesky";
  if (!["svd", "eigh", "cholesky"].includes(factor)) {
    throw new ValueError("method must be one of {'svd', 'eigh', 'cholesky'}");
  }
  const target = floatingDType(name, options.dtype ?? center!.dtype);
  const batch = checkShapes(center!, covariance!, options.shape);
  return drawJit(key, center!, covariance!, batch, target, factor);
}

/** The shape of the draw but for its vectors. */
function checkShapes(mean: ArrayBase, cov: ArrayBase, shape: ShapeLike | null | undefined): Shape {
  if (mean.ndim < 1) throw new ValueError("multivariate_normal requires mean.ndim >= 1, got mean.ndim == 0");
  if (cov.ndim < 2) {
    throw new ValueError(`multivariate_normal requires cov.ndim >= 2, got cov.ndim == ${String(cov.ndim)}`);
  }
  const n = mean.shape.at(-1)!;
  if (cov.shape.at(-1) !== n || cov.shape.at(-2) !== n) {
    throw new ValueError(
      `multivariate_normal requires cov.shape == (..., n, n) for n=${String(n)}, but got cov.shape == ` +
        `${formatShape(cov.shape)}.`,
    );
  }
  return shapeOfDraw("normal", shape, mean.shape.slice(0, -1), cov.shape.slice(0, -2));
}

const drawJit = jit(
  (
    key: ArrayBase,
    mean: ArrayBase,
    cov: ArrayBase,
    shape: Shape,
    dtype: DType,
    method: FactorMethod,
  ): ArrayBase => {
    const extents = [...shape, mean.shape.at(-1)!];
    const normals = normalOf(key, extents, dtype);
    const factor = lax.convert_element_type(factorOf(cov, method), dtype);
    const spread = einsum("...ij,...j->...i", factor, normals);
    return lax.add(stretch(lax.convert_element_type(mean, dtype), extents), stretch(spread, extents));
  },
  { name: "_multivariate_normal", static_argnums: [3, 4, 5] },
);

/** A matrix whose product with its transpose is the covariance. */
function factorOf(cov: ArrayBase, method: FactorMethod): ArrayBase {
  if (method === "cholesky") return cholesky(cov);
  const [vectors, values] = method === "eigh" ? eigh(cov) : svdFactors(cov);
  const roots = lax.sqrt(values);
  const row = lax.reshape(roots, [...roots.shape.slice(0, -1), 1, roots.shape.at(-1)!]);
  return lax.mul(vectors, stretch(row, vectors.shape));
}

function svdFactors(cov: ArrayBase): [ArrayBase, ArrayBase] {
  const [u, s] = svd(cov);
  return [u, s];
}
