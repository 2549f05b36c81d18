import { avalOf } from "../core/tracer.ts";
import type { ArrayBase } from "../core/array-base.ts";
import { isDType, isFloating, isInteger, itemsize, type DType } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { canonicalizeDType, promoteTypes } from "../core/promotion.ts";
import { array } from "./creation.ts";
import { toDType, type DTypeLike } from "./dtype-like.ts";
import type { NestedData } from "./nested-data.ts";
import { checkArraylike, type ArrayLike } from "./promote.ts";

/** `jnp.float32`: usable wherever a dtype is, and a function that makes arrays of it. */
export interface ScalarType {
  (value?: NestedData): ArrayBase;
  readonly dtype: DType;
}

function scalarType(dtype: DType): ScalarType {
  const make = (value: NestedData = 0): ArrayBase => array(value, dtype);
  Object.defineProperty(make, "name", { value: dtype === "bool" ? "bool_" : dtype });
  return Object.assign(make, { dtype, toString: () => `<class 'jax.numpy.${make.name}'>` });
}

export const bool_ = scalarType("bool");
export const int32 = scalarType("int32");
export const uint32 = scalarType("uint32");
export const int64 = scalarType("int64");
export const float32 = scalarType("float32");
export const float64 = scalarType("float64");

/** The dtype meant by a name or scalar type. */
export function dtype(like: DTypeLike): DType {
  return toDType(like);
}

/** The dtype that arrays, scalars and dtypes have together. */
export function result_type(...args: (ArrayLike | DTypeLike)[]): DType {
  const types = args.map((arg) => {
    if (typeof arg === "string" || (typeof arg === "function" && !("aval" in arg))) {
      return { dtype: toDType(arg), weakType: false };
    }
    checkArraylike("result_type", [arg]);
    return avalOf(arg as ArrayLike);
  });
  return canonicalizeDType(promoteTypes(types).dtype);
}

/** The dtype that values of two dtypes have together. */
export function promote_types(a: DTypeLike, b: DTypeLike): DType {
  return result_type(toDType(a), toDType(b));
}

/** Facts about an integer dtype. */
export class iinfo {
  readonly dtype: DType;
  readonly bits: number;
  readonly min: number | bigint;
  readonly max: number | bigint;

  constructor(like: DTypeLike) {
    this.dtype = exactDType(like);
    if (!isInteger(this.dtype)) throw new ValueError(`Invalid integer data type ${this.dtype}.`);
    this.bits = itemsize(this.dtype) * 8;
    if (this.dtype === "int64") {
      [this.min, this.max] = [-(2n ** 63n), 2n ** 63n - 1n];
    } else {
      [this.min, this.max] = this.dtype === "uint32" ? [0, 2 ** 32 - 1] : [-(2 ** 31), 2 ** 31 - 1];
    }
  }

  toString(): string {
    return `iinfo(min=${String(this.min)}, max=${String(this.max)}, dtype=${this.dtype})`;
  }
}

/** Facts about a floating dtype. */
export class finfo {
  readonly dtype: DType;
  readonly bits: number;
  /** Distance from 1 to the next larger number. */
  readonly eps: number;
  readonly max: number;
  readonly min: number;
  /** Smallest number of full precision. */
  readonly tiny: number;
  readonly smallest_normal: number;
  readonly smallest_subnormal: number;
  readonly resolution: number;

  constructor(like: DTypeLike) {
    this.dtype = exactDType(like);
    if (!isFloating(this.dtype)) throw new ValueError(`data type <class 'numpy.${this.dtype}'> not inexact`);
    const wide = this.dtype === "float64";
    this.bits = wide ? 64 : 32;
    this.eps = wide ? Number.EPSILON : 2 ** -23;
    this.max = wide ? Number.MAX_VALUE : (2 - 2 ** -23) * 2 ** 127;
    this.min = -this.max;
    this.tiny = wide ? 2 ** -1022 : 2 ** -126;
    this.smallest_normal = this.tiny;
    this.smallest_subnormal = wide ? Number.MIN_VALUE : 2 ** -149;
    this.resolution = wide ? 1e-15 : 1e-6;
  }

  toString(): string {
    const text = (value: number): string => value.toPrecision(this.dtype === "float64" ? 17 : 8);
    return `finfo(resolution=${String(this.resolution)}, min=${text(this.min)}, max=${text(this.max)}, dtype=${this.dtype})`;
  }
}

/** The dtype named, 64-bit ones also while x64 is off. */
function exactDType(like: DTypeLike): DType {
  const name: unknown = typeof like === "string" ? like : (like as { dtype?: unknown }).dtype;
  return isDType(name) ? name : toDType(like);
}

/** Whether a dtype belongs to a kind: "floating", "integer", "bool" or a dtype itself. */
export function issubdtype(arg1: DTypeLike, arg2: DTypeLike): boolean {
  const own = exactDType(arg1);
  if (arg2 === "floating" || arg2 === "inexact") return isFloating(own);
  if (arg2 === "integer") return isInteger(own);
  if (arg2 === "number") return own !== "bool";
  return own === exactDType(arg2);
}
