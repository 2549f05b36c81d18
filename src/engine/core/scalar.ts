import { config } from "./config.ts";
import type { DType, HostScalar } from "./dtype.ts";
import { ShapedArray } from "./aval.ts";

/**
 * JavaScript has one number type, so `10` and `10.0` are the same value. A `WeakFloat` is a number that was written
 * as a float: the cell language makes one from a literal with a decimal point, `float(10)` makes one by hand.
 */
export class WeakFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }

  valueOf(): number {
    return this.value;
  }

  toString(): string {
    return Number.isInteger(this.value) ? `${String(this.value)}.0` : String(this.value);
  }
}

/** A number that counts as a float whatever its value; `float(10)` is Python's `10.0`. */
export function float(value: number | WeakFloat): WeakFloat {
  return new WeakFloat(Number(value));
}

/** A scalar with a dtype, known on the host: what a Python scalar becomes when it meets an array. */
export class TypedScalar {
  readonly value: HostScalar;
  readonly aval: ShapedArray;

  constructor(value: HostScalar, aval: ShapedArray) {
    this.value = value;
    this.aval = aval;
  }
}

/** What stands for a Python scalar: it has no memory on a device and follows the arrays it meets. */
export type PythonScalar = number | boolean | bigint | WeakFloat | TypedScalar;

/** The scalar converted to `dtype` without touching a device. */
export function typedScalar(value: PythonScalar, dtype: DType, weakType = false): TypedScalar {
  return new TypedScalar(convertScalar(value, dtype), scalarAval(dtype, weakType));
}

const weakAvals = new Map<DType, ShapedArray>();
const strongAvals = new Map<DType, ShapedArray>();

/** The aval of a scalar: one object for each, as eager code asks for them all the time. */
function scalarAval(dtype: DType, weakType: boolean): ShapedArray {
  const avals = weakType ? weakAvals : strongAvals;
  let aval = avals.get(dtype);
  if (aval === undefined) avals.set(dtype, (aval = new ShapedArray([], dtype, weakType)));
  return aval;
}

export function isPythonScalar(value: unknown): value is PythonScalar {
  return (
    typeof value === "number" ||
    typeof value === "boolean" ||
    typeof value === "bigint" ||
    value instanceof WeakFloat ||
    value instanceof TypedScalar
  );
}

/** Whether a number counts as a Python int: integral, in range, and not minus zero. */
export function isPythonInt(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0);
}

/** The aval of a Python scalar: weak and 0-d, except that a boolean is a strong bool. */
export function avalOfScalar(value: PythonScalar): ShapedArray {
  if (value instanceof TypedScalar) return value.aval;
  if (typeof value === "boolean") return scalarAval("bool", false);
  return scalarAval(weakDTypeOf(value), true);
}

function weakDTypeOf(value: number | bigint | WeakFloat): DType {
  const wide = config.jax_enable_x64;
  if (value instanceof WeakFloat) return wide ? "float64" : "float32";
  if (typeof value === "bigint") return wide ? "int64" : "int32";
  if (!isPythonInt(value)) return wide ? "float64" : "float32";
  // An integral number outside the default integer's range is more likely a float such as 3e9 than an overflow.
  if (!wide && (value > 2147483647 || value < -2147483648)) return "float32";
  return wide ? "int64" : "int32";
}

/** The scalar as an element of `dtype`, converted as NumPy's `astype` would; wraps integers. */
export function convertScalar(value: PythonScalar | HostScalar, dtype: DType): HostScalar {
  const plain = value instanceof WeakFloat || value instanceof TypedScalar ? value.value : value;
  switch (dtype) {
    case "bool":
      return Boolean(plain);
    case "int32":
      return typeof plain === "bigint" ? Number(BigInt.asIntN(32, plain)) : Math.trunc(Number(plain)) | 0;
    case "uint32":
      return typeof plain === "bigint" ? Number(BigInt.asUintN(32, plain)) : Math.trunc(Number(plain)) >>> 0;
    case "int64":
      return typeof plain === "bigint" ? BigInt.asIntN(64, plain) : toBigInt(Number(plain));
    case "float32":
      return Math.fround(Number(plain));
    case "float64":
      return Number(plain);
  }
}

function toBigInt(value: number): bigint {
  return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : 0n;
}
