import type { ShapedArray } from "../core/aval.ts";
import type { Tangent } from "../core/primitive.ts";
import { typedScalar } from "../core/scalar.ts";
import { Zero } from "../core/tangent.ts";
import type { Value } from "../core/tracer.ts";
import { broadcastTo } from "./broadcast.ts";

/** The zeros a symbolic `Zero` stands for; any other tangent as it is. */
export function instantiateZeros(tangent: Tangent): Value {
  return tangent instanceof Zero ? zerosOf(tangent.aval) : tangent;
}

/** Zeros of an aval: a scalar when it is 0-d, which no array needs to hold. */
export function zerosOf(aval: ShapedArray): Value {
  return broadcastTo(typedScalar(0, aval.dtype, aval.weakType), aval.shape);
}
