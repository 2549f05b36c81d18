import { ArrayBase } from "../core/array-base.ts";
import { NotImplementedError, ValueError } from "../core/errors.ts";
import type { PythonScalar } from "../core/scalar.ts";
import { jit } from "../dispatch/jit.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import * as lax from "../lax/lax.ts";
import { canonicalizeAxis } from "./axis.ts";
import { callArguments } from "../core/call-arguments.ts";
import { int32Array } from "./host-array.ts";
import { arrayArgument, convert, type ArrayLike } from "./promote.ts";
import { take } from "./selection.ts";

export interface RepeatOptions {
  readonly axis?: number | null;
  readonly total_repeat_length?: number | null;
}

/** Each element several times in a row, along an axis or of the flattened array. */
export function repeat(
  a: ArrayLike,
  repeats: number | readonly number[] | ArrayBase,
  axis?: number | null | RepeatOptions,
): ArrayBase {
  const array = arrayArgument("repeat", a);
  const given = callArguments<RepeatOptions>("repeat", ["axis", "total_repeat_length"], [axis]);
  const isFlat = given.axis === undefined || given.axis === null;
  const line = isFlat ? lax.reshape(array, [array.size]) : array;
  const along = isFlat ? 0 : canonicalizeAxis(given.axis, array.ndim);
  const counts = countsOf(repeats);
  if (typeof counts === "number") return repeatJit(line, counts, along);
  const extent = line.shape[along]!;
  if (counts.length !== extent) {
    throw new ValueError(
      `repeats must have length ${String(extent)} along axis ${String(along)}, got ${String(counts.length)}`,
    );
  }
  const positions = counts.flatMap((count, i) => Array.from({ length: count }, () => i));
  return take(line, int32Array(positions), along);
}

function countsOf(repeats: number | readonly number[] | ArrayBase): number | readonly number[] {
  if (!(repeats instanceof ArrayBase)) return repeats;
  if (!(repeats instanceof ArrayImpl)) {
    throw new NotImplementedError("jnp.repeat needs repeats that are known while tracing");
  }
  const counts = Array.from(repeats.dataSync(), Number);
  return repeats.ndim === 0 || counts.length === 1 ? counts[0]! : counts;
}

const repeatJit = jit(
  (x: ArrayBase, count: number, axis: number) => {
    const wider = [...x.shape.slice(0, axis + 1), count, ...x.shape.slice(axis + 1)];
    const spread = lax.broadcast_in_dim(
      x,
      wider,
      x.shape.map((_, k) => (k <= axis ? k : k + 1)),
    );
    return lax.reshape(
      spread,
      x.shape.map((extent, k) => (k === axis ? extent * count : extent)),
    );
  },
  { name: "repeat", static_argnums: [1, 2] },
);

/** The whole array several times along each axis. */
export function tile(A: ArrayLike, reps: number | readonly number[]): ArrayBase {
  const given = typeof reps === "number" ? [reps] : reps;
  return tileJit(arrayArgument("tile", A), given);
}

const tileJit = jit(
  (x: ArrayBase, reps: readonly number[]) => {
    const ndim = Math.max(x.ndim, reps.length);
    const lead = (list: readonly number[]): number[] => [
      ...Array.from({ length: ndim - list.length }, () => 1),
      ...list,
    ];
    const [extents, counts] = [lead(x.shape), lead(reps)];
    const spread = lax.broadcast_in_dim(
      lax.reshape(x, extents),
      extents.flatMap((extent, k) => [counts[k]!, extent]),
      extents.map((_, k) => 2 * k + 1),
    );
    return lax.reshape(
      spread,
      extents.map((extent, k) => extent * counts[k]!),
    );
  },
  { name: "tile", static_argnums: 1 },
);

/** Elements shifted along axes (or in the flattened array); those that fall off the end come in at the start. */
export function roll(
  a: ArrayLike,
  shift: number | readonly number[],
  axis: number | readonly number[] | null = null,
): ArrayBase {
  const array = arrayArgument("roll", a);
  const shifts = typeof shift === "number" ? [shift] : shift;
  if (axis === null) {
    const total = shifts.reduce((sum, each) => sum + each, 0);
    return rollJit(array, [total], null);
  }
  const axes = (typeof axis === "number" ? [axis] : axis).map((each) => canonicalizeAxis(each, array.ndim));
  const perAxis = axes.map((_, i) => shifts[shifts.length === 1 ? 0 : i]);
  if (perAxis.includes(undefined))
    throw new ValueError("Mismatched lengths between shift and axis in jnp.roll.");
  return rollJit(array, perAxis as number[], axes);
}

