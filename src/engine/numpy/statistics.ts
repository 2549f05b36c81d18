import type { ArrayBase } from "../core/array-base.ts";
import type { DType } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { promoteTypes } from "../core/promotion.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { canonicalizeAxes, type Axis } from "./axis.ts";
import { callArguments } from "../core/call-arguments.ts";
import { toDType, type DTypeLike } from "./dtype-like.ts";
import { arrayArgument, convert, stretch, toInexactDType, type ArrayLike } from "./promote.ts";
import { keepAxes, reductionArguments, type AxisArgument, type Reduction } from "./reductions.ts";
import { moveaxis } from "./shape.ts";

function countOf(x: Value, axes: readonly number[]): number {
  const { shape } = avalOf(x);
  return axes.reduce((count, axis) => count * shape[axis]!, 1);
}

/**
 * sum / n as sum * (1 / n), the reciprocal rounded in the dtype: the constant division that XLA compiles, and thereby
 * the digits that JAX prints.
 */
function dividedBy(total: ArrayBase, count: number): ArrayBase {
  return count === 0 ? lax.mul(total, NaN) : lax.mul(total, 1 / count);
}

function meanOf(x: Value, axes: readonly number[]): ArrayBase {
  return dividedBy(lax.reduce_sum(x, axes), countOf(x, axes));
}

const meanJit = jit(
  (x: ArrayBase, axes: readonly number[], dtype: DType) => meanOf(convert(x, dtype, x.weak_type), axes),
  { name: "mean", static_argnums: [1, 2] },
);

/** Arithmetic mean over axes, a float always. */
export const mean: Reduction = (a, ...args) => {
  const { array, axes, dtype, keepdims } = reductionArguments("mean", a, args);
  return keepAxes(meanJit(array, axes, dtype ?? toInexactDType(array.dtype)), axes, keepdims);
};

/** Keyword arguments of `var_` and `std`. */
export interface VarianceOptions {
  readonly axis?: Axis;
  readonly dtype?: DTypeLike | null;
  /** Subtracted from the number of elements in the divisor. */
  readonly ddof?: number;
  readonly keepdims?: boolean;
}

type Variance = (a: ArrayLike, axis?: Axis | VarianceOptions, options?: VarianceOptions) => ArrayBase;

function varianceOf(x: ArrayBase, axes: readonly number[], dtype: DType, ddof: number): ArrayBase {
  const values = convert(x, dtype, x.weak_type);
  const center = stretch(lax.expand_dims(meanOf(values, axes), axes), x.shape);
  const squares = lax.integer_pow(lax.sub(values, center), 2);
  const divisor = countOf(x, axes) - ddof;
  return dividedBy(lax.reduce_sum(squares, axes), Math.max(divisor, 0));
}

const varJit = jit(varianceOf, { name: "var", static_argnums: [1, 2, 3] });
const stdJit = jit(
  (x: ArrayBase, axes: readonly number[], dtype: DType, ddof: number) =>
    lax.sqrt(varianceOf(x, axes, dtype, ddof)),
  { name: "std", static_argnums: [1, 2, 3] },
);

function varianceLike(name: string, run: typeof varJit): Variance {
  return (a, axis, options) => {
    const array = arrayArgument(name, a);
    const names = ["axis", "dtype", "ddof", "keepdims"] as const;
    const given = callArguments<VarianceOptions>(name, names, [axis, options]);
    const axes = canonicalizeAxes(given.axis ?? null, array.ndim);
    const dtype =
      given.dtype === undefined || given.dtype === null ? toInexactDType(array.dtype) : toDType(given.dtype);
    return keepAxes(run(array, axes, dtype, given.ddof ?? 0), axes, given.keepdims ?? false);
  };
}

/** Mean squared deviation from the mean over axes; exported as `var`. */
export const variance: Variance = varianceLike("var", varJit);
/** Square root of the variance. */
export const std: Variance = varianceLike("std", stdJit);

export interface AverageOptions {
  readonly axis?: Axis;
  readonly weights?: ArrayLike | null;
  readonly keepdims?: boolean;
}

