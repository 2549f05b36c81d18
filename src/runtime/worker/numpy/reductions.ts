import { ValueError, type DType } from "../engine-door.ts";
import { asarray, astype, type ArrayLike } from "./as-array.ts";
import { stretchLayout } from "./broadcast.ts";
import { allocate, isFloat, type DTypeLike, type Elements } from "./dtype.ts";
import { multiply, sqrt, subtract } from "./elementwise.ts";
import { NdArray, scalarIfRank0 } from "./ndarray.ts";
import { checkAxis } from "./axis.ts";
import { sizeOf } from "./strided.ts";

/** Keyword arguments of the reductions. */
export interface ReductionOptions {
  /** The axes to reduce, all of them by default. */
  readonly axis?: number | readonly number[] | null;
  /** Whether reduced axes stay, with extent 1. */
  readonly keepdims?: boolean;
  readonly dtype?: DTypeLike;
  /** What is taken off the number of elements when dividing (std, var). */
  readonly ddof?: number;
}

/** The axes by position, or all keyword arguments. */
export type AxisArgument = number | readonly number[] | null | ReductionOptions;

function optionsOf(argument: AxisArgument | undefined, options: ReductionOptions): ReductionOptions {
  if (argument === undefined || argument === null) return options;
  if (typeof argument === "number" || Array.isArray(argument))
    return { ...options, axis: argument as number | readonly number[] };
  return { ...options, ...(argument as ReductionOptions) };
}

/** Groups of elements that become one each, one after another in memory. */
interface Groups {
  readonly elements: Elements;
  readonly length: number;
  readonly outer: readonly number[];
  readonly keptShape: readonly number[];
  /** Whether the elements of a group lie next to each other in the array itself. */
  readonly isInner: boolean;
}

function groupsOf(array: NdArray, { axis, keepdims = false }: ReductionOptions): Groups {
  const all = array.shape.map((_, i) => i);
  const given = axis === undefined || axis === null ? all : typeof axis === "number" ? [axis] : axis;
  const reduced = given.map((each) => checkAxis(each, array.ndim));
  const outer = all.filter((each) => !reduced.includes(each));
  const order = [...outer, ...reduced.toSorted((a, b) => a - b)];
  const moved = array.view({
    shape: order.map((each) => array.shape[each]!),
    strides: order.map((each) => array.strides[each]!),
    offset: array.offset,
  });
  const outerShape = outer.map((each) => array.shape[each]!);
  return {
    elements: moved.elements(),
    length: sizeOf(reduced.map((each) => array.shape[each]!)),
    outer: outerShape,
    keptShape: keepdims ? all.map((each) => (reduced.includes(each) ? 1 : array.shape[each]!)) : outerShape,
    isInner: reduced.length === array.ndim || reduced.includes(array.ndim - 1),
  };
}

type Fold = (elements: Elements, start: number, length: number, isInner: boolean) => number | bigint;

function reduce(array: NdArray, options: ReductionOptions, dtype: DType, fold: Fold): NdArray {
  const { elements, length, outer, keptShape, isInner } = groupsOf(array, options);
  const memory = allocate(dtype, sizeOf(outer));
  for (let i = 0; i < memory.length; i++) memory[i] = fold(elements, i * length, length, isInner);
  return scalarIfRank0(NdArray.of(memory, dtype, keptShape));
}

/** Whole numbers and booleans add up in int64. */
function sumDType(dtype: DType): DType {
  return isFloat(dtype) ? dtype : "int64";
}

const rounding = (dtype: DType): ((x: number) => number) => (dtype === "float32" ? Math.fround : (x) => x);

/**
 * NumPy's order of addition: eight running sums over blocks of up to 128 elements, blocks added in pairs. Along an
 * axis that is not the last one, NumPy adds row to row.
 */
