import type { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import type { BatchRule, JvpRule, Params, Primitive, TransposeRule } from "../core/primitive.ts";
import { typedScalar } from "../core/scalar.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import { apply, like } from "./apply.ts";
import { batchInFront, broadcastTo, reduce_sum } from "./broadcast.ts";
import { select_n } from "./comparison.ts";
import {
  addressOf,
  isDropped,
  scatterNumbersOf,
  withIndicesAxis,
  withOperandAxis,
  withSharedAxis,
  type GatherDimensionNumbers,
} from "./gather-numbers.ts";
import { moveAxis } from "./transpose.ts";
import { inverseGather, scatterRecord } from "./scatter-record.ts";
import { instantiateZeros, zerosOf } from "./zeros.ts";

const numbersOf = (params: Params): GatherDimensionNumbers =>
  params["dimension_numbers"] as GatherDimensionNumbers;
const sizesOf = (params: Params): Shape => params["slice_sizes"] as Shape;

/** Linear in the operand and the fill value together. */
const gatherJvp: JvpRule = ([operand, indices, ...fill], [t, , ...fillTangent], params) => {
  const primal = bind1(gather, [operand!, indices!, ...fill], params);
  if (t instanceof Zero && (fillTangent[0] ?? t) instanceof Zero) {
    return { primals: [primal], tangents: [new Zero(primal.aval)] };
  }
  const moved = [instantiateZeros(t!), indices!, ...fillTangent.map(instantiateZeros)];
  return { primals: [primal], tangents: [bind1(gather, moved, params)] };
};

/** What several elements of the result were read from gets the sum of their cotangents. */
const gatherTranspose: TransposeRule = ([cotangent], [operand, indices, fill], params) => {
  const undefineds = [operand, undefined, fill].map((each) => each instanceof UndefinedPrimal);
  const answers = fill === undefined ? [null, null] : [null, null, null];
  return answers.map((_, position) => {
    if (!undefineds[position]!) return null;
    const { aval } = (position === 0 ? operand : fill) as UndefinedPrimal;
    if (cotangent instanceof Zero) return new Zero(aval);
    if (position === 2) return sumOfFilled(cotangent!, operand!, indices as Value, params);
    const scatterParams = {
      dimension_numbers: scatterNumbersOf(numbersOf(params)),
      mode: params["mode"],
      unique_indices: false,
    };
    return bind1(scatter_add, [zerosOf(aval), indices as Value, cotangent!], scatterParams);
  });
};

/** The sum of the cotangents of those elements that are the fill value. */
function sumOfFilled(
  cotangent: Value,
  operand: Value | UndefinedPrimal,
  indices: Value,
  params: Params,
): ArrayBase {
  const { shape } = operand instanceof UndefinedPrimal ? operand.aval : avalOf(operand);
  const filled = apply(select_n, insideMask(shape, indices, params), cotangent, like(cotangent, 0));
  return bind1(reduce_sum, [filled], { axes: filled.shape.map((_, axis) => axis) });
}

/** Which elements of a gather with fill come from the operand. */
function insideMask(shape: Shape, indices: Value, params: Params): ArrayBase {
  const all = broadcastTo(typedScalar(true, "bool"), shape);
  return bind1(gather, [all, indices, typedScalar(false, "bool")], params);
}

const gatherBatch: BatchRule = (operands, dims, params, axisSize) => {
  const [operand, indices, fill] = operands;
  const [operandDim, indicesDim, fillDim] = dims;
  if (fill !== undefined && fillDim !== null) {
    // A fill value for each example: gather with zero, and put the values in where it filled.
    const rest = [operand!, indices!, like(operand!, 0)];
    const known = [operandDim!, indicesDim!, null];
    if (operandDim === null && indicesDim === null) {
      const out = bind1(gather, rest, params);
      const shape = [axisSize, ...out.shape];
      const spread = (x: Value): Value =>
        broadcastTo(
          x,
          shape,
          out.shape.map((_, axis) => axis + 1),
        );
      const mask = spread(insideMask(avalOf(operand!).shape, indices!, params));
      return { values: [apply(select_n, mask, broadcastTo(fill, shape, [0]), spread(out))], dims: [0] };
    }
    const out = gatherBatch(rest, known, params, axisSize);
    const ones = broadcastTo(typedScalar(true, "bool"), avalOf(operand!).shape);
    const mask = gatherBatch([ones, indices!, typedScalar(false, "bool")], known, params, axisSize);
    const moved = moveAxis(out.values[0]!, out.dims[0]!, 0);
    const filled = broadcastTo(fill, avalOf(moved).shape, [0]);
    return {
      values: [apply(select_n, moveAxis(mask.values[0]!, mask.dims[0]!, 0), filled, moved)],
      dims: [0],
    };
  }
  const numbers = numbersOf(params);
  const sizes = sizesOf(params);
  const rest = operands.slice(2);
  const x = operandDim === null ? operand! : batchInFront(operand!, operandDim!, axisSize);
  const at = indicesDim === null ? indices! : batchInFront(indices!, indicesDim!, axisSize);
  const run = (dimension_numbers: GatherDimensionNumbers, slice_sizes: Shape): ReturnType<BatchRule> => ({
    values: [bind1(gather, [x, at, ...rest], { ...params, dimension_numbers, slice_sizes })],
    dims: [0],
  });
  if (indicesDim === null) return run(withOperandAxis(numbers), [axisSize, ...sizes]);
  if (operandDim === null) return run(withIndicesAxis(numbers), sizes);
  return run(withSharedAxis(numbers), [1, ...sizes]);
};

/**
 * gather[dimension_numbers, slice_sizes, mode]: operand and indices, whose last axis holds index vectors. In "fill"
 * mode operand 2 is the 0-d fill value.
 */
export const gather: Primitive = {
  name: "gather",
  abstractEval: ([operand, indices], params) => {
    const numbers = numbersOf(params);
    const window = sizesOf(params).filter((_, axis) => !isDropped(numbers, axis));
    const batch = indices!.shape.slice(0, -1);
    const ndim = window.length + batch.length;
    const shape: number[] = [];
    for (let axis = 0; axis < ndim; axis++) {
      shape.push((numbers.offset_dims.includes(axis) ? window : batch).splice(0, 1)[0]!);
    }
    return [operand!.update({ shape })];
  },
  lower: {
    kind: "view",
    alias: false,
    element: (b, index, [operand, indices, fill], params) => {
      const { shape } = operand!.aval;
      const { position, inside } = addressOf(b, index, indices!, numbersOf(params), shape, sizesOf(params));
      const value = operand!.read(position);
      if (params["mode"] !== "fill" || inside === undefined) return value;
      return b.select(inside, value, fill!.read([]));
    },
  },
  jvp: gatherJvp,
  transpose: gatherTranspose,
  batch: gatherBatch,
  partialEval: "whole",
};

/** Adds every update to what is there: linear in operand and updates together. */
export const scatter_add: Primitive = scatterRecord("scatter-add", "add", {
  jvp: ([operand, indices, updates], [t, , u], params) => {
    const primal = bind1(scatter_add, [operand!, indices!, updates!], params);
    const tangents = [instantiateZeros(t!), indices!, instantiateZeros(u!)];
    return { primals: [primal], tangents: [bind1(scatter_add, tangents, params)] };
  },
  transpose: ([cotangent], [operand, indices, updates], params) => {
    const zero = cotangent instanceof Zero;
    return [
      operand instanceof UndefinedPrimal ? (zero ? new Zero(operand.aval) : cotangent!) : null,
      null,
      updates instanceof UndefinedPrimal
        ? zero
          ? new Zero(updates.aval)
          : gatherBack(cotangent!, indices as Value, updates.aval.shape, params)
        : null,
    ];
  },
});

/** For every update of a scatter the element where it went; zero for one that was dropped. */
export function gatherBack(x: Value, indices: Value, updateShape: Shape, params: Params): ArrayBase {
  const { numbers, sizes } = inverseGather(params, avalOf(x).shape, updateShape);
  const mode = params["mode"] === "clip" ? "clip" : "fill";
  const gatherParams = { dimension_numbers: numbers, slice_sizes: sizes, mode };
  return bind1(gather, mode === "clip" ? [x, indices] : [x, indices, like(x, 0)], gatherParams);
}
