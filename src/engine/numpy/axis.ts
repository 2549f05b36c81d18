import { formatShape } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";

/** Axes of a reduction: one, several, or null for all. */
export type Axis = number | readonly number[] | null;

/** A non-negative axis. Throws ValueError when there is no such axis. */
export function canonicalizeAxis(axis: number, ndim: number): number {
  if (!Number.isInteger(axis)) throw new TypeError(`'float' object cannot be interpreted as an integer`);
  if (axis < -ndim || axis >= ndim) {
    throw new ValueError(`axis ${String(axis)} is out of bounds for array of dimension ${String(ndim)}`);
  }
  return axis < 0 ? axis + ndim : axis;
}

/** Non-negative axes in ascending order; null means all. Throws ValueError for a repeated or absent axis. */
export function canonicalizeAxes(axis: Axis, ndim: number): number[] {
  if (axis === null) return Array.from({ length: ndim }, (_, i) => i);
  const given = typeof axis === "number" ? [axis] : axis;
  const axes = given.map((one) => canonicalizeAxis(one, ndim));
  if (new Set(axes).size !== axes.length) {
    throw new ValueError(`duplicate value in 'axis': ${formatShape(given)}`);
  }
  return axes.sort((a, b) => a - b);
}