function pairwiseSum(
  values: Float64Array,
  start: number,
  length: number,
  round: (x: number) => number,
): number {
  if (length < 8) return plainSum(values, start, length, round);
  if (length > 128) {
    const half = (length >> 1) - ((length >> 1) % 8);
    const left = pairwiseSum(values, start, half, round);
    return round(left + pairwiseSum(values, start + half, length - half, round));
  }
  const sums = Array.from({ length: 8 }, (_, lane) => values[start + lane]!);
  const whole = length - (length % 8);
  for (let i = 8; i < whole; i += 8)
    for (let lane = 0; lane < 8; lane++) sums[lane] = round(sums[lane]! + values[start + i + lane]!);
  const pair = (a: number, b: number): number => round(sums[a]! + sums[b]!);
  let total = round(round(pair(0, 1) + pair(2, 3)) + round(pair(4, 5) + pair(6, 7)));
  for (let i = whole; i < length; i++) total = round(total + values[start + i]!);
  return total;
}

function plainSum(values: Float64Array, start: number, length: number, round: (x: number) => number): number {
  let total = length === 0 ? 0 : values[start]!;
  for (let i = 1; i < length; i++) total = round(total + values[start + i]!);
  return total;
}

/** A sum or product: of integers modulo 2^64, of floats by `fold`, rounded to the dtype at each step. */
function accumulate(
  a: ArrayLike,
  options: ReductionOptions,
  integers: Fold,
  fold: (round: (x: number) => number) => Fold,
): NdArray {
  const given = asarray(a);
  const array = astype(given, options.dtype ?? sumDType(given.dtype), false);
  const { dtype } = array;
  return reduce(array, options, dtype, isFloat(dtype) ? fold(rounding(dtype)) : integers);
}

export function sum(a: ArrayLike, axis?: AxisArgument, rest: ReductionOptions = {}): NdArray {
  const integers = foldBigints((x, y) => x + y, 0n);
  return accumulate(
    a,
    optionsOf(axis, rest),
    integers,
    (round) => (elements, start, length, isInner) =>
      (isInner ? pairwiseSum : plainSum)(elements as unknown as Float64Array, start, length, round),
  );
}

function foldBigints(f: (x: bigint, y: bigint) => bigint, start: bigint): Fold {
  return (elements, first, length) => {
    let result = start;
    for (let i = 0; i < length; i++) result = f(result, BigInt(elements[first + i]!));
    return BigInt.asIntN(64, result);
  };
}

export function prod(a: ArrayLike, axis?: AxisArgument, rest: ReductionOptions = {}): NdArray {
  const integers = foldBigints((x, y) => BigInt.asIntN(64, x * y), 1n);
  return accumulate(a, optionsOf(axis, rest), integers, (round) => (elements, start, length) => {
    let result = 1;
    for (let i = 0; i < length; i++) result = round(result * Number(elements[start + i]));
    return result;
  });
}

/** The sum divided by the number of elements, in a floating dtype. */
export function mean(a: ArrayLike, axis?: AxisArgument, rest: ReductionOptions = {}): NdArray {
  const options = optionsOf(axis, rest);
  const given = asarray(a);
  const array = isFloat(given.dtype) ? given : astype(given, "float64");
  const total = sum(array, options);
  return dividedBy(total, array.size / Math.max(1, total.size));
}

function dividedBy(total: NdArray, count: number): NdArray {
  const { dtype } = total;
  const memory = allocate(dtype, total.size);
  const elements = total.elements();
  for (let i = 0; i < memory.length; i++) memory[i] = Number(elements[i]) / count;
  return scalarIfRank0(NdArray.of(memory, dtype, total.shape));
}

/** The mean squared distance from the mean; `ddof: 1` divides by one element less. */
export function variance(a: ArrayLike, axis?: AxisArgument, rest: ReductionOptions = {}): NdArray {
  const options = optionsOf(axis, rest);
  const given = asarray(a);
  const array = isFloat(given.dtype) ? given : astype(given, "float64");
  const centre = mean(array, { ...options, keepdims: true });
  const distance = subtract(array, centre.view(stretchLayout(centre, array.shape)));
  const squares = sum(multiply(distance, distance), options);
  const count = array.size / Math.max(1, squares.size);
  return dividedBy(squares, Math.max(0, count - (options.ddof ?? 0)));
}

