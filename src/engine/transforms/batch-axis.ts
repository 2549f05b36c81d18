import type { BatchDim } from "../core/primitive.ts";
import type { Value } from "../core/tracer.ts";
import { batchInFront } from "../primitives/broadcast.ts";
import { moveAxis } from "../primitives/transpose.ts";

/** The value with its batch axis moved to `target`, or repeated along a new one where it has none. */
export function batchAxisAt(value: Value, dim: BatchDim, target: number, axisSize: number): Value {
  return dim === null
    ? moveAxis(batchInFront(value, null, axisSize), 0, target)
    : moveAxis(value, dim, target);
}
