import type { Primitive } from "../core/primitive.ts";
import type { ScanKernel } from "../kernel/kernel.ts";
import { sizeOf } from "../kernel/kernel.ts";

function cumulative(name: string, op: ScanKernel["op"]): Primitive {
  return {
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
  };
}

/** cum*[axis, reverse]: running reductions, inclusive. */
export const cumsum = cumulative("cumsum", "sum");
export const cumprod = cumulative("cumprod", "prod");
export const cummax = cumulative("cummax", "max");
export const cummin = cumulative("cummin", "min");

/** sort of the last axis by operand 0, stable, NaN last; the other operands are carried along. */
export const sort: Primitive = {
  name: "sort",
  abstractEval: (operands) => operands,
  lower: {
    kind: "routine",
    body: (b, operands) => {
      const shape = operands[0]!.aval.shape;
      const before = shape.slice(0, -1);
      const [outer, length] = [sizeOf(before), shape[shape.length - 1]!];
      const index = [...b.unflatten(b.index(0, outer), before), b.index(1, length)];
      return { kind: "sort", outer, length, values: operands.map((operand) => operand.read(index)) };
    },
  },
};