const rollJit = jit(
  (x: ArrayBase, shifts: readonly number[], axes: readonly number[] | null) => {
    let result = axes === null ? lax.reshape(x, [x.size]) : x;
    (axes ?? [0]).forEach((axis, i) => {
      const extent = result.shape[axis]!;
      if (extent === 0) return;
      const cut = ((-shifts[i]! % extent) + extent) % extent;
      if (cut === 0) return;
      result = lax.concatenate(
        [lax.slice_in_dim(result, cut, extent, 1, axis), lax.slice_in_dim(result, 0, cut, 1, axis)],
        axis,
      );
    });
    return lax.reshape(result, x.shape);
  },
  { name: "roll", static_argnums: [1, 2] },
);

/** Elements to add: the same on every side, (before, after) for every axis, or a pair for each. */
export type PadWidth = number | readonly [number, number] | readonly (readonly [number, number])[];

export type PadMode = "constant" | "edge" | "reflect" | "symmetric" | "wrap";

export interface PadOptions {
  readonly mode?: PadMode;
  readonly constant_values?: PythonScalar;
}

function padPairs(width: PadWidth, ndim: number): (readonly [number, number])[] {
  if (typeof width === "number") return Array.from({ length: ndim }, () => [width, width] as const);
  if (typeof width[0] === "number") {
    const pair = width as readonly [number, number];
    return Array.from({ length: ndim }, () => [pair[0], pair[1]] as const);
  }
  const pairs = width as readonly (readonly [number, number])[];
  if (pairs.length === 1) return Array.from({ length: ndim }, () => pairs[0]!);
  if (pairs.length !== ndim) {
    throw new ValueError(
      `jnp.pad: pad_width with nd=${String(pairs.length)} is not broadcastable to (${String(ndim)}, 2).`,
    );
  }
  return [...pairs];
}

/** The array with elements added around it: a constant (0), its edge, its reflection, or its other end. */
export function pad(
  array: ArrayLike,
  pad_width: PadWidth,
  mode?: PadMode | PadOptions,
  options?: PadOptions,
): ArrayBase {
  const x = arrayArgument("pad", array);
  const given = callArguments<PadOptions>("pad", ["mode", "constant_values"], [mode, options]);
  const pairs = padPairs(pad_width, x.ndim);
  if (pairs.some(([low, high]) => low < 0 || high < 0))
    throw new ValueError("index can't contain negative values");
  const kind = given.mode ?? "constant";
  if (kind === "constant") {
    const fill = convert(given.constant_values ?? 0, x.dtype);
    return lax.pad(
      x,
      fill,
      pairs.map(([low, high]) => [low, high, 0] as const),
    );
  }
  let result = x;
  pairs.forEach(([low, high], axis) => {
    if (low === 0 && high === 0) return;
    const extent = x.shape[axis]!;
    const positions = Array.from({ length: low + extent + high }, (_, i) => sourceOf(i - low, extent, kind));
    result = take(result, int32Array(positions), axis);
  });
  return result;
}

/** The position inside the array that a padded position takes its element from. */
function sourceOf(position: number, extent: number, mode: PadMode): number {
  const modulo = (value: number, period: number): number => ((value % period) + period) % period;
  switch (mode) {
    case "edge":
      return Math.min(Math.max(position, 0), extent - 1);
    case "wrap":
      return modulo(position, extent);
    case "symmetric": {
      const place = modulo(position, 2 * extent);
      return place < extent ? place : 2 * extent - 1 - place;
    }
    case "reflect": {
      if (extent === 1) return 0;
      const place = modulo(position, 2 * extent - 2);
      return place < extent ? place : 2 * extent - 2 - place;
    }
    default:
      throw new NotImplementedError(`Unimplemented padding mode '${mode}' for np.pad.`);
  }
}
