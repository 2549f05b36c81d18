import { sizeOf } from "../core/aval.ts";
import type { JvpRule, Primitive } from "../core/primitive.ts";
import { Zero } from "../core/tangent.ts";
import { bind1 } from "../core/tracer.ts";
import type { ScanKernel } from "../kernel/kernel.ts";
import { max, min, mul } from "./arithmetic.ts";
import { associativeScan } from "./dual.ts";
import { linearInOneOperand } from "./view.ts";

type Differential = Pick<Primitive, "jvp" | "transpose">;

function cumulative(
  name: string,
  op: ScanKernel["op"],
  how: (self: () => Primitive) => Differential,
): Primitive {
  const self: Primitive = {
    name,
    abstractEval: ([operand]) => [operand!],
    lower: {
      kind: "routine",
      body: (b, [operand], params) => {
        const axis = params["axis"] as number;
        const shape = operand!.aval.shape;
        const before = shape.slice(0, axis);
        const after = shape.slice(axis + 1);
        const [outer, length, inner] = [sizeOf(before), shape[axis]!, sizeOf(after)];
        const index = [
          ...b.unflatten(b.index(0, outer), before),
          b.index(1, length),
          ...b.unflatten(b.index(2, inner), after),
        ];
        const value = operand!.read(index);
        return { kind: "scan", op, outer, length, inner, reverse: params["reverse"] as boolean, value };
      },
    },
    ...how(() => self),
    batch: ([operand], [dim], params) => {
      const axis = params["axis"] as number;
      const batched = { ...params, axis: axis >= dim! ? axis + 1 : axis };
      return { values: [bind1(self, [operand!], batched)], dims: [dim!] };
    },
    partialEval: "whole",
  };
  return self;
}

/** The derivative of a running combination is that of the combinations it is made of. */
function scanOf(combine: Primitive): (self: () => Primitive) => Differential {
  return (self) => {
    const jvp: JvpRule = ([operand], [tangent], params) => {
      const primal = bind1(self(), [operand!], params);
      if (tangent instanceof Zero) return { primals: [primal], tangents: [new Zero(primal.aval)] };
      const whole = { x: operand!, t: tangent! };
      const scan = associativeScan(combine, whole, params["axis"] as number, params["reverse"] as boolean);
      return { primals: [primal], tangents: [scan.t] };
    };
    return { jvp, transpose: "nonlinear" };
  };
}

/** cum*[axis, reverse]: running reductions, inclusive. */
export const cumsum: Primitive = cumulative("cumsum", "sum", (self) =>
  // Element k is part of all sums from k on: its cotangent is their sum from the other end.
  linearInOneOperand(self, (cotangent, _, params) =>
    bind1(self(), [cotangent], { ...params, reverse: params["reverse"] !== true }),
  ),
);
export const cumprod = cumulative("cumprod", "prod", scanOf(mul));
export const cummax = cumulative("cummax", "max", scanOf(max));
export const cummin = cumulative("cummin", "min", scanOf(min));
