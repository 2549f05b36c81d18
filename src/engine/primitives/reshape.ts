import { formatShape, sameShape, type Shape, sizeOf } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import type { Primitive } from "../core/primitive.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import { moveAxis } from "./transpose.ts";
import { shiftAxes, view } from "./view.ts";

/** reshape[new_sizes]: the same elements in row-major order. */
export const reshape: Primitive = view({
  name: "reshape",
  alias: true,
  shape: ([operand], params) => {
    const newSizes = params["new_sizes"] as Shape;
    if (sizeOf(newSizes) !== operand!.size) {
      throw new TypeError(
        `cannot reshape array of shape ${formatShape(operand!.shape)} (size ${String(operand!.size)}) ` +
          `into shape ${formatShape(newSizes)} (size ${String(sizeOf(newSizes))})`,
      );
    }
    return newSizes;
  },
  element: (b, index, [operand], _, output) =>
    operand!.read(b.unflatten(b.flatten(index, output.shape), operand!.aval.shape)),
  transpose: (cotangent, operand) => reshaped(cotangent, operand.shape),
  place: (operand, dim) => ({ operand: moveAxis(operand, dim, 0), dim: 0 }),
  batch: (params, dim, shape) => ({
    params: { ...params, new_sizes: [shape[dim]!, ...(params["new_sizes"] as Shape)] },
    dim: 0,
  }),
});

/** squeeze[dimensions]: drops axes of extent 1. */
export const squeeze: Primitive = view({
  name: "squeeze",
  alias: true,
  shape: ([operand], params) => {
    const dimensions = params["dimensions"] as readonly number[];
    const wrong = dimensions.find((axis) => operand!.shape[axis] !== 1);
    if (wrong !== undefined) {
      throw new ValueError(
        `cannot select an axis to squeeze out which has size not equal to one, got ` +
          `shape=${formatShape(operand!.shape)} and dimensions=${formatShape(dimensions)}`,
      );
    }
    return operand!.shape.filter((_, axis) => !dimensions.includes(axis));
  },
  element: (b, index, [operand], params) => {
    const dimensions = params["dimensions"] as readonly number[];
    const rest = [...index];
    return operand!.read(
      operand!.aval.shape.map((_, axis) => (dimensions.includes(axis) ? b.int(0) : rest.shift()!)),
    );
  },
  transpose: (cotangent, operand) => reshaped(cotangent, operand.shape),
  batch: (params, dim) => {
    const dimensions = shiftAxes(params["dimensions"] as readonly number[], dim);
    return { params: { dimensions }, dim: dim - dimensions.filter((axis) => axis < dim).length };
  },
});

/** The value with another shape of the same size. */
export function reshaped(x: Value, shape: Shape): Value {
  if (sameShape(avalOf(x).shape, shape)) return x;
  return bind1(reshape, [x], { dimensions: null, new_sizes: shape });
}