export function std(a: ArrayLike, axis?: AxisArgument, rest: ReductionOptions = {}): NdArray {
  return sqrt(variance(a, axis, rest));
}

function extreme(name: string, isBetter: (x: number | bigint, y: number | bigint) => boolean) {
  return (a: ArrayLike, axis?: AxisArgument, rest: ReductionOptions = {}): NdArray => {
    const array = asarray(a);
    return reduce(array, optionsOf(axis, rest), array.dtype, (elements, start, length) => {
      if (length === 0)
        throw new ValueError(`zero-size array to reduction operation ${name} which has no identity`);
      return elements[start + bestOf(elements, start, length, isBetter)]!;
    });
  };
}

/** The first position that beats all others; the first NaN beats everything. */
function bestOf(
  elements: Elements,
  start: number,
  length: number,
  isBetter: (x: number | bigint, y: number | bigint) => boolean,
): number {
  let best = 0;
  for (let i = 0; i < length; i++) {
    const value = elements[start + i]!;
    if (typeof value === "number" && Number.isNaN(value)) return i;
    if (isBetter(value, elements[start + best]!)) best = i;
  }
  return best;
}

const isMore = (x: number | bigint, y: number | bigint): boolean => x > y;
const isLess = (x: number | bigint, y: number | bigint): boolean => x < y;

export const max = extreme("maximum", isMore);
export const min = extreme("minimum", isLess);

function position(name: string, isBetter: (x: number | bigint, y: number | bigint) => boolean) {
  return (a: ArrayLike, axis?: AxisArgument, rest: ReductionOptions = {}): NdArray =>
    reduce(asarray(a), optionsOf(axis, rest), "int64", (elements, start, length) => {
      if (length === 0) throw new ValueError(`attempt to get ${name} of an empty sequence`);
      return BigInt(bestOf(elements, start, length, isBetter));
    });
}

export const argmax = position("argmax", isMore);
export const argmin = position("argmin", isLess);

function truths(start: boolean) {
  return (a: ArrayLike, axis?: AxisArgument, rest: ReductionOptions = {}): NdArray =>
    reduce(asarray(a), optionsOf(axis, rest), "bool", (elements, first, length) => {
      for (let i = 0; i < length; i++) {
        const element = elements[first + i]!;
        if ((element === 0 || element === 0n) === start) return Number(!start);
      }
      return Number(start);
    });
}

export const all = truths(true);
export const any = truths(false);

function cumulative(f: (x: number, y: number) => number, onBigints: (x: bigint, y: bigint) => bigint) {
  return (a: ArrayLike, axis: number | null | { readonly axis?: number } = null): NdArray => {
    const given = asarray(a);
    const array = astype(given, sumDType(given.dtype), true);
    const along = typeof axis === "number" ? axis : axis?.axis;
    const flat = along === undefined ? NdArray.of(array.memory, array.dtype, [array.size]) : array;
    const at = along === undefined ? 0 : checkAxis(along, array.ndim);
    const step = flat.strides[at]!;
    for (let i = 0; i < flat.size; i++) {
      if (Math.floor(i / step) % flat.shape[at]! === 0) continue;
      const [x, y] = [flat.memory[i - step]!, flat.memory[i]!];
      flat.memory[i] = typeof y === "bigint" ? onBigints(x as bigint, y) : f(x as number, y);
    }
    return flat;
  };
}

export const cumsum = cumulative(
  (x, y) => x + y,
  (x, y) => x + y,
);
export const cumprod = cumulative(
  (x, y) => x * y,
  (x, y) => x * y,
);
