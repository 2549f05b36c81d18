import { sizeOf } from "../core/aval.ts";
import type { Primitive } from "../core/primitive.ts";
import { Zero } from "../core/tangent.ts";
import { avalOf, bind, bind1, type Value } from "../core/tracer.ts";
import { batchInFront, broadcastTo } from "./broadcast.ts";
import { gather } from "./gather.ts";
import type { GatherDimensionNumbers } from "./gather-numbers.ts";
import { iota } from "./iota.ts";

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
  // Tangents follow their elements: positions that are sorted along say where each one went.
  jvp: (operands, tangents, params) => {
    const { shape } = avalOf(operands[0]!);
    const positions = bind1(iota, [], { dtype: "int32", shape, dimension: shape.length - 1 });
    const sorted = bind(sort, [...operands, positions], params);
    const order = sorted[operands.length]!;
    return {
      primals: sorted.slice(0, -1),
      tangents: tangents.map((t) => (t instanceof Zero ? t : takeLast(t, order))),
    };
  },
  transpose: "nonlinear",
  batch: (operands, dims, params, axisSize) => {
    const values = operands.map((operand, k) => batchInFront(operand, dims[k]!, axisSize));
    return { values: bind(sort, values, params), dims: operands.map(() => 0) };
  },
  partialEval: "whole",
};

/** x[..., order]: the elements of the last axis in another order. */
function takeLast(x: Value, order: Value): Value {
  const { shape } = avalOf(order);
  const last = shape.length - 1;
  const before = shape.slice(0, -1).map((_, axis) => axis);
  const numbers: GatherDimensionNumbers = {
    offset_dims: [],
    collapsed_slice_dims: [last],
    start_index_map: [last],
    operand_batching_dims: before,
    start_indices_batching_dims: before,
  };
  const indices = broadcastTo(
    order,
    [...shape, 1],
    shape.map((_, axis) => axis),
  );
  const params = { dimension_numbers: numbers, slice_sizes: shape.map(() => 1), mode: "clip" };
  return bind1(gather, [x, indices], params);
}
