import type { ShapedArray } from "../core/aval.ts";
import type { Primitive } from "../core/primitive.ts";
import { bind1 } from "../core/tracer.ts";
import type { ReduceOp } from "../kernel/kernel.ts";
import { shiftAxes } from "./view.ts";

/** What one reduction is. Its derivative is the family's to say. */
interface ReductionSpec extends Pick<Primitive, "name" | "jvp" | "transpose"> {
  readonly op: ReduceOp;
  readonly result?: Primitive["abstractEval"];
}

/** Makes the record of a primitive that folds the axes in `params.axes`. */
export function reduction(spec: ReductionSpec): Primitive {
  const self: Primitive = {
    name: spec.name,
    abstractEval:
      spec.result ??
      (([operand], params) => [operand!.update({ shape: keptShape(operand!, axesOf(params)) })]),
    lower: { kind: "reduction", op: spec.op },
    jvp: spec.jvp,
    transpose: spec.transpose,
    batch: ([operand], [dim], params) => {
      const axes = shiftAxes(axesOf(params), dim!);
      const reducedBefore = axes.filter((axis) => axis < dim!).length;
      return { values: [bind1(self, [operand!], { ...params, axes })], dims: [dim! - reducedBefore] };
    },
    partialEval: "whole",
  };
  return self;
}

export function axesOf(params: Readonly<Record<string, unknown>>): readonly number[] {
  return params["axes"] as readonly number[];
}

/** The shape without the reduced axes. */
export function keptShape(operand: ShapedArray, axes: readonly number[]): number[] {
  return operand.shape.filter((_, axis) => !axes.includes(axis));
}