/** Mean over axes, weighted when weights (of the same shape, or a vector along the one axis) are given. */
export function average(a: ArrayLike, axis?: Axis | AverageOptions, options?: AverageOptions): ArrayBase {
  const array = arrayArgument("average", a);
  const given = callArguments<AverageOptions>("average", ["axis", "weights", "keepdims"], [axis, options]);
  const keepdims = given.keepdims ?? false;
  if (given.weights === undefined || given.weights === null) {
    return mean(array, { axis: given.axis ?? null, keepdims });
  }
  const axes = canonicalizeAxes(given.axis ?? null, array.ndim);
  const weights = arrayArgument("average", given.weights);
  const sameRank = weights.ndim === array.ndim;
  if (!sameRank && (weights.ndim !== 1 || axes.length !== 1)) {
    throw new ValueError("Axis must be specified when shapes of a and weights differ.");
  }
  if (!sameRank && weights.shape[0] !== array.shape[axes[0]!]) {
    throw new ValueError("Length of weights not compatible with specified axis.");
  }
  return keepAxes(averageJit(array, weights, axes), axes, keepdims);
}

const averageJit = jit(
  (x: ArrayBase, weights: ArrayBase, axes: readonly number[]) => {
    const joined = promoteTypes([x.aval, weights.aval]);
    const dtype = toInexactDType(joined.dtype);
    const placed =
      weights.ndim === x.ndim
        ? weights
        : lax.reshape(
            weights,
            x.shape.map((extent, position) => (position === axes[0] ? extent : 1)),
          );
    const w = stretch(convert(placed, dtype), x.shape);
    const total = lax.reduce_sum(lax.mul(convert(x, dtype), w), axes);
    return lax.div(total, lax.reduce_sum(w, axes));
  },
  { name: "average", static_argnums: 2 },
);

export interface QuantileOptions {
  readonly axis?: Axis;
  readonly method?: QuantileMethod;
  readonly keepdims?: boolean;
}

type QuantileMethod = "linear" | "lower" | "higher" | "nearest" | "midpoint";

/** The q-th quantiles (0 to 1) over axes; the axes of q come first in the result. */
export function quantile(
  a: ArrayLike,
  q: ArrayLike,
  axis?: Axis | QuantileOptions,
  options?: QuantileOptions,
): ArrayBase {
  const names = ["axis", "method", "keepdims"] as const;
  const given = callArguments<QuantileOptions>("quantile", names, [axis, options]);
  return quantiles("quantile", a, q, given, 1);
}

/** The q-th percentiles (0 to 100) over axes; the axes of q come first in the result. */
export function percentile(
  a: ArrayLike,
  q: ArrayLike,
  axis?: Axis | QuantileOptions,
  options?: QuantileOptions,
): ArrayBase {
  const names = ["axis", "method", "keepdims"] as const;
  const given = callArguments<QuantileOptions>("percentile", names, [axis, options]);
  return quantiles("percentile", a, q, given, 100);
}

/** The middle element over axes, or the mean of the two middle ones. */
export function median(a: ArrayLike, axis?: AxisArgument): ArrayBase {
  const { array, axes, keepdims } = reductionArguments("median", a, [axis]);
  return quantiles("median", array, 0.5, { axis: axes, keepdims }, 1);
}

function quantiles(
  name: string,
  a: ArrayLike,
  q: ArrayLike,
  given: QuantileOptions,
  scale: number,
): ArrayBase {
  const array = arrayArgument(name, a);
  const fractions = arrayArgument(name, q);
  if (fractions.ndim > 1) {
    throw new ValueError(`q must be have rank <= 1, got shape (${fractions.shape.join(", ")})`);
  }
  const axes = canonicalizeAxes(given.axis ?? null, array.ndim);
  const method = given.method ?? "linear";
  const result = quantileJit(array, fractions, axes, method, scale);
  if (given.keepdims !== true) return result;
  return lax.expand_dims(
    result,
    axes.map((each) => each + fractions.ndim),
  );
}

const quantileJit = jit(quantileOf, { name: "quantile", static_argnums: [2, 3, 4] });

