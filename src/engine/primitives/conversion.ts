import type { ShapedArray } from "../core/aval.ts";
import { isFloating, type DType } from "../core/dtype.ts";
import type { Primitive } from "../core/primitive.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import { elementwise } from "./elementwise.ts";

/** Converts to `new_dtype`; floats truncate toward zero on the way to integers. */
export const convert_element_type: Primitive = elementwise({
  name: "convert_element_type",
  accepts: "any",
  result: (_, params) => ({
    dtype: params["new_dtype"] as never,
    weakType: params["weak_type"] as boolean,
  }),
  scalar: (b, [x], _, output) => b.cast(x!, output.dtype),
  // Among floats the conversion is the identity; integers have no tangents.
  derivatives: [(t, _, y) => convertTo(t, avalOf(y))],
  transpose: ([cotangent], [x]) => {
    if (!(x instanceof UndefinedPrimal)) return [null];
    if (cotangent instanceof Zero || !isFloating(x.aval.dtype)) return [new Zero(x.aval)];
    return [convertTo(cotangent!, x.aval)];
  },
});

/** The value with the dtype and the weakness of `aval`. */
function convertTo(x: Value, aval: ShapedArray): Value {
  return bind1(convert_element_type, [x], { new_dtype: aval.dtype, weak_type: aval.weakType });
}

/** The value as `dtype`, strong. */
export function convert(x: Value, dtype: DType): Value {
  return bind1(convert_element_type, [x], { new_dtype: dtype, weak_type: false });
}

/** The same bits as another dtype of the same width. */
export const bitcast_convert_type = elementwise({
  name: "bitcast_convert_type",
  accepts: "any",
  result: (_, params) => ({ dtype: params["new_dtype"] as never, weakType: false }),
  scalar: (b, [x], _, output) => b.bitcast(x!, output.dtype),
  derivatives: "zero",
});

/** The value itself, as a constant of every derivative. */
export const stop_gradient = elementwise({
  name: "stop_gradient",
  accepts: "any",
  cost: 0,
  scalar: (_, [x]) => x!,
  derivatives: "zero",
});
