import { asarray, type ArrayLike } from "./as-array.ts";
import { checkAxis } from "./axis.ts";
import { allocate, type Elements } from "./dtype.ts";
import { NdArray } from "./ndarray.ts";
import { swapaxes } from "./rearranging.ts";

export type SortAxis = number | null | { readonly axis?: number | null };

function axisOf(axis: SortAxis | undefined): number | null {
  if (axis === undefined) return -1;
  if (axis === null || typeof axis === "number") return axis;
  return axis.axis === undefined ? -1 : axis.axis;
}

type Rows = (elements: Elements, start: number, end: number) => void;

/** Calls `visit` with every run of elements along the last axis. */
function eachRow(elements: Elements, length: number, visit: Rows): void {
  for (let start = 0; length > 0 && start < elements.length; start += length)
    visit(elements, start, start + length);
}

/** Ascending; NaN comes last. Typed arrays sort exactly so. */
function sortRows(array: NdArray): NdArray {
  const memory = array.copyElements();
  eachRow(memory, array.shape.at(-1) ?? 1, (elements, start, end) => {
    (elements as unknown as Float64Array).subarray(start, end).sort();
  });
  return NdArray.of(memory, array.dtype, array.shape);
}

/** A sorted copy, along the last axis by default; `null` sorts all elements as one row. */
export function sort(a: ArrayLike, axis?: SortAxis): NdArray {
  return alongLast(asarray(a), axisOf(axis), sortRows);
}

function alongLast(array: NdArray, axis: number | null, work: (moved: NdArray) => NdArray): NdArray {
  if (axis === null) return work(NdArray.of(array.elements(), array.dtype, [array.size]));
  const at = checkAxis(axis, array.ndim);
  return swapaxes(work(swapaxes(array, at, -1)), at, -1);
}

/** The positions that would sort the array. */
export function argsort(a: ArrayLike, axis?: SortAxis): NdArray {
  return alongLast(asarray(a), axisOf(axis), (moved) => {
    const elements = moved.elements();
    const memory = allocate("int64", moved.size);
    eachRow(elements, moved.shape.at(-1) ?? 1, (values, start, end) => {
      const order = Array.from({ length: end - start }, (_, i) => i);
      order.sort((i, j) => compare(values[start + i]!, values[start + j]!) || i - j);
      order.forEach((position, i) => (memory[start + i] = BigInt(position)));
    });
    return NdArray.of(memory, "int64", moved.shape);
  });
}

function compare(a: number | bigint, b: number | bigint): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** Sorts the array itself, along the last axis by default: what `a.sort()` does. */
export function sortInPlace(array: NdArray, axis?: SortAxis): void {
  const sorted = sort(array, axisOf(axis) ?? -1).elements();
  array.write((position) => sorted[position]!);
}

/** The distinct elements, ascending. */
export function unique(a: ArrayLike): NdArray {
  const sorted = sort(a, null);
  const kept: (number | bigint)[] = [];
  for (let i = 0; i < sorted.size; i++) {
    const value = sorted.memory[i]!;
    if (i === 0 || value !== kept.at(-1)) kept.push(value);
  }
  const result = NdArray.zeros(sorted.dtype, [kept.length]);
  kept.forEach((value, i) => (result.memory[i] = value));
  return result;
}
