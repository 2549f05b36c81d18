import { ShapedArray, type Shape } from "../core/aval.ts";
import type { Params, Primitive } from "../core/primitive.ts";
import { bind1 } from "../core/tracer.ts";
import type { ScatterKernel } from "../kernel/kernel.ts";
import { batchInFront } from "./broadcast.ts";
import {
  addressOf,
  gatherNumbersOf,
  isDropped,
  scatterNumbersOf,
  withOperandAxis,
  withSharedAxis,
  type GatherDimensionNumbers,
  type ScatterDimensionNumbers,
} from "./gather-numbers.ts";

/**
 * Makes the record of scatter*[dimension_numbers, mode, unique_indices]: operand, indices (index vectors along the
 * last axis), updates. Windows that are not wholly inside are dropped, unless `mode` is "clip".
 */
export function scatterRecord(
  name: string,
  op: ScatterKernel["op"],
  differential: Pick<Primitive, "jvp" | "transpose">,
): Primitive {
  const self: Primitive = {
    name,
    abstractEval: ([operand]) => [new ShapedArray(operand!.shape, operand!.dtype, operand!.weakType)],
    lower: {
      kind: "routine",
      body: (b, [operand, indices, updates], params) => {
        const shape = operand!.aval.shape;
        const updateShape = updates!.aval.shape;
        const at = updateShape.map((extent, axis) => b.index(axis, extent));
        const { numbers, sizes } = inverseGather(params, shape, updateShape);
        const { position, inside } = addressOf(b, at, indices!, numbers, shape, sizes);
        const target = b.flatten(position, shape);
        const isUnchecked = inside === undefined || params["mode"] === "clip";
        return {
          kind: "scatter",
          op,
          shape,
          operand: operand!.read(shape.map((extent, axis) => b.index(axis, extent))),
          updateShape,
          target: isUnchecked ? target : b.select(inside, target, b.int(-1)),
          update: updates!.read(at),
        };
      },
    },
    ...differential,
    batch: ([operand, indices, updates], [dim, indicesDim, updatesDim], params, axisSize) => {
      const numbers = gatherNumbersOf(numbersOf(params));
      const shared = indicesDim !== null;
      const values = [
        batchInFront(operand!, dim!, axisSize),
        shared ? batchInFront(indices!, indicesDim!, axisSize) : indices!,
        batchInFront(updates!, updatesDim!, axisSize),
      ];
      const batched = scatterNumbersOf(shared ? withSharedAxis(numbers) : withOperandAxis(numbers));
      return { values: [bind1(self, values, { ...params, dimension_numbers: batched })], dims: [0] };
    },
    partialEval: "whole",
  };
  return self;
}

function numbersOf(params: Params): ScatterDimensionNumbers {
  return params["dimension_numbers"] as ScatterDimensionNumbers;
}

/** The gather that reads what a scatter writes: its numbers and slice sizes. */
export function inverseGather(
  params: Params,
  shape: Shape,
  updateShape: Shape,
): { numbers: GatherDimensionNumbers; sizes: number[] } {
  const numbers = gatherNumbersOf(numbersOf(params));
  const windowSizes = updateShape.filter((_, axis) => numbers.offset_dims.includes(axis));
  const sizes = shape.map((_, axis) => (isDropped(numbers, axis) ? 1 : windowSizes.shift()!));
  return { numbers, sizes };
}
