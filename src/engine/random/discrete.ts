import type { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import { callArguments } from "../core/call-arguments.ts";
import { isFloating, type DType } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { defaultFloat, defaultInt } from "../core/promotion.ts";
import { float } from "../core/scalar.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/index.ts";
import { toShape, type ShapeLike } from "../numpy/creation.ts";
import { toDType } from "../numpy/dtype-like.ts";
import { arrayArgument, checkArraylike, convert, stretch } from "../numpy/promote.ts";
import { argmax } from "../numpy/reductions.ts";
import { moveaxis } from "../numpy/shape.ts";
import {
  checkKey,
  shapeOfDraw,
  type DTypeArgument,
  type SampleOptions,
  type ShapeArgument,
} from "./checks.ts";
import { gumbelOf } from "./continuous.ts";
import { uniformBetween } from "./uniform.ts";

/** Keyword arguments of `bernoulli`. */
export interface BernoulliOptions {
  readonly p?: Value;
  readonly shape?: ShapeLike | null;
}

/**
 * true with probability p (1/2 unless given), of p's shape unless another is given. Throws TypeError when p is no
 * float, ValueError when it does not broadcast to `shape`.
 */
export function bernoulli(
  key: ArrayBase,
  p?: Value | BernoulliOptions,
  shape?: ShapeLike | null | BernoulliOptions,
): ArrayBase {
  checkKey("bernoulli", key);
  const options = callArguments<BernoulliOptions>("bernoulli", ["p", "shape"], [p, shape]);
  const probability = options.p ?? float(0.5);
  checkArraylike("bernoulli", [probability]);
  const { dtype, shape: own } = avalOf(probability);
  if (!isFloating(dtype)) {
    throw new TypeError(`bernoulli probability \`p\` must have a floating dtype, got ${dtype}.`);
  }
  return bernoulliJit(key, probability, shapeOfDraw("bernoulli", options.shape, own), dtype);
}

const bernoulliJit = jit(
  (key: ArrayBase, p: Value, shape: Shape, dtype: DType) =>
    lax.lt(uniformBetween(key, shape, dtype, 0, 1), stretch(convert(p, dtype), shape)),
  { name: "_bernoulli", static_argnums: [2, 3] },
);

/** -1 or 1, evenly, in the default integer dtype unless another is given. */
export function rademacher(key: ArrayBase, shape?: ShapeArgument, dtype?: DTypeArgument): ArrayBase {
  checkKey("rademacher", key);
  const options = callArguments<SampleOptions>("rademacher", ["shape", "dtype"], [shape, dtype]);
  const target =
    options.dtype === undefined || options.dtype === null ? defaultInt() : toDType(options.dtype);
  return rademacherJit(key, toShape(options.shape ?? []), target, defaultFloat());
}

const rademacherJit = jit(
  (key: ArrayBase, shape: Shape, dtype: DType, drawn: DType): ArrayBase => {
    const heads = lax.lt(uniformBetween(key, shape, drawn, 0, 1), 0.5);
    return lax.sub(lax.mul(lax.convert_element_type(heads, dtype), 2), 1);
  },
  { name: "_rademacher", static_argnums: [1, 2, 3] },
);

/** Keyword arguments of `categorical`. */
export interface CategoricalOptions {
  readonly axis?: number;
  readonly shape?: ShapeLike | null;
  readonly replace?: boolean;
}

/**
 * Positions along `axis` of `logits`, each with probability softmax(logits). `shape` ends with the shape of the other
 * axes; what stands before it is how many draws there are. Throws ValueError for another shape, and when there are
 * not enough categories to draw from without `replace`.
 */
export function categorical(
  key: ArrayBase,
  logits: Value,
  axis?: number | CategoricalOptions,
  shape?: ShapeLike | null | CategoricalOptions,
  replace?: boolean | CategoricalOptions,
): ArrayBase {
  checkKey("categorical", key);
  const names = ["axis", "shape", "replace"] as const;
  const options = callArguments<CategoricalOptions>("categorical", names, [axis, shape, replace]);
  const given = arrayArgument("categorical", logits);
  const dtype = isFloating(given.dtype) ? given.dtype : defaultFloat();
  const scores = given.dtype === dtype ? given : lax.convert_element_type(given, dtype);
  const position = options.axis ?? -1;
  const along = position < 0 ? position + scores.ndim : position;
  if (along < 0 || along >= scores.ndim) {
    throw new RangeError(
      `index ${String(position)} is out of bounds for axis 0 with size ${String(scores.ndim)}`,
    );
  }
  const batch = scores.shape.filter((_, k) => k !== along);
  const wanted = shapeOfDraw("categorical", options.shape, batch);
  return options.replace === false
    ? withoutReplacement(key, scores, along, wanted, batch)
    : categoricalJit(key, scores, along, wanted);
}

const categoricalJit = jit(
  (key: ArrayBase, logits: ArrayBase, axis: number, shape: Shape): ArrayBase => {
    const draws = shape.slice(0, shape.length - (logits.ndim - 1));
    const rest = shape.slice(draws.length);
    const drawn = [...draws, ...rest.slice(0, axis), logits.shape[axis]!, ...rest.slice(axis)];
    const scores = lax.add(gumbelOf(key, drawn, logits.dtype), stretch(logits, drawn));
    return argmax(scores, draws.length + axis);
  },
  { name: "_categorical", static_argnums: [2, 3] },
);

function withoutReplacement(
  key: ArrayBase,
  logits: ArrayBase,
  axis: number,
  shape: Shape,
  batch: Shape,
): ArrayBase {
  const draws = shape.slice(0, shape.length - batch.length);
  const count = draws.reduce((product, extent) => product * extent, 1);
  const categories = logits.shape[axis]!;
  if (count > categories) {
    throw new ValueError(
      `Number of samples without replacement (${String(count)}) cannot exceed number of categories ` +
        `(${String(categories)}).`,
    );
  }
  const scores = moveaxis(lax.add(gumbelOf(key, logits.shape, logits.dtype), logits), axis, -1);
  const [, best] = lax.top_k(scores, count);
  return lax.reshape(moveaxis(best, -1, 0), shape);
}
