import { ShapedArray, sizeOf } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import type { DType } from "../core/dtype.ts";
import type { JvpRule, Primitive } from "../core/primitive.ts";
import { Zero } from "../core/tangent.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import { apply } from "./apply.ts";
import { div, mul } from "./arithmetic.ts";
import { broadcastBack, reduce_sum } from "./broadcast.ts";
import { eq } from "./comparison.ts";
import { convert } from "./conversion.ts";
import { treeReduce } from "./dual.ts";
import { axesOf, keptShape, reduction } from "./reduction.ts";
import { reshaped } from "./reshape.ts";
import { transpose } from "./transpose.ts";

export { reduce_sum };

/** Products of halves, whose derivative is right where factors are zero. */
const productRule: JvpRule = ([operand], [tangent], params) => {
  const primal = bind1(reduce_prod, [operand!], params);
  const { shape } = avalOf(operand!);
  const axes = axesOf(params);
  const size = sizeOf(axes.map((axis) => shape[axis]!));
  if (tangent instanceof Zero || size === 0) return { primals: [primal], tangents: [new Zero(primal.aval)] };
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const flatten = (x: Value): Value =>
    reshaped(bind1(transpose, [x], { permutation: [...axes, ...kept] }), [size, ...primal.shape]);
  const product = treeReduce(mul, { x: flatten(operand!), t: flatten(tangent!) }, 1);
  return { primals: [primal], tangents: [reshaped(product.t, primal.shape)] };
};

export const reduce_prod: Primitive = reduction({
  name: "reduce_prod",
  op: "prod",
  jvp: productRule,
  transpose: "nonlinear",
});

/** The mean of the tangents at the places that hold the result. */
function extremumRule(self: () => Primitive): JvpRule {
  return ([operand], [tangent], params) => {
    const primal = bind1(self(), [operand!], params);
    if (tangent instanceof Zero) return { primals: [primal], tangents: [new Zero(primal.aval)] };
    const axes = axesOf(params);
    const isResult = apply(eq, operand!, broadcastBack(primal, avalOf(operand!).shape, axes));
    const chosen = convert(isResult, avalOf(tangent!).dtype);
    const sum = (x: Value): Value => bind1(reduce_sum, [x], { axes });
    return { primals: [primal], tangents: [apply(div, sum(apply(mul, tangent!, chosen)), sum(chosen))] };
  };
}

/** Largest over `axes`; NaN if any is. */
export const reduce_max: Primitive = reduction({
  name: "reduce_max",
  op: "max",
  jvp: extremumRule(() => reduce_max),
  transpose: "nonlinear",
});
export const reduce_min: Primitive = reduction({
  name: "reduce_min",
  op: "min",
  jvp: extremumRule(() => reduce_min),
  transpose: "nonlinear",
});

/** Logical on bool, bitwise on integers. */
export const reduce_and = reduction({ name: "reduce_and", op: "and", jvp: "zero", transpose: "nonlinear" });
export const reduce_or = reduction({ name: "reduce_or", op: "or", jvp: "zero", transpose: "nonlinear" });

function argReduction(name: string, op: "argmax" | "argmin"): Primitive {
  return reduction({
    name,
    op,
    result: ([operand], params) => {
      const axes = axesOf(params);
      if (axes.some((axis) => operand!.shape[axis] === 0)) {
        throw new ValueError(`attempt to get ${name} of an empty sequence`);
      }
      return [new ShapedArray(keptShape(operand!, axes), params["index_dtype"] as DType)];
    },
    jvp: "zero",
    transpose: "nonlinear",
  });
}

/** Position of the largest element along the one axis in `axes`; the first of equals, or the first NaN. */
export const argmax = argReduction("argmax", "argmax");
export const argmin = argReduction("argmin", "argmin");
