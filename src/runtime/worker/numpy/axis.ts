/** An axis counted from the end is brought to count from the start. Throws AxisError in NumPy's words. */
export function checkAxis(axis: number, ndim: number): number {
  if (Number.isInteger(axis) && axis >= -ndim && axis < ndim) return axis < 0 ? axis + ndim : axis;
  throw new AxisError(`axis ${String(axis)} is out of bounds for array of dimension ${String(ndim)}`);
}

class AxisError extends RangeError {
  override readonly name = "AxisError";
}
