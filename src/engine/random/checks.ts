import { ArrayBase } from "../core/array-base.ts";
import { formatShape, type Shape } from "../core/aval.ts";
import { isFloating, isInteger, type DType } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { defaultFloat, defaultInt } from "../core/promotion.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import { broadcast_shapes } from "../numpy/broadcast-shapes.ts";
import { callArguments } from "../core/call-arguments.ts";
import { toShape, type ShapeLike } from "../numpy/creation.ts";
import { toDType, type DTypeLike } from "../numpy/dtype-like.ts";

/** Keyword arguments of most samplers. */
export interface SampleOptions {
  readonly shape?: ShapeLike | null;
  readonly dtype?: DTypeLike | null;
}

/** A shape, or the options object in its place. */
export type ShapeArgument = ShapeLike | null | SampleOptions;
/** A dtype, or the options object in its place. */
export type DTypeArgument = DTypeLike | null | SampleOptions;

/** Shape (`()` unless given) and floating dtype of a sampler whose optional arguments are just these. */
export function sampleArguments(
  name: string,
  shape: unknown,
  dtype: unknown,
): { readonly shape: Shape; readonly dtype: DType } {
  const options = callArguments<SampleOptions>(name, ["shape", "dtype"], [shape, dtype]);
  return { shape: toShape(options.shape ?? []), dtype: floatingDType(name, options.dtype) };
}

/** The floating dtype asked for; the default one unless given. Throws ValueError for any other. */
export function floatingDType(name: string, dtype: DTypeLike | null | undefined, kind = "float"): DType {
  const target = dtype === undefined || dtype === null ? defaultFloat() : toDType(dtype);
  if (!isFloating(target)) {
    throw new ValueError(`dtype argument to \`${name}\` must be a ${kind} dtype, got ${target}`);
  }
  return target;
}

/** The integer dtype asked for; the default one unless given. Throws TypeError for any other. */
export function integerDType(name: string, dtype: DTypeLike | null | undefined): DType {
  const target = dtype === undefined || dtype === null ? defaultInt() : toDType(dtype);
  if (!isInteger(target)) throw new TypeError(`${name} only accepts integer dtypes, got ${target}`);
  return target;
}

/** The shape of a draw whose parameters have these shapes: theirs together unless given. Throws ValueError. */
export function shapeOfDraw(
  name: string,
  shape: ShapeLike | null | undefined,
  ...parameters: Shape[]
): Shape {
  if (shape === null || shape === undefined) return broadcast_shapes(...parameters);
  const wanted = toShape(shape);
  const joined = broadcast_shapes(wanted, ...parameters);
  if (joined.length !== wanted.length || joined.some((extent, axis) => extent !== wanted[axis])) {
    throw new ValueError(
      `${name} parameter shapes must be broadcast-compatible with shape argument, and the result of broadcasting the ` +
        `shapes must equal the shape argument, but got result ${formatShape(joined)} for shape argument ` +
        `${formatShape(wanted)}.`,
    );
  }
  return wanted;
}

/** Throws TypeError, in JAX's words, unless `key` is one key or an array of keys. */
export function checkKeys(key: unknown): asserts key is ArrayBase {
  const invalid = "JAX encountered invalid PRNG key data: expected key_data";
  if (!(key instanceof ArrayBase)) {
    throw new TypeError(`${invalid} to have ndim, shape, and dtype attributes. Got ${String(key)}`);
  }
  if (key.ndim < 1) throw new TypeError(`${invalid}.ndim >= 1; got ndim=0`);
  if (key.shape.at(-1) !== 2) {
    throw new TypeError(
      `${invalid}.shape to end with (2,); got shape=${formatShape(key.shape)} for ` +
        `impl=PRNGImpl(key_shape=(2,), name='threefry2x32', tag='fry')`,
    );
  }
  if (key.dtype !== "uint32") throw new TypeError(`${invalid}.dtype = uint32; got dtype=${key.dtype}`);
}

/** Throws as `checkKeys` does, and ValueError for several keys where one is wanted. */
export function checkKey(name: string, key: unknown): asserts key is ArrayBase {
  checkKeys(key);
  if (key.ndim > 1) {
    throw new ValueError(
      `${name} accepts a single key, but was given a key array of shape ${formatShape(key.shape)} != (). ` +
        `Use jax.vmap for batching.`,
    );
  }
}

export function shapeOf(value: Value): Shape {
  return avalOf(value).shape;
}
