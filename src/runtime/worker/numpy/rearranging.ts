import { ValueError } from "../engine-door.ts";
import { asarray, astype, jointDType, operandOf, type ArrayLike } from "./as-array.ts";
import { checkAxis } from "./axis.ts";
import { stretchLayout, tryBroadcast } from "./broadcast.ts";
import { NdArray } from "./ndarray.ts";
import { isContiguous, rowMajorStrides, shapeText, sizeOf } from "./strided.ts";

/** The same elements in another shape, sharing memory where they lie in row-major order; one extent may be -1. */
export function reshape(a: ArrayLike, shape: number | readonly number[]): NdArray {
  const array = asarray(a);
  const wanted = typeof shape === "number" ? [shape] : [...shape];
  const open = wanted.indexOf(-1);
  const known = sizeOf(wanted.filter((extent) => extent !== -1));
  if (wanted.filter((extent) => extent === -1).length > 1)
    throw new ValueError("can only specify one unknown dimension");
  if (open >= 0 && known > 0) wanted[open] = array.size / known;
  if (sizeOf(wanted) !== array.size || wanted.some((extent) => !Number.isInteger(extent))) {
    const text = shapeText(typeof shape === "number" ? [shape] : shape).replaceAll(", ", ",");
    throw new ValueError(`cannot reshape array of size ${String(array.size)} into shape ${text}`);
  }
  const source = isContiguous(array) ? array : array.copy();
  return source.view({ shape: wanted, strides: rowMajorStrides(wanted), offset: source.offset });
}

/** One axis; the array's own memory where it lies in order. */
export function ravel(a: ArrayLike): NdArray {
  return reshape(a, -1);
}

/** The axes in another order (reversed by default), sharing memory. */
export function transpose(a: ArrayLike, axes?: readonly number[] | null): NdArray {
  const array = asarray(a);
  if (axes === undefined || axes === null) return array.T;
  if (axes.length !== array.ndim) throw new ValueError("axes don't match array");
  const order = axes.map((axis) => checkAxis(axis, array.ndim));
  if (new Set(order).size !== order.length) throw new ValueError("repeated axis in transpose");
  return array.view({
    shape: order.map((axis) => array.shape[axis]!),
    strides: order.map((axis) => array.strides[axis]!),
    offset: array.offset,
  });
}

export function swapaxes(a: ArrayLike, axis1: number, axis2: number): NdArray {
  const array = asarray(a);
  const order = array.shape.map((_, axis) => axis);
  const [i, j] = [checkAxis(axis1, array.ndim), checkAxis(axis2, array.ndim)];
  [order[i], order[j]] = [j, i];
  return transpose(array, order);
}

/** The array without axes of extent 1, sharing memory. */
export function squeeze(a: ArrayLike, axis: number | null = null): NdArray {
  const array = asarray(a);
  const at = axis === null ? null : checkAxis(axis, array.ndim);
  if (at !== null && array.shape[at] !== 1)
    throw new ValueError("cannot select an axis to squeeze out which has size not equal to one");
  const keep = (_: number, i: number): boolean => (at === null ? array.shape[i] !== 1 : i !== at);
  return array.view({
    shape: array.shape.filter(keep),
    strides: array.strides.filter(keep),
    offset: array.offset,
  });
}

/** A new axis of extent 1, sharing memory. */
export function expand_dims(a: ArrayLike, axis: number): NdArray {
  const array = asarray(a);
  const at = checkAxis(axis, array.ndim + 1);
  return array.view({
    shape: array.shape.toSpliced(at, 0, 1),
    strides: array.strides.toSpliced(at, 0, 0),
    offset: array.offset,
  });
}

/** The array stretched to a shape it fits. Throws ValueError where it does not. */
export function broadcast_to(a: ArrayLike, shape: number | readonly number[]): NdArray {
  const array = asarray(a);
  const wanted = typeof shape === "number" ? [shape] : shape;
  const joint = tryBroadcast([array.shape, wanted]);
  if (joint === undefined || joint.join() !== wanted.join()) {
    throw new ValueError(
      "operands could not be broadcast together with remapped shapes [original->remapped]: " +
        `${shapeText(array.shape).replaceAll(", ", ",")}  and requested shape ${shapeText(wanted).replaceAll(", ", ",")}`,
    );
  }
  return array.view(stretchLayout(array, wanted)).copy();
}

