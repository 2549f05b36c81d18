import type { DType } from "../engine-door.ts";
import { asarray, type ArrayLike } from "./as-array.ts";
import { NdArray, scalarIfRank0 } from "./ndarray.ts";

/** `np.float64`: usable wherever a dtype is, and a function that makes scalars of it. */
export interface ScalarType {
  (value?: ArrayLike): NdArray;
  readonly dtype: DType;
}

function scalarType(dtype: DType): ScalarType {
  const make = (value: ArrayLike = 0): NdArray => {
    const converted = asarray(value, dtype);
    return converted === value ? converted : scalarIfRank0(converted);
  };
  Object.defineProperty(make, "name", { value: dtype });
  return Object.assign(make, {
    dtype,
    __repr__: () => `numpy.${dtype}`,
    toString: () => `<class 'numpy.${dtype}'>`,
  });
}

export const bool_ = scalarType("bool");
export const int32 = scalarType("int32");
export const uint32 = scalarType("uint32");
export const int64 = scalarType("int64");
export const float32 = scalarType("float32");
export const float64 = scalarType("float64");
