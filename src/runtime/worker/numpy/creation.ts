import { ValueError, WeakFloat, type DType } from "../engine-door.ts";
import { asarray, dtypeArgument, jointDType, operandOf, type ArrayLike } from "./as-array.ts";
import { stretchLayout } from "./broadcast.ts";
import { allocate, isFloat, toElement, type DTypeLike } from "./dtype.ts";
import { NdArray } from "./ndarray.ts";
import { rowMajorStrides } from "./strided.ts";

/** A shape, or the extent of a vector. */
export type ShapeLike = number | NdArray | readonly number[];
type DTypeOption = DTypeLike | { readonly dtype?: DTypeLike } | null;

/** Throws TypeError or ValueError in NumPy's words for what is no shape. */
export function toShape(shape: unknown): number[] {
  const extents: readonly unknown[] = Array.isArray(shape) ? shape : [shape];
  return extents.map((extent) => {
    const value = extent instanceof NdArray ? extent.item() : extent;
    if (extent instanceof WeakFloat || typeof value !== "number" || !Number.isInteger(value))
      throw new TypeError("expected a sequence of integers or a single integer");
    if (value < 0) throw new ValueError("negative dimensions are not allowed");
    return value;
  });
}

/** A new array of the elements given; `asarray` keeps an array as it is. */
export function array(object: ArrayLike, dtype?: DTypeOption): NdArray {
  const converted = asarray(object, dtype ?? {});
  return converted === object
    ? converted.copy()
    : NdArray.of(converted.elements(), converted.dtype, converted.shape);
}

export function zeros(shape: ShapeLike, dtype?: DTypeOption): NdArray {
  return NdArray.zeros(dtypeArgument(dtype) ?? "float64", toShape(shape));
}

export function ones(shape: ShapeLike, dtype?: DTypeOption): NdArray {
  return full(shape, 1, dtypeArgument(dtype) ?? "float64");
}

export function full(shape: ShapeLike, fill_value: ArrayLike, dtype?: DTypeOption): NdArray {
  const { array: given } = operandOf(fill_value);
  const target = dtypeArgument(dtype) ?? given.dtype;
  const extents = toShape(shape);
  const elements = given.view(stretchLayout(given, extents)).elements();
  const result = NdArray.zeros(target, extents);
  for (let i = 0; i < result.size; i++) result.memory[i] = toElement(elements[i]!, target);
  return result;
}

function like(value: ArrayLike) {
  return (a: ArrayLike, dtype?: DTypeOption): NdArray => {
    const model = asarray(a);
    return full(model.shape, value, dtypeArgument(dtype) ?? model.dtype);
  };
}

export const zeros_like = like(0);
export const ones_like = like(1);

export function full_like(a: ArrayLike, fill_value: ArrayLike, dtype?: DTypeOption): NdArray {
  return like(fill_value)(a, dtype);
}

/** `arange(stop)` or `arange(start, stop, step)`: whole numbers when all of them are. */
export function arange(
  start: ArrayLike,
  stop?: ArrayLike | DTypeOption,
  step: ArrayLike = 1,
  dtype?: DTypeOption,
): NdArray {
  const isAlone =
    stop === undefined ||
    stop === null ||
    (typeof stop === "object" && "dtype" in stop && !(stop instanceof NdArray));
  const bounds = isAlone ? [0, start, step] : [start, stop as ArrayLike, step];
  const operands = bounds.map(operandOf);
  const target = dtypeArgument(isAlone ? stop : dtype) ?? jointDType(operands);
  const [from, to, by] = operands.map(({ array: each }) => Number(each.item()));
  if (by === 0) throw new ValueError("Maximum allowed size exceeded");
  const length = Math.max(0, Math.ceil((to! - from!) / by!));
  // NumPy computes the second element and goes on with the difference.
  const delta = from! + by! - from!;
  return filled(target, length, (i) => (isFloat(target) ? from! + i * delta : from! + i * by!));
}

function filled(dtype: DType, length: number, next: (i: number) => number): NdArray {
  const memory = allocate(dtype, length);
  for (let i = 0; i < length; i++) memory[i] = toElement(next(i), dtype);
  return NdArray.of(memory, dtype, [length]);
}

/** Keyword arguments of `linspace`. */
export interface LinspaceOptions {
  readonly num?: number;
  readonly endpoint?: boolean;
  readonly dtype?: DTypeLike;
}

/** `num` numbers from `start` to `stop`, which is the last of them unless `endpoint` is false. */
export function linspace(
  start: ArrayLike,
  stop: ArrayLike,
  num: number | LinspaceOptions = 50,
  rest: LinspaceOptions = {},
): NdArray {
  const options = typeof num === "number" ? { ...rest, num } : num;
  const { num: count = 50, endpoint = true } = options;
  if (count < 0) throw new ValueError(`Number of samples, ${String(count)}, must be non-negative.`);
  const [from, to] = [start, stop].map((bound) => Number(asarray(bound).item()));
  const parts = endpoint ? count - 1 : count;
  const step = (to! - from!) / parts;
  const at = (i: number): number => {
    if (endpoint && count > 1 && i === count - 1) return to!;
    return parts === 0 ? from! : i * step + from!;
  };
  return filled(dtypeArgument(options) ?? "float64", count, at);
}

/** Keyword arguments of `eye`. */
export interface EyeOptions {
  readonly M?: number;
  readonly k?: number;
  readonly dtype?: DTypeLike;
}

/** Ones on the k-th diagonal of N rows and M columns, zeros elsewhere. */
export function eye(N: number, M?: number | EyeOptions | null, k = 0, dtype?: DTypeOption): NdArray {
  const options: EyeOptions =
    typeof M === "object" && M !== null ? M : { ...(typeof M === "number" ? { M } : {}), k };
  const shape = toShape([N, options.M ?? N]);
  const result = NdArray.zeros(dtypeArgument(options) ?? dtypeArgument(dtype) ?? "float64", shape);
  const one = toElement(1, result.dtype);
  for (let row = 0; row < shape[0]!; row++) {
    const column = row + (options.k ?? 0);
    if (column >= 0 && column < shape[1]!) result.memory[row * shape[1]! + column] = one;
  }
  return result;
}

export function identity(n: number, dtype?: DTypeOption): NdArray {
  return eye(n, null, 0, dtype);
}

/** The coordinates of every point of a grid, one array an axis; `indexing: "ij"` keeps the axes in order. */
export function meshgrid(...args: (ArrayLike | { readonly indexing?: "xy" | "ij" })[]): readonly NdArray[] {
  const last = args.at(-1);
  const isOptions = typeof last === "object" && "indexing" in last;
  const axes = (isOptions ? args.slice(0, -1) : args).map((arg) => asarray(arg as ArrayLike));
  const isXy = !isOptions || last.indexing !== "ij";
  const order = axes.map((_, i) => i);
  if (isXy && order.length > 1) [order[0], order[1]] = [1, 0];
  const shape = order.map((axis) => axes[axis]!.size);
  const grids = axes.map((each, axis) => {
    const column = shape.map((_, i) => (order[i] === axis ? each.size : 1));
    const lone = NdArray.of(each.elements(), each.dtype, column);
    return lone.view(stretchLayout({ ...layoutOf(lone), shape: column }, shape)).copy();
  });
  return Object.freeze(grids);
}

function layoutOf(each: NdArray) {
  return { shape: each.shape, strides: rowMajorStrides(each.shape), offset: each.offset };
}
