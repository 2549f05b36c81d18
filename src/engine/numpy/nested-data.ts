import { ArrayBase } from "../core/array-base.ts";
import { formatShape } from "../core/aval.ts";
import { isDType, type DType, type HostArray } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { defaultFloat, defaultInt } from "../core/promotion.ts";
import { adopt } from "../core/foreign-array.ts";
import { isPythonScalar, TypedScalar, WeakFloat, isPythonInt, type PythonScalar } from "../core/scalar.ts";

/** Elements in nested JavaScript arrays, as NumPy takes them in nested lists. */
export type NestedData = PythonScalar | ArrayBase | HostArray | readonly NestedData[];

export type Leaf = PythonScalar | ArrayBase | HostArray;

/** Nested data taken apart: what is at the bottom, and the extents of the lists above it. */
export interface FlatData {
  readonly leaves: readonly Leaf[];
  readonly shape: readonly number[];
}

/** Throws ValueError when the lists are ragged, TypeError when an element is no number. */
export function flattenNested(data: unknown): FlatData {
  const shape = listShape(data);
  const leaves: Leaf[] = [];
  collect(data, shape, 0, leaves);
  return { leaves, shape };
}

function listShape(data: unknown): number[] {
  const shape: number[] = [];
  let inner = data;
  while (Array.isArray(inner)) {
    shape.push(inner.length);
    inner = (inner as readonly unknown[])[0];
  }
  return shape;
}

function collect(data: unknown, shape: readonly number[], depth: number, leaves: Leaf[]): void {
  if (!Array.isArray(data)) {
    if (depth < shape.length) throw ragged(shape, depth);
    leaves.push(leafOf(data));
    return;
  }
  if (data.length !== shape[depth]) throw ragged(shape, depth);
  for (const inner of data as readonly unknown[]) collect(inner, shape, depth + 1, leaves);
}

function ragged(shape: readonly number[], depth: number): ValueError {
  const dimensions = depth === 1 ? "1 dimensions" : `${String(depth)} dimensions`;
  return new ValueError(
    `setting an array element with a sequence. The requested array has an inhomogeneous shape after ` +
      `${dimensions}. The detected shape was ${formatShape(shape.slice(0, depth))} + inhomogeneous part.`,
  );
}

function leafOf(given: unknown): Leaf {
  const value = adopt(given);
  if (isPythonScalar(value) || value instanceof ArrayBase || isHostArray(value)) return value;
  const shown = typeof value === "string" ? `'${value}'` : String(value);
  const dtype = typeof value === "string" ? `<U${String(value.length)}` : "object";
  throw new TypeError(
    `Value ${shown} with dtype ${dtype} is not a valid JAX array type. Only arrays of numeric types are supported by JAX.`,
  );
}

export function isHostArray(value: unknown): value is HostArray {
  return ArrayBuffer.isView(value) && hostDType(value) !== undefined;
}

/** The dtype a typed array stands for; bytes are booleans. */
export function hostDType(value: ArrayBufferView): DType | undefined {
  const name = value.constructor.name;
  if (name === "Uint8Array") return "bool";
  if (name === "BigInt64Array") return "int64";
  const dtype = name.replace(/Array$/, "").toLowerCase();
  return isDType(dtype) ? dtype : undefined;
}

/** dtype of scalars in lists: any float makes it the default float, else any number the default integer. */
export function dtypeOfScalars(scalars: readonly PythonScalar[]): DType {
  if (scalars.length === 0) return defaultFloat();
  const first = scalars[0];
  if (first instanceof TypedScalar) return first.aval.dtype;
  if (scalars.some(isFloatScalar)) return defaultFloat();
  return scalars.every((scalar) => typeof scalar === "boolean") ? "bool" : defaultInt();
}

function isFloatScalar(scalar: PythonScalar): boolean {
  if (scalar instanceof WeakFloat) return true;
  return typeof scalar === "number" && !isPythonInt(scalar);
}
