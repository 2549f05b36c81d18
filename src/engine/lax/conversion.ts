import { ArrayBase } from "../core/array-base.ts";
import { avalOfScalar, isPythonScalar, typedScalar, type PythonScalar } from "../core/scalar.ts";
import type { Shape } from "../core/aval.ts";
import { isFloating, type DType } from "../core/dtype.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import { treeMap } from "../core/tree.ts";
import { broadcast_in_dim } from "../primitives/broadcast.ts";
import * as conversion from "../primitives/conversion.ts";

/** x as `dtype`; a value that already has it comes back as it is, made strong unless `weakType`. */
export function convert_element_type(x: Value, dtype: DType, weakType = false): ArrayBase {
  const aval = avalOf(x);
  if (!(x instanceof ArrayBase)) return full([], x, dtype, weakType);
  if (aval.dtype === dtype && aval.weakType === weakType) return x;
  return bind1(conversion.convert_element_type, [x], { new_dtype: dtype, weak_type: weakType });
}

/** The same bits as `dtype`. Throws TypeError when the widths differ. */
export function bitcast_convert_type(x: ArrayBase, dtype: DType): ArrayBase {
  const width = (name: DType): number => (name === "bool" ? 8 : name.endsWith("64") ? 64 : 32);
  if (width(x.dtype) !== width(dtype)) {
    throw new TypeError(`bitcast_convert_type cannot convert ${x.dtype} to ${dtype}: their widths differ`);
  }
  return bind1(conversion.bitcast_convert_type, [x], { new_dtype: dtype });
}

/** A Python scalar or array as an array of `dtype` (its own by default). */
export function asarray(x: Value): ArrayBase {
  if (x instanceof ArrayBase) return x;
  return full([], x, avalOf(x).dtype, avalOf(x).weakType);
}

/** An array of one value. A weak result follows the arrays it meets. */
export function full(shape: Shape, value: PythonScalar, dtype: DType, weakType = false): ArrayBase {
  const aval = avalOfScalar(value);
  const natural = aval.dtype === dtype && aval.weakType === weakType;
  const scalar = natural ? value : typedScalar(value, dtype, weakType);
  return bind1(broadcast_in_dim, [scalar], { shape, broadcast_dimensions: [] });
}

/** An array of one value with the shape of `x`, and its dtype unless said. */
export function full_like(x: Value, value: PythonScalar, dtype: DType = avalOf(x).dtype): ArrayBase {
  const aval = avalOf(x);
  return full(aval.shape, value, dtype, aval.weakType && dtype === aval.dtype);
}

/** The same values as constants of every derivative; takes trees. Integers and booleans have no derivative anyway. */
export function stop_gradient<T>(x: T): T {
  return treeMap(
    (leaf) =>
      isValue(leaf) && isFloating(avalOf(leaf).dtype) ? bind1(conversion.stop_gradient, [leaf]) : leaf,
    x,
  ) as T;
}

function isValue(leaf: unknown): leaf is Value {
  return leaf instanceof ArrayBase || isPythonScalar(leaf);
}
