import type { ArrayBase } from "../core/array-base.ts";
import { isFloating } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { promoteTypes } from "../core/promotion.ts";
import type { PythonScalar } from "../core/scalar.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { canonicalizeAxis } from "./axis.ts";
import { broadcast_shapes } from "./broadcast-shapes.ts";
import { callArguments } from "../core/call-arguments.ts";
import { nonzero } from "./data-dependent.ts";
import { wrapNegative } from "./index-plan.ts";
import { defaultFill } from "./indexing.ts";
import { truth } from "./logic.ts";
import { arrayArgument, checkArraylike, convert, stretch, type ArrayLike } from "./promote.ts";

const whereJit = jit(
  (condition: Value, x: Value, y: Value) => {
    const { dtype, weakType } = promoteTypes([avalOf(x), avalOf(y)]);
    const shape = broadcast_shapes(...[condition, x, y].map((each) => avalOf(each).shape));
    // Scalars need no stretching, unless all branches are scalars and the condition gives the shape.
    const fit = (value: Value): Value => (avalOf(value).ndim === 0 ? value : stretch(value, shape));
    return lax.select(
      fit(truth(condition)),
      fit(convert(x, dtype, weakType)),
      fit(convert(y, dtype, weakType)),
    );
  },
  { name: "_where" },
);

/** x where the condition holds, else y; with the condition alone, the positions where it holds. */
export function where(condition: ArrayLike): ArrayBase[];
export function where(condition: ArrayLike, x: ArrayLike, y: ArrayLike): ArrayBase;
export function where(condition: ArrayLike, x?: ArrayLike, y?: ArrayLike): ArrayBase | ArrayBase[] {
  if (x === undefined && y === undefined) return nonzero(condition);
  checkArraylike("where", [condition, x, y]);
  return whereJit(condition, x!, y!);
}

/** The first of the choices whose condition holds, else the default. */
export function select(
  condlist: readonly ArrayLike[],
  choicelist: readonly ArrayLike[],
  default_: ArrayLike = 0,
): ArrayBase {
  if (condlist.length !== choicelist.length) {
    throw new ValueError(
      `condlist must have length equal to choicelist (${String(condlist.length)} vs ${String(choicelist.length)})`,
    );
  }
  if (condlist.length === 0) throw new ValueError("condlist must be non-empty");
  let result: ArrayLike = default_;
  for (let i = condlist.length - 1; i >= 0; i--) result = where(condlist[i]!, choicelist[i]!, result);
  return lax.asarray(result);
}

/** What `take` does with positions outside: fills (NaN), takes the nearest, or wraps around. */
export type TakeMode = "fill" | "clip" | "wrap";

export interface TakeOptions {
  readonly axis?: number | null;
  readonly mode?: TakeMode;
  readonly fill_value?: PythonScalar;
}

/** Elements at `indices` along an axis, or of the flattened array. Negative positions count from the end. */
export function take(
  a: ArrayLike,
  indices: ArrayLike,
  axis?: number | null | TakeOptions,
  options?: TakeOptions,
): ArrayBase {
  const array = arrayArgument("take", a);
  const given = callArguments<TakeOptions>("take", ["axis", "mode", "fill_value"], [axis, options]);
  checkArraylike("take", [array, indices]);
  const isFlat = given.axis === undefined || given.axis === null;
  const line = isFlat ? lax.reshape(array, [array.size]) : array;
  const along = isFlat ? 0 : canonicalizeAxis(given.axis, array.ndim);
  return takeJit(
    line,
    checkedPositions(indices),
    along,
    given.mode ?? "fill",
    given.fill_value ?? defaultFill(line.dtype),
  );
}

function checkedPositions(indices: ArrayLike): Value {
  if (isFloating(avalOf(indices).dtype)) {
    throw new TypeError(`take requires indices to be integers, got ${avalOf(indices).dtype}`);
  }
  return indices;
}

const takeJit = jit(
  (x: ArrayBase, indices: Value, axis: number, mode: TakeMode, fillValue: PythonScalar) => {
    const extent = x.shape[axis]!;
    const given = lax.convert_element_type(indices, "int32");
    const positions = mode === "wrap" ? wrapAround(given, extent) : wrapNegative(given, extent);
    const before = axis;
    const offset = x.shape.map((_, k) => k).filter((k) => k !== axis);
    return lax.gather(
      x,
      lax.expand_dims(positions, [positions.ndim]),
      {
        offset_dims: offset.map((k) => (k < before ? k : k - 1 + positions.ndim)),
        collapsed_slice_dims: [axis],
        start_index_map: [axis],
      },
      x.shape.map((size, k) => (k === axis ? 1 : size)),
      mode === "fill" ? "fill" : "clip",
      fillValue,
    );
  },
  { name: "_take", static_argnums: [2, 3, 4] },
);

function wrapAround(positions: ArrayBase, extent: number): ArrayBase {
  const rest = lax.rem(positions, extent);
  return lax.select(lax.lt(rest, 0), lax.add(rest, extent), rest);
}

/** Elements at positions that differ from line to line along an axis; `indices` has the array's other extents. */
export function take_along_axis(arr: ArrayLike, indices: ArrayLike, axis: number | null = -1): ArrayBase {
  const array = arrayArgument("take_along_axis", arr);
  const positions = arrayArgument("take_along_axis", indices);
  if (axis === null) {
    return take_along_axis(lax.reshape(array, [array.size]), positions, 0);
  }
  if (array.ndim !== positions.ndim) {
    throw new ValueError(
      `indices and arr must have the same number of dimensions; ${String(positions.ndim)} vs. ${String(array.ndim)}`,
    );
  }
  return alongAxisJit(array, positions, canonicalizeAxis(axis, array.ndim));
}

const alongAxisJit = jit(
  (x: ArrayBase, indices: ArrayBase, axis: number) => {
    const others = broadcast_shapes(
      x.shape.map((extent, k) => (k === axis ? 1 : extent)),
      indices.shape.map((extent, k) => (k === axis ? 1 : extent)),
    );
    const shape = others.map((extent, k) => (k === axis ? indices.shape[axis]! : extent));
    const columns = x.shape.map((extent, k) => {
      if (k !== axis) return lax.broadcasted_iota("int32", shape, k);
      return stretch(wrapNegative(lax.convert_element_type(indices, "int32"), extent), shape);
    });
    const vectors = lax.concatenate(
      columns.map((column) => lax.expand_dims(column, [shape.length])),
      shape.length,
    );
    const axes = x.shape.map((_, k) => k);
    return lax.gather(
      x,
      vectors,
      { offset_dims: [], collapsed_slice_dims: axes, start_index_map: axes },
      x.shape.map(() => 1),
      "fill",
      defaultFill(x.dtype),
    );
  },
  { name: "take_along_axis", static_argnums: 2 },
);
