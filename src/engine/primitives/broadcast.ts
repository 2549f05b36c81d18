import { formatShape, sameShape, type Shape } from "../core/aval.ts";
import type { BatchDim, Primitive } from "../core/primitive.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import { axesOf, reduction } from "./reduction.ts";
import { moveAxis } from "./transpose.ts";
import { insertAt, linearInOneOperand, view } from "./view.ts";

/** broadcast_in_dim[shape, broadcast_dimensions]: operand axis k becomes output axis broadcast_dimensions[k]. */
export const broadcast_in_dim: Primitive = view({
  name: "broadcast_in_dim",
  shape: ([operand], params) => {
    const shape = params["shape"] as Shape;
    const dimensions = params["broadcast_dimensions"] as readonly number[];
    operand!.shape.forEach((extent, axis) => {
      if (extent !== 1 && extent !== shape[dimensions[axis]!]) {
        throw new TypeError(
          `broadcast_in_dim operand dimension sizes must either be 1, or be equal to their corresponding ` +
            `dimensions in the target broadcast shape; got operand of shape ${formatShape(operand!.shape)}, ` +
            `target broadcast shape ${formatShape(shape)}, broadcast_dimensions ${formatShape(dimensions)}`,
        );
      }
    });
    return shape;
  },
  element: (b, index, [operand], params) => {
    const dimensions = params["broadcast_dimensions"] as readonly number[];
    return operand!.read(
      operand!.aval.shape.map((extent, axis) => (extent === 1 ? b.int(0) : index[dimensions[axis]!]!)),
    );
  },
  // Every element goes to several places: its cotangent is the sum of theirs.
  transpose: (cotangent, operand, params) => {
    const shape = params["shape"] as Shape;
    const dimensions = params["broadcast_dimensions"] as readonly number[];
    const stretched = (axis: number): boolean => operand.shape[axis] === 1 && shape[dimensions[axis]!] !== 1;
    const kept = dimensions.filter((_, axis) => !stretched(axis));
    const axes = shape.map((_, axis) => axis).filter((axis) => !kept.includes(axis));
    const sum = axes.length === 0 ? cotangent : bind1(reduce_sum, [cotangent], { axes });
    if (avalOf(sum).ndim === operand.ndim) return sum;
    const own = operand.shape.map((_, axis) => axis).filter((axis) => !stretched(axis));
    return broadcastTo(sum, operand.shape, own);
  },
  batch: (params, dim, shape) => ({
    params: {
      ...params,
      shape: [shape[dim]!, ...(params["shape"] as Shape)],
      broadcast_dimensions: insertAt(
        (params["broadcast_dimensions"] as readonly number[]).map((axis) => axis + 1),
        dim,
        0,
      ),
    },
    dim: 0,
  }),
});

/** Sums over `axes`; the result keeps the dtype. */
export const reduce_sum: Primitive = reduction({
  name: "reduce_sum",
  op: "sum",
  // The cotangent of a sum is that of each of its terms.
  ...linearInOneOperand(
    () => reduce_sum,
    (cotangent, operand, params) => {
      const axes = axesOf(params);
      const kept = operand.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
      return broadcastTo(cotangent, operand.shape, kept);
    },
  ),
});

/** The value stretched to `shape`, its axis k being axis dimensions[k] there. */
export function broadcastTo(x: Value, shape: Shape, dimensions: readonly number[] = []): Value {
  const isIdentity = sameShape(avalOf(x).shape, shape) && dimensions.every((axis, k) => axis === k);
  return isIdentity && dimensions.length === shape.length
    ? x
    : bind1(broadcast_in_dim, [x], { shape, broadcast_dimensions: dimensions });
}

/** The value with its batch axis in front; one that has none is repeated. */
export function batchInFront(x: Value, dim: BatchDim, axisSize: number): Value {
  if (dim !== null) return moveAxis(x, dim, 0);
  const { shape } = avalOf(x);
  return broadcastTo(
    x,
    [axisSize, ...shape],
    shape.map((_, axis) => axis + 1),
  );
}

/** A reduced value with its axes back, each of extent 1 and so broadcast by views of `operand`'s shape. */
export function broadcastBack(x: Value, operand: Shape, axes: readonly number[]): Value {
  const kept = operand.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return broadcastTo(x, operand, kept);
}
