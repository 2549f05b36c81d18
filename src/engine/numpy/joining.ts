import type { ArrayBase } from "../core/array-base.ts";
import { formatShape, type Shape } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import { promoteTypes } from "../core/promotion.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { canonicalizeAxis } from "./axis.ts";
import { callArguments } from "../core/call-arguments.ts";
import { arrayArgument, type ArrayLike } from "./promote.ts";
import { broadcast_to } from "./shape.ts";

/** Arrays to join: a list of them, or one array taken apart along its first axis. */
export type ArraySequence = readonly ArrayLike[] | ArrayBase;

export interface JoinOptions {
  readonly axis?: number | null;
}

function sequence(name: string, arrays: ArraySequence): ArrayBase[] {
  const list = Array.isArray(arrays)
    ? (arrays as readonly ArrayLike[]).map((each) => arrayArgument(name, each))
    : unstack(arrays as ArrayBase);
  if (list.length === 0) throw new ValueError(`Need at least one array to ${name}.`);
  return list;
}

/** The parts of an array along an axis, without it. */
export function unstack(x: ArrayLike, axis: number | { readonly axis?: number } = 0): ArrayBase[] {
  const array = arrayArgument("unstack", x);
  const given = callArguments<{ axis: number }>("unstack", ["axis"], [axis]).axis ?? 0;
  const along = canonicalizeAxis(given, array.ndim);
  return Array.from({ length: array.shape[along]! }, (_, i) =>
    lax.squeeze(lax.slice_in_dim(array, i, i + 1, 1, along), [along]),
  );
}

function axisOf(name: string, axis: unknown): number | null {
  const given = callArguments<{ axis: number | null }>(name, ["axis"], [axis]).axis;
  return given === undefined ? 0 : given;
}

/** Arrays joined along an axis they have (0), or flattened and joined when it is null. */
export function concatenate(arrays: ArraySequence, axis?: number | null | JoinOptions): ArrayBase {
  const list = sequence("concatenate", arrays);
  const given = axisOf("concatenate", axis);
  if (given === null) return join(list, 0, flat);
  const [first] = list;
  if (first!.ndim === 0) throw new ValueError("Zero-dimensional arrays cannot be concatenated.");
  checkRanks("concatenate", list);
  return join(list, canonicalizeAxis(given, first!.ndim));
}

function checkRanks(name: string, list: readonly ArrayBase[]): void {
  if (list.every((array) => array.ndim === list[0]!.ndim)) return;
  const shapes = list.map((array) => formatShape(array.shape)).join(", ");
  const message = `Cannot ${name} arrays with different numbers of dimensions: got ${shapes}.`;
  throw name === "stack" ? new ValueError(message) : new TypeError(message);
}

const joinJit = jit(joinDirectly, { name: "concatenate", static_argnums: [1, 2] });

/**
 * Reshapes, promotes and concatenates; eagerly in one kernel, so that the steps between leave nothing behind.
 * `shapeOf` gives the shape each array joins in.
 */
function join(
  list: readonly ArrayBase[],
  axis: number,
  shapeOf: (array: ArrayBase) => Shape = (array) => array.shape,
): ArrayBase {
  return joinJit(list, axis, list.map(shapeOf));
}

function joinDirectly(list: readonly ArrayBase[], axis: number, shapes: readonly Shape[]): ArrayBase {
  const { dtype, weakType } = promoteTypes(list.map((array) => array.aval));
  return lax.concatenate(
    list.map((array, i) => {
      const placed = lax.reshape(array, shapes[i]!);
      return array.dtype === dtype ? placed : lax.convert_element_type(placed, dtype, weakType);
    }),
    axis,
  );
}

function flat(array: ArrayBase): Shape {
  return [array.size];
}

function withAxes(rank: 1 | 2 | 3): (array: ArrayBase) => Shape {
  return ({ shape, size }) => {
    if (shape.length >= rank) return shape;
    if (rank === 3) return shape.length === 2 ? [...shape, 1] : [1, size, 1];
    return rank === 1 ? [1] : [1, size];
  };
}

/** Arrays of one shape joined along a new axis. */
export function stack(arrays: ArraySequence, axis?: number | JoinOptions): ArrayBase {
  const list = sequence("stack", arrays);
  checkRanks("stack", list);
  const shape = list[0]!.shape;
  if (list.some((array) => formatShape(array.shape) !== formatShape(shape))) {
    throw new ValueError(
      `All input arrays must have the same shape; got ${list.map((array) => formatShape(array.shape)).join(", ")}`,
    );
  }
  const along = canonicalizeAxis(axisOf("stack", axis) ?? 0, shape.length + 1);
  return join(list, along, () => [...shape.slice(0, along), 1, ...shape.slice(along)]);
}

/** Joined along the first axis, vectors as rows. */
export function vstack(arrays: ArraySequence): ArrayBase {
  return join(sequence("concatenate", arrays), 0, withAxes(2));
}

