import { ShapedArray, type Shape } from "../core/aval.ts";
import { allocateHost, type DType, type HostArray, type HostScalar } from "../core/dtype.ts";
import { convertScalar, type PythonScalar } from "../core/scalar.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import { placeData } from "../dispatch/placement.ts";
import { Storage } from "../dispatch/storage.ts";

/** An array holding a copy of elements in NumPy's memory layout. */
export function fromHost(data: HostArray, shape: Shape, dtype: DType, weakType = false): ArrayImpl {
  const buffer = placeData(dtype, data.length).upload(dtype, data);
  return new ArrayImpl(new ShapedArray(shape, dtype, weakType), new Storage(buffer));
}

/** An array of JavaScript numbers, converted to `dtype`. */
export function fromNumbers(
  values: readonly (PythonScalar | HostScalar)[],
  shape: Shape,
  dtype: DType,
): ArrayImpl {
  const data = allocateHost(dtype, values.length);
  values.forEach((value, i) => {
    const element = convertScalar(value, dtype);
    if (data instanceof BigInt64Array) data[i] = element as bigint;
    else data[i] = Number(element);
  });
  return fromHost(data, shape, dtype);
}

/** A vector of int32 positions. */
export function int32Array(values: readonly number[]): ArrayImpl {
  return fromHost(Int32Array.from(values), [values.length], "int32");
}
