import { WeakFloat, type DType, type HostArray } from "../engine-door.ts";

/** The elements of an array as they lie in memory: bool as 0 and 1, int64 as bigint. */
export interface Elements {
  readonly length: number;
  [position: number]: number | bigint;
}

/** What stands for a dtype: its name, a scalar type such as `np.float64`, or JavaScript's own word for it. */
export type DTypeLike = string | { readonly dtype: string } | ((...args: never[]) => unknown);

type Typed = new (size: number) => HostArray;

const storage: Readonly<Record<DType, Typed>> = {
  bool: Uint8Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
};

const aliases: Readonly<Record<string, DType>> = {
  bool_: "bool",
  boolean: "bool",
  int: "int64",
  int_: "int64",
  intp: "int64",
  float: "float64",
  double: "float64",
  f4: "float32",
  f8: "float64",
  i4: "int32",
  i8: "int64",
  u4: "uint32",
};

function isDType(name: string): name is DType {
  return Object.hasOwn(storage, name);
}

/** The dtype meant. Throws TypeError in NumPy's words. */
export function toDType(like: DTypeLike): DType {
  if (like === Boolean) return "bool";
  if (like === Number) return "float64";
  const own = typeof like === "string" ? like : (like as { dtype?: unknown }).dtype;
  // Python's `float` is a function of that name here.
  const name = typeof own === "string" ? own : (like as { name?: unknown }).name;
  if (typeof name === "string" && isDType(name)) return name;
  const alias = typeof name === "string" && Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  if (alias === undefined) throw new TypeError(`data type '${String(name)}' not understood`);
  return alias;
}

export function allocate(dtype: DType, size: number): Elements {
  return new storage[dtype](size);
}

export function isFloat(dtype: DType): boolean {
  return dtype === "float64" || dtype === "float32";
}

const sizes: Readonly<Record<DType, number>> = {
  bool: 1,
  int32: 4,
  uint32: 4,
  int64: 8,
  float32: 4,
  float64: 8,
};

export function itemsizeOf(dtype: DType): number {
  return sizes[dtype];
}

/** What kind of Python scalar a value is; such a scalar follows the arrays it meets. */
export type WeakKind = "bool" | "int" | "float";

/** Undefined when the value is no plain scalar. */
export function weakKindOf(value: unknown): WeakKind | undefined {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (value instanceof WeakFloat) return "float";
  if (typeof value !== "number") return undefined;
  return Number.isSafeInteger(value) && !Object.is(value, -0) ? "int" : "float";
}

const weakDTypes: Readonly<Record<WeakKind, DType>> = { bool: "bool", int: "int64", float: "float64" };

export function dtypeOfWeak(kind: WeakKind): DType {
  return weakDTypes[kind];
}

function joinTwo(a: DType, b: DType): DType {
  if (a === b || b === "bool") return a;
  if (a === "bool") return b;
  if (!isFloat(a) && !isFloat(b)) return "int64";
  // float32 holds no 32-bit integer exactly.
  return "float64";
}

/** The dtype that arrays of these dtypes and scalars of these kinds have together, by NumPy 2's rules. */
export function resultDType(strong: readonly DType[], weak: readonly WeakKind[]): DType {
  const ofWeak = weak.map(dtypeOfWeak).reduce(joinTwo, "bool");
  if (strong.length === 0) return ofWeak;
  const joined = strong.reduce(joinTwo);
  if (ofWeak === "float64") return isFloat(joined) ? joined : "float64";
  return ofWeak === "int64" && joined === "bool" ? "int64" : joined;
}

/** Whether NumPy casts in place without being asked to: to the same kind or a more general one. */
export function canCastSameKind(from: DType, to: DType): boolean {
  if (from === to || from === "bool") return true;
  if (to === "bool") return false;
  return !isFloat(from) || isFloat(to);
}

/** A value as an element of `dtype`; whole numbers wrap, and fractions lose what a whole number cannot hold. */
export function toElement(value: number | bigint, dtype: DType): number | bigint {
  if (dtype === "int64") {
    if (typeof value === "bigint") return BigInt.asIntN(64, value);
    return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : -(2n ** 63n);
  }
  if (dtype === "bool") return Number(Boolean(value) || Number.isNaN(value));
  if (isFloat(dtype)) return Number(value);
  if (typeof value === "bigint") return Number(BigInt.asIntN(32, value));
  return Number.isFinite(value) ? Math.trunc(value) : -(2 ** 31);
}

/** An element as JavaScript sees it: whole numbers as numbers where those are exact. */
export function fromElement(element: number | bigint, dtype: DType): number | bigint | boolean {
  if (dtype === "bool") return element !== 0;
  if (typeof element !== "bigint") return element;
  const plain = Number(element);
  return Number.isSafeInteger(plain) ? plain : element;
}
