import { ShapedArray } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import type { DType } from "../core/dtype.ts";
import type { Primitive } from "../core/primitive.ts";
import type { ReduceOp } from "../kernel/kernel.ts";

function reduction(name: string, op: ReduceOp): Primitive {
  return {
    name,
    abstractEval: ([operand], params) => {
      const axes = params["axes"] as readonly number[];
      return [operand!.update({ shape: operand!.shape.filter((_, axis) => !axes.includes(axis)) })];
    },
    lower: { kind: "reduction", op },
  };
}

/** Sums over `axes`; the result keeps the dtype. */
export const reduce_sum = reduction("reduce_sum", "sum");
export const reduce_prod = reduction("reduce_prod", "prod");
/** Largest over `axes`; NaN if any is. */
export const reduce_max = reduction("reduce_max", "max");
export const reduce_min = reduction("reduce_min", "min");
/** Logical on bool, bitwise on integers. */
export const reduce_and = reduction("reduce_and", "and");
export const reduce_or = reduction("reduce_or", "or");

function argReduction(name: string, op: "argmax" | "argmin"): Primitive {
  return {
    name,
    abstractEval: ([operand], params) => {
      const axes = params["axes"] as readonly number[];
      if (axes.some((axis) => operand!.shape[axis] === 0)) {
        throw new ValueError(`attempt to get ${name} of an empty sequence`);
      }
      const shape = operand!.shape.filter((_, axis) => !axes.includes(axis));
      return [new ShapedArray(shape, params["index_dtype"] as DType)];
    },
    lower: { kind: "reduction", op },
  };
}

/** Position of the largest element along the one axis in `axes`; the first of equals, or the first NaN. */
export const argmax = argReduction("argmax", "argmax");
export const argmin = argReduction("argmin", "argmin");
