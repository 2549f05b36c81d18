import { avalOf } from "../core/tracer.ts";
import type { ArrayBase } from "../core/array-base.ts";
import { formatShape, sizeOf, type Shape } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import * as lax from "../lax/lax.ts";
import { canonicalizeAxes, canonicalizeAxis, type Axis } from "./axis.ts";
import { broadcast_shapes } from "./broadcast-shapes.ts";
import { toShape, type ShapeLike } from "./creation.ts";
import { flattenNested, type NestedData } from "./nested-data.ts";
import { arrayArgument, checkArraylike, stretch, type ArrayLike } from "./promote.ts";

/** Extents of an array, scalar or nested lists. */
export function shape(a: NestedData): Shape {
  if (Array.isArray(a)) return flattenNested(a).shape;
  return arrayArgument("shape", a).shape;
}

/** Number of axes. */
export function ndim(a: NestedData): number {
  return shape(a).length;
}

/** Number of elements, or the extent of one axis. */
export function size(a: NestedData, axis: number | null = null): number {
  const extents = shape(a);
  return axis === null ? sizeOf(extents) : extents[canonicalizeAxis(axis, extents.length)]!;
}

/** The same elements, row-major, in another shape; one extent may be -1. Throws TypeError when they do not fit. */
export function reshape(a: ArrayLike, newShape: ShapeLike): ArrayBase {
  const array = arrayArgument("reshape", a);
  return lax.reshape(array, inferShape(array, newShape));
}

function inferShape(array: ArrayBase, newShape: ShapeLike): Shape {
  const extents = typeof newShape === "number" ? [newShape] : [...newShape];
  const unknown = extents.indexOf(-1);
  if (unknown < 0) return toShape(extents);
  if (extents.lastIndexOf(-1) !== unknown) {
    throw new TypeError(
      `can only specify one unknown axis size with a \`-1\` value, got ${formatShape(extents)}`,
    );
  }
  const known = sizeOf(extents.filter((extent) => extent !== -1));
  if (known === 0 ? array.size > 0 : array.size % known !== 0) {
    throw new TypeError(
      `cannot reshape array of shape ${formatShape(array.shape)} (size ${String(array.size)}) into shape ` +
        `${formatShape(extents)} because the product of specified axis sizes (${String(known)}) does not evenly ` +
        `divide ${String(array.size)}`,
    );
  }
  extents[unknown] = known === 0 ? 0 : array.size / known;
  return toShape(extents);
}

/** The elements as a vector. */
export function ravel(a: ArrayLike): ArrayBase {
  const array = arrayArgument("ravel", a);
  return lax.reshape(array, [array.size]);
}

/** Axes permuted, reversed when `axes` is not given. */
export function transpose(
  a: ArrayLike,
  axes: readonly number[] | null | { axes?: readonly number[] } = null,
): ArrayBase {
  const array = arrayArgument("transpose", a);
  const given = axes === null || Array.isArray(axes) ? axes : (axes as { axes?: readonly number[] }).axes;
  if (given === null || given === undefined) {
    return lax.transpose(
      array,
      array.shape.map((_, axis) => array.ndim - 1 - axis),
    );
  }
  const wanted = given as readonly number[];
  const permutation = wanted.map((axis) => canonicalizeAxis(axis, array.ndim));
  if (permutation.length !== array.ndim || new Set(permutation).size !== array.ndim) {
    throw new TypeError(
      `transpose permutation isn't a permutation of operand dimensions, got permutation ` +
        `${formatShape(permutation)} for operand shape ${formatShape(array.shape)}.`,
    );
  }
  return lax.transpose(array, permutation);
}

/** The last two axes swapped. */
export function matrix_transpose(x: ArrayLike): ArrayBase {
  const array = arrayArgument("matrix_transpose", x);
  if (array.ndim < 2)
    throw new ValueError(
      `x must be at least two-dimensional for matrix_transpose; got ndim=${String(array.ndim)}`,
    );
  return swapaxes(array, -2, -1);
}

export function swapaxes(a: ArrayLike, axis1: number, axis2: number): ArrayBase {
  const array = arrayArgument("swapaxes", a);
  const [first, second] = [canonicalizeAxis(axis1, array.ndim), canonicalizeAxis(axis2, array.ndim)];
  return lax.transpose(
    array,
    array.shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis)),
  );
}

