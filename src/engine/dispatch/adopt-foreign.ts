import { ShapedArray } from "../core/aval.ts";
import { allocateHost, type DType, type HostArray } from "../core/dtype.ts";
import type { ForeignData } from "../core/foreign-array.ts";
import { canonicalizeDType } from "../core/promotion.ts";
import { convertScalar, TypedScalar } from "../core/scalar.ts";
import { ArrayImpl } from "./array.ts";
import { placeData } from "./placement.ts";
import { Storage } from "./storage.ts";

/** A copy of foreign data on a device, 64-bit elements narrowed while x64 is off; a scalar stays on the host. */
export function adoptForeign({ data, shape, dtype, isScalar }: ForeignData): ArrayImpl | TypedScalar {
  const target = canonicalizeDType(dtype);
  if (isScalar) return new TypedScalar(convertScalar(data[0]!, target), new ShapedArray([], target, false));
  const buffer = placeData(target, data.length).upload(
    target,
    target === dtype ? data : converted(data, target),
  );
  return new ArrayImpl(new ShapedArray(shape, target, false), new Storage(buffer));
}

function converted(data: HostArray, target: DType): HostArray {
  const result = allocateHost(target, data.length);
  for (let i = 0; i < data.length; i++) result[i] = convertScalar(data[i]!, target) as number;
  return result;
}
