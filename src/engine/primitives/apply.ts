import type { ArrayBase } from "../core/array-base.ts";
import type { Primitive } from "../core/primitive.ts";
import { typedScalar, type TypedScalar } from "../core/scalar.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";

/** Binds a primitive that has one result and no parameters: what the formulas of derivative rules are written in. */
export function apply(primitive: Primitive, ...operands: readonly Value[]): ArrayBase {
  return bind1(primitive, operands);
}

/** A scalar of the dtype of `x` that leaves the weakness of a result to the other operands. */
export function like(x: Value, value: number): TypedScalar {
  return typedScalar(value, avalOf(x).dtype, true);
}
