import type { Shape } from "../core/aval.ts";
import type { BatchDim, Primitive } from "../core/primitive.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import type { ExprBuilder } from "../kernel/expr-builder.ts";
import type { Operand } from "../kernel/lowering-rule.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";
import { like } from "./apply.ts";
import { batchInFront, broadcastTo } from "./broadcast.ts";
import { clampIndex } from "./clamp-index.ts";
import { convert } from "./conversion.ts";
import { gather } from "./gather.ts";
import type { GatherDimensionNumbers } from "./gather-numbers.ts";
import { scatterNumbersOf, withSharedAxis } from "./gather-numbers.ts";
import { scatter } from "./scatter.ts";
import { concatenate } from "./slicing.ts";
import { instantiateZeros, zerosOf } from "./zeros.ts";

/** Start of the slice along an axis, clamped so that the slice stays inside; undefined where it can only be zero. */
function startAt(b: ExprBuilder, start: Operand, extent: number, size: number): ScalarExpr | undefined {
  const room = extent - size + 1;
  return room <= 1 ? undefined : clampIndex(b, b.cast(start.read([]), "int32"), room);
}

/** Starts of a batch, one index vector for each example. */
function indexVectors(starts: readonly Value[], dims: readonly BatchDim[], axisSize: number): Value {
  const columns = starts.map((start, k) => {
    const each = batchInFront(convert(start, "int32"), dims[k]!, axisSize);
    return broadcastTo(each, [axisSize, 1], [0]);
  });
  if (columns.length === 1) return columns[0]!;
  return bind1(concatenate, columns, { dimension: 1 });
}

/** The gather of one slice, at the position that an index vector gives. */
function wholeSlice(ndim: number): GatherDimensionNumbers {
  const axes = Array.from({ length: ndim }, (_, axis) => axis);
  return { offset_dims: axes, collapsed_slice_dims: [], start_index_map: axes };
}

/**
 * dynamic_slice[slice_sizes]: operand, then one 0-d integer start per axis. Starts are clamped so that the slice
 * stays inside. The starts are data, so one kernel serves every position.
 */
export const dynamic_slice: Primitive = {
  name: "dynamic_slice",
  abstractEval: ([operand], params) => [operand!.update({ shape: params["slice_sizes"] as Shape })],
  lower: {
    kind: "view",
    alias: false,
    element: (b, index, [operand, ...starts], params) => {
      const sizes = params["slice_sizes"] as Shape;
      return operand!.read(
        index.map((part, axis) => {
          const start = startAt(b, starts[axis]!, operand!.aval.shape[axis]!, sizes[axis]!);
          return start === undefined ? part : b.indexAdd(part, start);
        }),
      );
    },
  },
  jvp: ([operand, ...starts], [t], params) => {
    const primal = bind1(dynamic_slice, [operand!, ...starts], params);
    if (t instanceof Zero) return { primals: [primal], tangents: [new Zero(primal.aval)] };
    return { primals: [primal], tangents: [bind1(dynamic_slice, [t!, ...starts], params)] };
  },
  transpose: ([cotangent], [operand, ...starts]) => {
    const none = starts.map(() => null);
    if (!(operand instanceof UndefinedPrimal)) return [null, ...none];
    if (cotangent instanceof Zero) return [new Zero(operand.aval), ...none];
    const place = [zerosOf(operand.aval), cotangent!, ...(starts as Value[])];
    return [bind1(dynamic_update_slice, place), ...none];
  },
  batch: ([operand, ...starts], [dim, ...startDims], params, axisSize) => {
    const sizes = params["slice_sizes"] as Shape;
    if (startDims.every((each) => each === null)) {
      const zero = starts.length > 0 ? like(starts[0]!, 0) : 0;
      const at = [...starts.slice(0, dim!), zero, ...starts.slice(dim!)];
      const slice_sizes = [...sizes.slice(0, dim!), axisSize, ...sizes.slice(dim!)];
      return { values: [bind1(dynamic_slice, [operand!, ...at], { slice_sizes })], dims: [dim!] };
    }
    const indices = indexVectors(starts, startDims, axisSize);
    const gatherParams = { dimension_numbers: wholeSlice(sizes.length), slice_sizes: sizes, mode: "clip" };
    return gather.batch([operand!, indices], [dim!, 0], gatherParams, axisSize);
  },
  partialEval: "whole",
};

/**
 * dynamic_update_slice: operand, update, then one 0-d integer start per axis. The operand with the update in place of
 * its elements from there on; starts are clamped so that the update stays inside.
 */
export const dynamic_update_slice: Primitive = {
  name: "dynamic_update_slice",
  abstractEval: ([operand]) => [operand!],
  lower: {
    kind: "view",
    alias: false,
    element: (b, index, [operand, update, ...starts]) => {
      if (update!.aval.size === 0) return operand!.read(index);
      let inside: ScalarExpr | undefined;
      const require = (condition: ScalarExpr): void => {
        inside = inside === undefined ? condition : b.binary("and", inside, condition);
      };
      const source = index.map((part, axis) => {
        const size = update!.aval.shape[axis]!;
        const start = startAt(b, starts[axis]!, operand!.aval.shape[axis]!, size);
        if (start === undefined) return part;
        const shifted = b.indexSubtract(part, start);
        require(b.compare("ge", shifted, b.int(0)));
        require(b.compare("lt", shifted, b.int(size)));
        return clampIndex(b, shifted, size);
      });
      const value = update!.read(source);
      return inside === undefined ? value : b.select(inside, value, operand!.read(index));
    },
  },
  // Linear in operand and update together.
  jvp: ([operand, update, ...starts], [t, u]) => {
    const primal = bind1(dynamic_update_slice, [operand!, update!, ...starts]);
    if (t instanceof Zero && u instanceof Zero)
      return { primals: [primal], tangents: [new Zero(primal.aval)] };
    const tangents = [instantiateZeros(t!), instantiateZeros(u!), ...starts];
    return { primals: [primal], tangents: [bind1(dynamic_update_slice, tangents)] };
  },
  transpose: ([cotangent], [operand, update, ...starts]) => {
    const aval = update instanceof UndefinedPrimal ? update.aval : avalOf(update!);
    const at = starts as Value[];
    const own = (each: typeof operand, make: (ct: Value) => Value): Value | Zero | null => {
      if (!(each instanceof UndefinedPrimal)) return null;
      return cotangent instanceof Zero ? new Zero(each.aval) : make(cotangent!);
    };
    return [
      own(operand, (ct) =>
        bind1(dynamic_update_slice, [ct, zerosOf(aval.update({ dtype: avalOf(ct).dtype })), ...at]),
      ),
      own(update, (ct) => bind1(dynamic_slice, [ct, ...at], { slice_sizes: aval.shape })),
      ...starts.map(() => null),
    ];
  },
  batch: ([operand, update, ...starts], [dim, updateDim, ...startDims], _, axisSize) => {
    const x = batchInFront(operand!, dim!, axisSize);
    const y = batchInFront(update!, updateDim!, axisSize);
    if (startDims.every((each) => each === null)) {
      const zero = starts.length > 0 ? like(starts[0]!, 0) : 0;
      return { values: [bind1(dynamic_update_slice, [x, y, zero, ...starts])], dims: [0] };
    }
    const numbers = withSharedAxis(wholeSlice(starts.length));
    const params = { dimension_numbers: scatterNumbersOf(numbers), mode: "clip", unique_indices: true };
    const indices = indexVectors(starts, startDims, axisSize);
    return { values: [bind1(scatter, [x, indices, y], params)], dims: [0] };
  },
  partialEval: "whole",
};
