import { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import { allocateHost, type DType, type HostArray } from "../core/dtype.ts";
import { canonicalizeDType, defaultFloat, promoteTypes } from "../core/promotion.ts";
import { isPythonScalar } from "../core/scalar.ts";
import { avalOf, Tracer } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { callArguments } from "../core/call-arguments.ts";
import { toDType, type DTypeLike } from "./dtype-like.ts";
import { fromHost, fromNumbers } from "./host-array.ts";
import {
  dtypeOfScalars,
  flattenNested,
  hostDType,
  isHostArray,
  type Leaf,
  type NestedData,
} from "./nested-data.ts";
import { arrayArgument, checkArraylike, ownHandle, stretch, type ArrayLike } from "./promote.ts";

/** A shape, or the extent of a vector. */
export type ShapeLike = number | readonly number[];

/** Throws TypeError, in JAX's words, for what is no shape of known non-negative extents. */
export function toShape(shape: unknown): Shape {
  const extents: readonly unknown[] = Array.isArray(shape) ? shape : [shape];
  for (const extent of extents) {
    if (typeof extent !== "number" || !Number.isInteger(extent)) throw badShape(extents);
    if (extent < 0) {
      const text = extents.length === 1 ? `(${String(extents[0])},)` : `(${extents.join(", ")})`;
      throw new TypeError(`broadcast_in_dim shape must have every element be nonnegative, got ${text}.`);
    }
  }
  return extents as readonly number[];
}

function badShape(extents: readonly unknown[]): TypeError {
  const text = extents.map((extent) => {
    if (extent instanceof ArrayBase) return extent.aval.toString();
    return typeof extent === "string" ? `'${extent}'` : String(extent);
  });
  const hint = extents.some((extent) => extent instanceof Tracer)
    ? "\nIf using `jit`, try using `static_argnums` or applying `jit` to smaller subfunctions."
    : "";
  return new TypeError(
    `Shapes must be 1D sequences of concrete values of integer type, got ` +
      `(${text.join(", ")}${text.length === 1 ? "," : ""}).${hint}`,
  );
}

/** Keyword arguments of the creation functions. */
export interface DTypeOption {
  readonly dtype?: DTypeLike | null;
}

function dtypeOf(functionName: string, dtype: unknown, otherwise: () => DType): DType {
  const given = callArguments<DTypeOption>(functionName, ["dtype"], [dtype]).dtype;
  return given === undefined || given === null ? otherwise() : toDType(given);
}

/** Ones in the default float, or in `dtype`. */
export function ones(shape: ShapeLike, dtype?: DTypeLike | null | DTypeOption): ArrayBase {
  return lax.full(toShape(shape), 1, dtypeOf("ones", dtype, defaultFloat));
}

export function zeros(shape: ShapeLike, dtype?: DTypeLike | null | DTypeOption): ArrayBase {
  return lax.full(toShape(shape), 0, dtypeOf("zeros", dtype, defaultFloat));
}

/** Zeros: memory is never left uninitialised. */
export function empty(shape: ShapeLike, dtype?: DTypeLike | null | DTypeOption): ArrayBase {
  return lax.full(toShape(shape), 0, dtypeOf("empty", dtype, defaultFloat));
}

/** `fill_value` everywhere; weak when that is a Python scalar and no dtype is given. */
export function full(
  shape: ShapeLike,
  fill_value: ArrayLike,
  dtype?: DTypeLike | null | DTypeOption,
): ArrayBase {
  checkArraylike("full", [fill_value]);
  const extents = toShape(shape);
  const given = callArguments<DTypeOption>("full", ["dtype"], [dtype]).dtype ?? null;
  const own = avalOf(fill_value);
  const [target, weak] = given === null ? [own.dtype, own.weakType] : [toDType(given), false];
  if (isPythonScalar(fill_value)) return lax.full(extents, fill_value, target, weak);
  return ownHandle(lax.asarray(stretch(lax.convert_element_type(fill_value, target, weak), extents)));
}

/** Keyword arguments of `ones_like` and its kin. */
export interface LikeOptions {
  readonly dtype?: DTypeLike | null;
  readonly shape?: ShapeLike | null;
}

const likeNames = ["dtype", "shape"] as const;

function filledLike(name: string, a: ArrayLike, value: ArrayLike, dtype: unknown, shape: unknown): ArrayBase {
  checkArraylike(name, [a, value]);
  const options = callArguments<LikeOptions>(name, likeNames, [dtype, shape]);
  const aval = avalOf(a);
  const isGiven = options.dtype !== undefined && options.dtype !== null;
  const target = isGiven ? toDType(options.dtype) : aval.dtype;
  const weak = !isGiven && aval.weakType;
  const extents = toShape(options.shape ?? aval.shape);
  if (isPythonScalar(value)) return lax.full(extents, value, target, weak);
  return lax.asarray(stretch(lax.convert_element_type(value, target, weak), extents));
}

type DTypeArgument = DTypeLike | null | LikeOptions;

export function ones_like(a: ArrayLike, dtype?: DTypeArgument, shape?: ShapeLike | LikeOptions): ArrayBase {
  return filledLike("ones_like", a, 1, dtype, shape);
}

export function zeros_like(a: ArrayLike, dtype?: DTypeArgument, shape?: ShapeLike | LikeOptions): ArrayBase {
  return filledLike("zeros_like", a, 0, dtype, shape);
}

export function empty_like(a: ArrayLike, dtype?: DTypeArgument, shape?: ShapeLike | LikeOptions): ArrayBase {
  return filledLike("empty_like", a, 0, dtype, shape);
}

export function full_like(
  a: ArrayLike,
  fill_value: ArrayLike,
  dtype?: DTypeArgument,
  shape?: ShapeLike | LikeOptions,
): ArrayBase {
  return filledLike("full_like", a, fill_value, dtype, shape);
}

/** Keyword arguments of `array`. */
export interface ArrayOptions {
  readonly dtype?: DTypeLike | null;
  readonly copy?: boolean;
  /** Axes of extent 1 are put in front up to this number. */
  readonly ndmin?: number;
}

/**
 * An array of nested JavaScript arrays, typed arrays, scalars or arrays. A lone scalar gives a weak array; in a list,
 * any float (written 1.0 in a cell, or not integral) makes float32, else integers int32. Throws ValueError for ragged
 * lists, TypeError for elements that are no numbers.
 */
export function array(
  object: NestedData,
  dtype?: DTypeLike | null | ArrayOptions,
  options?: ArrayOptions,
): ArrayBase {
  const given = callArguments<ArrayOptions>("array", ["dtype", "copy", "ndmin"], [dtype, options]);
  const wanted = given.dtype === undefined || given.dtype === null ? undefined : toDType(given.dtype);
  const result = fromObject(object, wanted);
  const missing = (given.ndmin ?? 0) - result.ndim;
  if (missing <= 0) return result;
  return lax.expand_dims(
    result,
    Array.from({ length: missing }, (_, axis) => axis),
  );
}

function fromObject(object: NestedData, dtype: DType | undefined): ArrayBase {
  if (object instanceof ArrayBase) return lax.asarray(dtype === undefined ? object : strong(object, dtype));
  if (isPythonScalar(object)) {
    const own = avalOf(object);
    return lax.full([], object, dtype ?? own.dtype, dtype === undefined && own.weakType);
  }
  const { leaves, shape } = flattenNested(object);
  if (leaves.every(isPythonScalar)) {
    return fromNumbers(leaves, shape, dtype ?? canonicalizeDType(dtypeOfScalars(leaves)));
  }
  return stacked(leaves, shape, dtype);
}

function strong(x: ArrayBase, dtype: DType): ArrayBase {
  return lax.convert_element_type(x, dtype, false);
}

/** Nested data with arrays at the bottom: those are stacked, after promotion. */
function stacked(leaves: readonly Leaf[], shape: Shape, dtype: DType | undefined): ArrayBase {
  const arrays = leaves.map((leaf) => (isHostArray(leaf) ? fromTypedArray(leaf) : lax.asarray(leaf)));
  const target = dtype ?? promoteTypes(arrays.map((each) => each.aval)).dtype;
  const inner = arrays[0]!.shape;
  const same = arrays.map((each) => strong(each, target));
  if (shape.length === 0) return same[0]!;
  return lax.reshape(
    lax.concatenate(
      same.map((each) => lax.expand_dims(each, [0])),
      0,
    ),
    [...shape, ...inner],
  );
}

function fromTypedArray(data: HostArray): ArrayBase {
  const own = hostDType(data)!;
  const target = canonicalizeDType(own);
  if (own === target) return fromHost(data, [data.length], own);
  const narrowed = allocateHost(target, data.length);
  for (let i = 0; i < data.length; i++) narrowed[i] = Number(data[i]);
  return fromHost(narrowed, [data.length], target);
}

/** A copy of the array; arrays are immutable, so that the copy may share memory. */
export function copy(a: ArrayLike): ArrayBase {
  return ownHandle(arrayArgument("copy", a));
}

/** The array with another dtype. */
export function astype(x: ArrayLike, dtype: DTypeLike): ArrayBase {
  return strong(arrayArgument("astype", x), toDType(dtype));
}

const eyeJit = jit(
  (shape: Shape, k: number, dtype: DType) => {
    const rows = lax.broadcasted_iota("int32", shape, 0);
    const columns = lax.broadcasted_iota("int32", shape, 1);
    return lax.convert_element_type(lax.eq(lax.add(rows, k), columns), dtype);
  },
  { name: "eye", static_argnums: [0, 1, 2] },
);

/** Ones on the k-th diagonal of N rows and M columns (N when not given), zeros elsewhere. */
export function eye(
  N: number,
  M?: number | null | EyeOptions,
  k?: number | EyeOptions,
  dtype?: DTypeLike | null | EyeOptions,
): ArrayBase {
  const options = callArguments<EyeOptions>("eye", ["M", "k", "dtype"], [M, k, dtype]);
  const shape = toShape([N, options.M ?? N]);
  const target =
    options.dtype === undefined || options.dtype === null ? defaultFloat() : toDType(options.dtype);
  return eyeJit(shape, options.k ?? 0, target);
}

export interface EyeOptions {
  readonly M?: number | null;
  readonly k?: number;
  readonly dtype?: DTypeLike | null;
}

/** The n by n identity matrix. */
export function identity(n: number, dtype?: DTypeLike | null | DTypeOption): ArrayBase {
  return eye(n, { dtype: dtypeOf("identity", dtype, defaultFloat) });
}