function quantileOf(
  x: ArrayBase,
  q: ArrayBase,
  axes: readonly number[],
  method: QuantileMethod,
  scale: number,
): ArrayBase {
  const dtype = toInexactDType(x.dtype);
  const kept = x.shape.filter((_, axis) => !axes.includes(axis));
  const length = countOf(x, axes);
  const last = moveaxis(
    convert(x, dtype),
    axes,
    axes.map((_, i) => kept.length + i),
  );
  const sorted = lax.sort([lax.reshape(last, [...kept, length])])[0]!;
  const fraction = lax.div(lax.reshape(lax.convert_element_type(q, dtype), [q.size]), scale);
  const rank = lax.mul(fraction, length - 1);
  const [low, high] = [lax.floor(rank), lax.ceil(rank)];
  const at = (position: ArrayBase): ArrayBase =>
    takeLast(sorted, lax.convert_element_type(position, "int32"));
  const weightShape = [...kept, q.size];
  const weight = stretch(lax.sub(rank, low), weightShape);
  let result: ArrayBase;
  if (method === "linear") {
    result = lax.add(lax.mul(at(low), lax.sub(1, weight)), lax.mul(at(high), weight));
  } else if (method === "midpoint") {
    result = lax.mul(lax.add(at(low), at(high)), 0.5);
  } else if (method === "nearest") {
    result = at(lax.round(rank));
  } else {
    result = at(method === "lower" ? low : high);
  }
  // NaN sorts last: one there makes every quantile NaN.
  const tail = stretch(lax.slice_in_dim(sorted, length - 1, length, 1, kept.length), weightShape);
  const checked = lax.select(lax.ne(tail, tail), NaN, result);
  const front = moveaxis(checked, kept.length, 0);
  return lax.reshape(front, [...q.shape, ...kept]);
}

/** Elements of the last axis at `positions`. */
function takeLast(x: ArrayBase, positions: ArrayBase): ArrayBase {
  const last = x.ndim - 1;
  return lax.gather(
    x,
    lax.expand_dims(positions, [1]),
    {
      offset_dims: x.shape.slice(0, -1).map((_, axis) => axis),
      collapsed_slice_dims: [last],
      start_index_map: [last],
    },
    [...x.shape.slice(0, -1), 1],
    "clip",
  );
}

/** Covariance of the rows of `m` (or of `m` and `y`), each a variable observed along the columns. */
export function cov(
  m: ArrayLike,
  options: { readonly rowvar?: boolean; readonly ddof?: number } = {},
): ArrayBase {
  const array = arrayArgument("cov", m);
  if (array.ndim > 2) throw new ValueError("m has more than 2 dimensions");
  return covJit(array, options.rowvar ?? true, options.ddof ?? 1);
}

const covJit = jit(
  (m: ArrayBase, rowvar: boolean, ddof: number) => {
    const x = lax.convert_element_type(m, toInexactDType(m.dtype));
    let rows = x.ndim < 2 ? lax.reshape(x, [1, x.size]) : x;
    if (!rowvar && x.ndim === 2) rows = lax.transpose(rows, [1, 0]);
    const count = rows.shape[1]!;
    const centered = lax.sub(rows, stretch(lax.expand_dims(meanOf(rows, [1]), [1]), rows.shape));
    const products = lax.dot_general(centered, centered, [
      [[1], [1]],
      [[], []],
    ]);
    const result = dividedBy(products, Math.max(count - ddof, 0));
    return x.ndim < 2 ? lax.reshape(result, []) : result;
  },
  { name: "cov", static_argnums: [1, 2] },
);

/** Correlation coefficients of the rows of `x`. */
export function corrcoef(x: ArrayLike, options: { readonly rowvar?: boolean } = {}): ArrayBase {
  return correlationJit(cov(x, options));
}

const correlationJit = jit(
  (c: ArrayBase) => {
    if (c.ndim === 0) return lax.div(c, c);
    const n = c.shape[0]!;
    const isDiagonal = lax.eq(
      lax.broadcasted_iota("int32", [n, n], 0),
      lax.broadcasted_iota("int32", [n, n], 1),
    );
    const deviations = lax.sqrt(lax.reduce_sum(lax.select(isDiagonal, c, 0), [1]));
    const down = lax.broadcast_in_dim(deviations, [n, n], [0]);
    const across = lax.broadcast_in_dim(deviations, [n, n], [1]);
    return lax.div(lax.div(c, down), across);
  },
  { name: "corrcoef" },
);
