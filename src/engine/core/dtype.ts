/** The element types an array can have; names as NumPy spells them. */
export type DType = "bool" | "int32" | "uint32" | "int64" | "float32" | "float64";

/** A host buffer that holds the elements of an array; bool as 0/1 bytes, int64 as two's complement. */
export type HostArray = Uint8Array | Int32Array | Uint32Array | BigInt64Array | Float32Array | Float64Array;

/** One element as JavaScript sees it: int64 elements are bigint, bool elements boolean. */
export type HostScalar = number | bigint | boolean;

interface DTypeFacts {
  /** Bytes an element takes in NumPy's memory layout (what `nbytes` counts). */
  readonly itemsize: number;
  readonly kind: "b" | "i" | "u" | "f";
  /** How a Jaxpr writes it. */
  readonly shortName: string;
}

const facts: Readonly<Record<DType, DTypeFacts>> = {
  bool: { itemsize: 1, kind: "b", shortName: "bool" },
  int32: { itemsize: 4, kind: "i", shortName: "i32" },
  uint32: { itemsize: 4, kind: "u", shortName: "u32" },
  int64: { itemsize: 8, kind: "i", shortName: "i64" },
  float32: { itemsize: 4, kind: "f", shortName: "f32" },
  float64: { itemsize: 8, kind: "f", shortName: "f64" },
};

export function itemsize(dtype: DType): number {
  return facts[dtype].itemsize;
}

export function shortName(dtype: DType): string {
  return facts[dtype].shortName;
}

export function isFloating(dtype: DType): boolean {
  return facts[dtype].kind === "f";
}

/** Signed or unsigned, bool excluded. */
export function isInteger(dtype: DType): boolean {
  return facts[dtype].kind === "i" || facts[dtype].kind === "u";
}

export function isUnsigned(dtype: DType): boolean {
  return facts[dtype].kind === "u";
}

export function is64Bit(dtype: DType): boolean {
  return facts[dtype].itemsize === 8;
}

export function isDType(value: unknown): value is DType {
  return typeof value === "string" && Object.hasOwn(facts, value);
}

/** A zeroed host buffer for `length` elements. */
export function allocateHost(dtype: DType, length: number): HostArray {
  switch (dtype) {
    case "bool":
      return new Uint8Array(length);
    case "int32":
      return new Int32Array(length);
    case "uint32":
      return new Uint32Array(length);
    case "int64":
      return new BigInt64Array(length);
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
  }
}

/** Views bytes in NumPy's memory layout as elements, without a copy. */
export function viewHost(dtype: DType, bytes: ArrayBuffer): HostArray {
  switch (dtype) {
    case "bool":
      return new Uint8Array(bytes);
    case "int32":
      return new Int32Array(bytes);
    case "uint32":
      return new Uint32Array(bytes);
    case "int64":
      return new BigInt64Array(bytes);
    case "float32":
      return new Float32Array(bytes);
    case "float64":
      return new Float64Array(bytes);
  }
}