/** Joined along the second axis; vectors along their only one. */
export function hstack(arrays: ArraySequence): ArrayBase {
  const list = sequence("concatenate", arrays);
  return join(list, list[0]!.ndim <= 1 ? 0 : 1, withAxes(1));
}

/** Joined along the third axis. */
export function dstack(arrays: ArraySequence): ArrayBase {
  return join(sequence("concatenate", arrays), 2, withAxes(3));
}

/** Vectors as the columns of a matrix. */
export function column_stack(arrays: ArraySequence): ArrayBase {
  return join(sequence("concatenate", arrays), 1, ({ shape, size }) =>
    shape.length < 2 ? [size, 1] : shape,
  );
}

/** `values` joined behind `arr`: both flattened, or along `axis`. */
export function append(arr: ArrayLike, values: ArrayLike, axis?: number | null | JoinOptions): ArrayBase {
  const given = callArguments<{ axis: number | null }>("append", ["axis"], [axis]).axis ?? null;
  if (given === null) return concatenate([arr, values], null);
  return concatenate([arr, values], given);
}

/** Places to split: how many equal parts, or where each part after the first begins. */
export type Sections = number | readonly number[];

function splitAt(array: ArrayBase, starts: readonly number[], axis: number): ArrayBase[] {
  const extent = array.shape[axis]!;
  const bound = (position: number): number =>
    Math.min(extent, Math.max(0, position < 0 ? position + extent : position));
  const edges = [0, ...starts.map(bound), extent];
  return edges
    .slice(0, -1)
    .map((edge, i) => lax.slice_in_dim(array, edge, Math.max(edge, edges[i + 1]!), 1, axis));
}

/** Parts of an array along an axis. Throws ValueError when it does not divide into equal ones. */
export function split(
  ary: ArrayLike,
  indices_or_sections: Sections,
  axis?: number | JoinOptions,
): ArrayBase[] {
  return splitParts("split", ary, indices_or_sections, axis);
}

/** As `split`, but the first parts may be one longer. */
export function array_split(
  ary: ArrayLike,
  indices_or_sections: Sections,
  axis?: number | JoinOptions,
): ArrayBase[] {
  return splitParts("array_split", ary, indices_or_sections, axis);
}

function splitParts(name: string, ary: ArrayLike, sections: Sections, axis: unknown): ArrayBase[] {
  const array = arrayArgument(name, ary);
  const along = canonicalizeAxis(axisOf(name, axis) ?? 0, array.ndim);
  if (typeof sections !== "number") return splitAt(array, sections, along);
  const extent = array.shape[along]!;
  const rest = extent % sections;
  if (rest !== 0 && name === "split") {
    throw new ValueError(`array split does not result in an equal division: rest is ${String(rest)}`);
  }
  const part = Math.floor(extent / sections);
  const starts = Array.from({ length: sections - 1 }, (_, i) => (i + 1) * part + Math.min(i + 1, rest));
  return splitAt(array, starts, along);
}

export function vsplit(ary: ArrayLike, indices_or_sections: Sections): ArrayBase[] {
  return split(ary, indices_or_sections, 0);
}
export function hsplit(ary: ArrayLike, indices_or_sections: Sections): ArrayBase[] {
  return split(ary, indices_or_sections, arrayArgument("hsplit", ary).ndim === 1 ? 0 : 1);
}
export function dsplit(ary: ArrayLike, indices_or_sections: Sections): ArrayBase[] {
  return split(ary, indices_or_sections, 2);
}

export interface MeshgridOptions {
  /** "xy": the first two axes of the result swap, as in plotting. */
  readonly indexing?: "xy" | "ij";
  readonly sparse?: boolean;
}

/** Coordinates of a grid: one array per vector, each varying along its own axis. */
export function meshgrid(...args: (ArrayLike | MeshgridOptions)[]): ArrayBase[] {
  const last = args.at(-1);
  const isGiven = typeof last === "object" && ("indexing" in last || "sparse" in last);
  const options = isGiven ? last : {};
  const vectors = (isGiven ? args.slice(0, -1) : args).map((each) => arrayArgument("meshgrid", each));
  const indexing: string = options.indexing ?? "xy";
  if (indexing !== "xy" && indexing !== "ij") {
    throw new ValueError(`Valid values for indexing are 'xy' and 'ij', got ${indexing}`);
  }
  if (vectors.some((vector) => vector.ndim > 1)) {
    const shapes = vectors.map((vector) => formatShape(vector.shape)).join(", ");
    throw new ValueError(`Arguments to jax.numpy.meshgrid must be 1D, got shapes [${shapes}]`);
  }
  const position = (i: number): number => (indexing === "xy" && i < 2 && vectors.length > 1 ? 1 - i : i);
  const shape: number[] = [];
  vectors.forEach((vector, i) => {
    shape[position(i)] = vector.size;
  });
  return vectors.map((vector, i) => {
    const own = shape.map((_, axis) => (axis === position(i) ? vector.size : 1));
    const placed = lax.reshape(vector, own);
    return options.sparse === true ? placed : broadcast_to(placed, shape);
  });
}
