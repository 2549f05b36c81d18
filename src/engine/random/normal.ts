import type { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/index.ts";
import { callArguments } from "../core/call-arguments.ts";
import { toShape } from "../numpy/creation.ts";
import {
  checkKey,
  floatingDType,
  type DTypeArgument,
  type SampleOptions,
  type ShapeArgument,
} from "./checks.ts";
import { unitInterval } from "./uniform.ts";

/** Standard normal values. Throws ValueError for a dtype that is no float. */
export function normal(key: ArrayBase, shape?: ShapeArgument, dtype?: DTypeArgument): ArrayBase {
  checkKey("normal", key);
  const options = callArguments<SampleOptions>("normal", ["shape", "dtype"], [shape, dtype]);
  const target = floatingDType("normal", options.dtype, "float or complex");
  return normalOf(key, toShape(options.shape ?? []), target);
}

/** The number next to -1 on the side of 0. */
const aboveMinusOne: Readonly<Partial<Record<DType, number>>> = {
  float32: -1 + 2 ** -24,
  float64: -1 + 2 ** -53,
};

/** As `normal`, of shape and dtype known to be right. */
export const normalOf = jit(
  (key: ArrayBase, shape: Shape, dtype: DType): ArrayBase => {
    // Of (-1, 1), evenly: the range from the number above -1 rounds to 2.
    const u = lax.add(unitInterval(key, shape, dtype, 2), aboveMinusOne[dtype]!);
    return lax.mul(lax.erf_inv(u), Math.SQRT2);
  },
  { name: "_normal", static_argnums: [1, 2] },
);