/** Axes `source` moved to positions `destination`, the others in order around them. */
export function moveaxis(
  a: ArrayLike,
  source: number | readonly number[],
  destination: number | readonly number[],
): ArrayBase {
  const array = arrayArgument("moveaxis", a);
  const list = (axes: number | readonly number[]): number[] =>
    (typeof axes === "number" ? [axes] : axes).map((axis) => canonicalizeAxis(axis, array.ndim));
  const from = list(source);
  const to = list(destination);
  if (from.length !== to.length) {
    throw new ValueError(`Inconsistent number of elements: ${String(from.length)} vs ${String(to.length)}`);
  }
  const rest = array.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis));
  return lax.transpose(
    array,
    array.shape.map((_, axis) => (to.includes(axis) ? from[to.indexOf(axis)]! : rest.shift()!)),
  );
}

/** Axes of extent 1 dropped: all of them, or those named. Throws ValueError when a named one is longer. */
export function squeeze(a: ArrayLike, axis: Axis | { readonly axis?: Axis } = null): ArrayBase {
  const array = arrayArgument("squeeze", a);
  const given = axisOption(axis);
  const axes =
    given === null
      ? array.shape.map((_, position) => position).filter((position) => array.shape[position] === 1)
      : canonicalizeAxes(given, array.ndim);
  return axes.length === 0 ? array : lax.squeeze(array, axes);
}

function axisOption(axis: Axis | { readonly axis?: Axis }): Axis {
  if (axis === null || typeof axis === "number" || Array.isArray(axis)) return axis as Axis;
  return (axis as { readonly axis?: Axis }).axis ?? null;
}

/** Axes of extent 1 inserted, at positions of the result. */
export function expand_dims(a: ArrayLike, axis: number | readonly number[]): ArrayBase {
  const array = arrayArgument("expand_dims", a);
  const count = typeof axis === "number" ? 1 : axis.length;
  return lax.expand_dims(array, canonicalizeAxes(axis, array.ndim + count));
}

/** The array stretched to `shape`, without copying. Throws ValueError when it does not broadcast to it. */
export function broadcast_to(a: ArrayLike, shape: ShapeLike): ArrayBase {
  const array = arrayArgument("broadcast_to", a);
  const target = toShape(shape);
  const first = target.length - array.ndim;
  const fits =
    first >= 0 && array.shape.every((extent, axis) => extent === 1 || extent === target[first + axis]);
  if (!fits) {
    throw new ValueError(
      `Incompatible shapes for broadcasting: ${formatShape(array.shape)} and requested shape ${formatShape(target)}`,
    );
  }
  return lax.asarray(stretch(array, target));
}

/** All arrays stretched to their common shape. */
export function broadcast_arrays(...args: ArrayLike[]): ArrayBase[] {
  checkArraylike("broadcast_arrays", args);
  const target = broadcast_shapes(...args.map((arg) => avalOf(arg).shape));
  return args.map((arg) => lax.asarray(stretch(arg, target)));
}

function withRank(a: ArrayLike, rank: 1 | 2 | 3): ArrayBase {
  const array = arrayArgument(`atleast_${String(rank)}d`, a);
  if (array.ndim >= rank) return array;
  if (rank === 3 && array.ndim === 2) return lax.expand_dims(array, [2]);
  if (rank === 3) return lax.reshape(array, [1, array.size, 1]);
  return lax.reshape(array, rank === 1 ? [1] : [1, array.size]);
}

type Ranked = (a: ArrayLike) => ArrayBase;
export const atleast_1d: Ranked = (a) => withRank(a, 1);
export const atleast_2d: Ranked = (a) => withRank(a, 2);
export const atleast_3d: Ranked = (a) => withRank(a, 3);

/** The order of elements reversed along axes, all by default. */
export function flip(m: ArrayLike, axis: Axis | { readonly axis?: Axis } = null): ArrayBase {
  const array = arrayArgument("flip", m);
  return lax.rev(array, canonicalizeAxes(axisOption(axis), array.ndim));
}
export const fliplr: Ranked = (m) => flip(m, 1);
export const flipud: Ranked = (m) => flip(m, 0);

/** Turned by 90 degrees k times, from the first of `axes` towards the second. */
export function rot90(m: ArrayLike, k = 1, axes: readonly [number, number] = [0, 1]): ArrayBase {
  const array = arrayArgument("rot90", m);
  const [first, second] = [canonicalizeAxis(axes[0], array.ndim), canonicalizeAxis(axes[1], array.ndim)];
  if (first === second) throw new ValueError("Axes must be different");
  const turns = ((k % 4) + 4) % 4;
  if (turns === 0) return array;
  if (turns === 2) return lax.rev(array, [first, second]);
  return turns === 1
    ? swapaxes(flip(array, second), first, second)
    : flip(swapaxes(array, first, second), second);
}
