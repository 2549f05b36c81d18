import { ArrayBase, isArray, isTracer, ValueError, WeakFloat, type DType } from "../engine-door.ts";
import {
  allocate,
  dtypeOfWeak,
  resultDType,
  toDType,
  toElement,
  weakKindOf,
  type DTypeLike,
  type Elements,
  type WeakKind,
} from "./dtype.ts";
import { NdArray } from "./ndarray.ts";
import { shapeText, sizeOf } from "./strided.ts";

/** What NumPy's functions take: arrays of either kind, scalars, and nested lists of those. */
export type ArrayLike =
  NdArray | ArrayBase | WeakFloat | ArrayBufferView | number | bigint | boolean | readonly ArrayLike[];

/** A plain scalar's own value. */
export function plainValue(value: unknown): number | bigint {
  if (value instanceof WeakFloat) return value.value;
  return typeof value === "boolean" ? Number(value) : (value as number | bigint);
}

/** An argument as an array, and the kind of plain scalar it was: those follow the dtypes of the arrays they meet. */
export interface Operand {
  readonly array: NdArray;
  readonly weak: WeakKind | undefined;
}

export function operandOf(value: unknown): Operand {
  const weak = weakKindOf(value);
  return { array: asarray(value as ArrayLike), weak };
}

/** The dtype that operands have together. */
export function jointDType(operands: readonly Operand[]): DType {
  const strong = operands.flatMap(({ array, weak }) => (weak === undefined ? [array.dtype] : []));
  return resultDType(
    strong,
    operands.flatMap(({ weak }) => weak ?? []),
  );
}

/**
 * The argument itself when it is an array of that dtype, else a new array. An array of the engine is read at once,
 * which throws where its device cannot be waited for.
 */
export function asarray(value: ArrayLike, dtype?: DTypeLike | { readonly dtype?: DTypeLike }): NdArray {
  const wanted = dtypeArgument(dtype);
  const array = convert(value, wanted);
  return wanted === undefined ? array : astype(array, wanted, false);
}

/** A dtype given by position or in an options object. */
export function dtypeArgument(given: unknown): DType | undefined {
  if (given === undefined || given === null) return undefined;
  const isOptions = typeof given === "object" && Object.getPrototypeOf(given) === Object.prototype;
  const dtype = isOptions ? (given as { dtype?: unknown }).dtype : given;
  return dtype === undefined || dtype === null ? undefined : toDType(dtype as DTypeLike);
}

function convert(value: unknown, wanted: DType | undefined): NdArray {
  if (value instanceof NdArray) return value;
  const weak = weakKindOf(value);
  if (weak !== undefined) {
    const dtype = wanted ?? dtypeOfWeak(weak);
    const memory = allocate(dtype, 1);
    memory[0] = toElement(plainValue(value), dtype);
    return NdArray.of(memory, dtype, []);
  }
  if (isArray(value)) {
    // The memory that reading gives may be the engine's own.
    const data = value.dataSync().slice() as unknown as Elements;
    return NdArray.of(data, value.dtype, value.shape);
  }
  // A tracer says itself that it has no elements.
  if (isTracer(value)) return value.dataSync() as never;
  if (Array.isArray(value)) return fromNested(value as readonly unknown[], wanted);
  if (ArrayBuffer.isView(value)) return fromTyped(value);
  throw new TypeError(
    `an array cannot be made of ${value === null ? "null" : typeof value === "object" ? "an object" : typeof value === "string" ? `'${value}'` : typeof value}`,
  );
}

function fromTyped(value: ArrayBufferView): NdArray {
  const numbers = value as unknown as ArrayLikeOfNumbers;
  const name = value.constructor.name.replace(/Array$/, "").toLowerCase();
  const known = ["float64", "float32", "int32", "uint32"].includes(name);
  const dtype: DType = known
    ? toDType(name)
    : name === "bigint64"
      ? "int64"
      : name === "uint8"
        ? "bool"
        : "int64";
  const memory = allocate(dtype, numbers.length);
  for (let i = 0; i < numbers.length; i++) memory[i] = toElement(numbers[i]!, dtype);
  return NdArray.of(memory, dtype, [numbers.length]);
}

interface ArrayLikeOfNumbers {
  readonly length: number;
  readonly [position: number]: number | bigint;
}

/** Nested lists: every branch must have the same extents. */
function fromNested(list: readonly unknown[], wanted: DType | undefined): NdArray {
  const leaves: unknown[] = [];
  const shape: number[] = [];
  for (let inner: unknown = list; Array.isArray(inner); inner = (inner as readonly unknown[])[0])
    shape.push(inner.length);
  collect(list, shape, 0, leaves);
  const operands = leaves.map(operandOf);
  const inner = operands[0]?.array.shape ?? [];
  if (operands.some(({ array }) => shapeText(array.shape) !== shapeText(inner)))
    throw ragged(shape, shape.length);
  const dtype = wanted ?? (operands.length === 0 ? "float64" : jointDType(operands));
  const result = NdArray.zeros(dtype, [...shape, ...inner]);
  const step = sizeOf(inner);
  operands.forEach(({ array }, position) => {
    const elements = array.elements();
    for (let i = 0; i < step; i++) result.memory[position * step + i] = toElement(elements[i]!, dtype);
  });
  return result;
}

function collect(value: unknown, shape: readonly number[], depth: number, leaves: unknown[]): void {
  if (!Array.isArray(value)) {
    if (depth < shape.length) throw ragged(shape, depth);
    leaves.push(value);
    return;
  }
  if (value.length !== shape[depth]) throw ragged(shape, depth);
  for (const inner of value as readonly unknown[]) collect(inner, shape, depth + 1, leaves);
}

function ragged(shape: readonly number[], depth: number): ValueError {
  return new ValueError(
    "setting an array element with a sequence. The requested array has an inhomogeneous shape after " +
      `${String(depth)} dimensions. The detected shape was ${shapeText(shape.slice(0, depth))} + inhomogeneous part.`,
  );
}

/** The elements converted to another dtype; the array itself when there is nothing to convert and `copy` is false. */
export function astype(array: NdArray, dtype: DTypeLike, copy = true): NdArray {
  const target = toDType(dtype);
  if (target === array.dtype) return copy ? array.copy() : array;
  const source = array.elements();
  const memory = allocate(target, source.length);
  for (let i = 0; i < source.length; i++) memory[i] = toElement(source[i]!, target);
  return NdArray.of(memory, target, array.shape);
}
