import { ShapedArray, type Shape } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import type { Primitive } from "../core/primitive.ts";

/** iota[dtype, shape, dimension]: the index along one axis. */
export const iota: Primitive = {
  name: "iota",
  abstractEval: (_, params) => [new ShapedArray(params["shape"] as Shape, params["dtype"] as DType)],
  lower: {
    kind: "view",
    alias: false,
    element: (b, index, _, params, output) => b.cast(index[params["dimension"] as number]!, output.dtype),
  },
  jvp: "zero",
  transpose: "nonlinear",
  batch: () => {
    throw new Error("internal error: iota has no operand that could have a batch axis");
  },
  partialEval: "whole",
};