/** The elements in reverse order along the axes given, or all. */
export function flip(a: ArrayLike, axis: number | null = null): NdArray {
  const array = asarray(a);
  const flips = (i: number): boolean => axis === null || checkAxis(axis, array.ndim) === i;
  const offset = array.shape.reduce(
    (sum, extent, i) => (flips(i) && extent > 0 ? sum + (extent - 1) * array.strides[i]! : sum),
    array.offset,
  );
  return array.view({
    shape: array.shape,
    strides: array.strides.map((stride, i) => (flips(i) ? -stride : stride)),
    offset,
  });
}

/** The arrays one after another along an axis they have. */
export function concatenate(
  arrays: readonly ArrayLike[],
  axis: number | { readonly axis?: number } = 0,
): NdArray {
  const parts = arrays.map((each) => asarray(each));
  const [first] = parts;
  if (first === undefined) throw new ValueError("need at least one array to concatenate");
  if (first.ndim === 0) throw new ValueError("zero-dimensional arrays cannot be concatenated");
  const at = checkAxis(typeof axis === "number" ? axis : (axis.axis ?? 0), first.ndim);
  parts.forEach((part, i) => checkFits(first, part, at, i));
  const dtype = jointDType(arrays.map(operandOf));
  const shape = first.shape.with(
    at,
    parts.reduce((sum, part) => sum + part.shape[at]!, 0),
  );
  const result = NdArray.zeros(dtype, shape);
  let start = 0;
  for (const part of parts) {
    const target = result.view({
      shape: part.shape,
      strides: result.strides,
      offset: start * result.strides[at]!,
    });
    const elements = astype(part, dtype, false).elements();
    target.write((position) => elements[position]!);
    start += part.shape[at]!;
  }
  return result;
}

function checkFits(first: NdArray, part: NdArray, axis: number, position: number): void {
  if (part.ndim !== first.ndim) {
    throw new ValueError(
      "all the input arrays must have same number of dimensions, but " +
        `the array at index 0 has ${String(first.ndim)} dimension(s) and the array at index ${String(position)} has ` +
        `${String(part.ndim)} dimension(s)`,
    );
  }
  part.shape.forEach((extent, i) => {
    if (i === axis || extent === first.shape[i]) return;
    throw new ValueError(
      "all the input array dimensions except for the concatenation axis must match exactly, but along dimension " +
        `${String(i)}, the array at index 0 has size ${String(first.shape[i])} and the array at index ` +
        `${String(position)} has size ${String(extent)}`,
    );
  });
}

/** The arrays along a new axis. */
export function stack(arrays: readonly ArrayLike[], axis: number | { readonly axis?: number } = 0): NdArray {
  const parts = arrays.map((each) => asarray(each));
  if (parts.length === 0) throw new ValueError("need at least one array to stack");
  if (parts.some((part) => part.shape.join() !== parts[0]!.shape.join()))
    throw new ValueError("all input arrays must have the same shape");
  const at = typeof axis === "number" ? axis : (axis.axis ?? 0);
  return concatenate(
    parts.map((part) => expand_dims(part, at)),
    at,
  );
}

export function vstack(arrays: readonly ArrayLike[]): NdArray {
  const rows = arrays.map((each) => asarray(each));
  return concatenate(rows.map((row) => (row.ndim < 2 ? reshape(row, [1, row.size]) : row)));
}

export function hstack(arrays: readonly ArrayLike[]): NdArray {
  const parts = arrays
    .map((each) => asarray(each))
    .map((part) => (part.ndim === 0 ? reshape(part, 1) : part));
  return concatenate(parts, parts[0]?.ndim === 1 ? 0 : 1);
}
