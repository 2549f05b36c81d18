import type { Elements } from "./dtype.ts";

/** Which elements of a block of memory an array consists of, as NumPy describes it; strides count elements. */
export interface Layout {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** A shape as Python prints a tuple. */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${String(shape[0])},)` : `(${shape.join(", ")})`;
}

/** The strides of row-major memory. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** Whether the elements lie one after another in row-major order. */
export function isContiguous({ shape, strides }: Layout): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis]!;
  }
  return true;
}

/** Calls `visit` with the place in memory of every element, in row-major order. */
export function eachPlace(
  { shape, strides, offset }: Layout,
  visit: (place: number, position: number) => void,
): void {
  const last = shape.length - 1;
  let position = 0;
  const descend = (axis: number, place: number): void => {
    const [extent, stride] = [shape[axis]!, strides[axis]!];
    for (let i = 0; i < extent; i++) {
      if (axis === last) visit(place + i * stride, position++);
      else descend(axis + 1, place + i * stride);
    }
  };
  if (last < 0) visit(offset, 0);
  else descend(0, offset);
}

/** Copies the elements of a layout to `target`, row-major from its start. */
export function gather(source: Elements, layout: Layout, target: Elements): void {
  eachPlace(layout, (place, position) => {
    target[position] = source[place]!;
  });
}

/** Python's slice against an axis: first position, step, and how many. Null stands for a bound left out. */
export function sliceRange(
  bounds: readonly (number | null)[],
  extent: number,
): { start: number; step: number; length: number } {
  const [from = null, to = null, by = null] = bounds;
  const step = by ?? 1;
  const low = step > 0 ? 0 : -1;
  const high = step > 0 ? extent : extent - 1;
  const clamp = (bound: number): number => Math.min(Math.max(bound < 0 ? bound + extent : bound, low), high);
  const start = from === null ? (step > 0 ? 0 : extent - 1) : clamp(from);
  const stop = to === null ? (step > 0 ? extent : -1) : clamp(to);
  return { start, step, length: Math.max(0, Math.ceil((stop - start) / step)) };
}
