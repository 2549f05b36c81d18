import type { ArrayBase } from "../core/array-base.ts";
import { isFloating, type DType } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { defaultInt } from "../core/promotion.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/lax.ts";
import { canonicalizeAxis } from "./axis.ts";
import { callArguments } from "../core/call-arguments.ts";
import { toDType, type DTypeLike } from "./dtype-like.ts";
import { arrayArgument, ownHandle, type ArrayLike } from "./promote.ts";
import { subtract } from "./arithmetic.ts";
import { not_equal } from "./logic.ts";

export interface CumulativeOptions {
  readonly axis?: number | null;
  readonly dtype?: DTypeLike | null;
}

type Cumulative = (
  a: ArrayLike,
  axis?: number | null | CumulativeOptions,
  dtype?: DTypeLike | null | CumulativeOptions,
) => ArrayBase;

function cumulative(
  name: string,
  scan: (x: ArrayBase, axis?: number) => ArrayBase,
  nanValue?: number,
): Cumulative {
  const compiled = jit(
    (x: ArrayBase, along: number | null, dtype: DType) => {
      const line = along === null ? lax.reshape(x, [x.size]) : x;
      let values = lax.convert_element_type(line, dtype);
      if (nanValue !== undefined && isFloating(dtype)) {
        values = lax.select(lax.ne(values, values), nanValue, values);
      }
      return scan(values, along ?? 0);
    },
    { name, static_argnums: [1, 2] },
  );
  return (a, axis, dtype) => {
    const array = arrayArgument(name, a);
    const given = callArguments<CumulativeOptions>(name, ["axis", "dtype"], [axis, dtype]);
    const along =
      given.axis === undefined || given.axis === null ? null : canonicalizeAxis(given.axis, array.ndim);
    const own = array.dtype === "bool" ? defaultInt() : array.dtype;
    return compiled(
      array,
      along,
      given.dtype === undefined || given.dtype === null ? own : toDType(given.dtype),
    );
  };
}

/** Running sums along an axis, or of the flattened array. */
export const cumsum: Cumulative = cumulative("cumsum", lax.cumsum);
/** Running products along an axis, or of the flattened array. */
export const cumprod: Cumulative = cumulative("cumprod", lax.cumprod);
/** Running sums, NaN counted as 0. */
export const nancumsum: Cumulative = cumulative("nancumsum", lax.cumsum, 0);
/** Running products, NaN counted as 1. */
export const nancumprod: Cumulative = cumulative("nancumprod", lax.cumprod, 1);

export interface DiffOptions {
  readonly n?: number;
  readonly axis?: number;
}

/** Differences of neighbours along an axis (the last), taken n times. */
export function diff(a: ArrayLike, n?: number | DiffOptions, options?: number | DiffOptions): ArrayBase {
  let array = ownHandle(arrayArgument("diff", a));
  const given = callArguments<DiffOptions>("diff", ["n", "axis"], [n, options]);
  const times = given.n ?? 1;
  if (times < 0) throw new ValueError(`order must be non-negative but got ${String(times)}`);
  if (array.ndim === 0)
    throw new ValueError(
      `diff requires input that is at least one dimensional; got ${array.aval.toString()}`,
    );
  const axis = canonicalizeAxis(given.axis ?? -1, array.ndim);
  for (let time = 0; time < times; time++) array = diffJit(array, axis);
  return array;
}

const diffJit = jit(
  (x: ArrayBase, axis: number) => {
    const extent = x.shape[axis]!;
    const later = lax.slice_in_dim(x, Math.min(1, extent), extent, 1, axis);
    const earlier = lax.slice_in_dim(x, 0, Math.max(0, extent - 1), 1, axis);
    return x.dtype === "bool" ? not_equal(later, earlier) : subtract(later, earlier);
  },
  { name: "diff", static_argnums: 1 },
);

/** Area under the samples y, by trapezoids `dx` wide, or between the points x. */
export function trapezoid(y: ArrayLike, x: ArrayLike | null = null, dx: ArrayLike = 1, axis = -1): ArrayBase {
  const samples = arrayArgument("trapezoid", y);
  return trapezoidJit(samples, x, dx, canonicalizeAxis(axis, samples.ndim));
}

const trapezoidJit = jit(
  (y: ArrayBase, x: ArrayLike | null, dx: ArrayLike, axis: number) => {
    const values = isFloating(y.dtype) ? y : lax.convert_element_type(y, "float32");
    const line = lax.transpose(values, lastAxis(values.ndim, axis));
    const last = line.ndim - 1;
    const extent = line.shape[last]!;
    const sums = lax.add(
      lax.slice_in_dim(line, 1, extent, 1, last),
      lax.slice_in_dim(line, 0, extent - 1, 1, last),
    );
    const width =
      x === null
        ? lax.convert_element_type(dx, values.dtype)
        : lax.convert_element_type(diff(x), values.dtype);
    const widths = width.ndim === 0 ? width : lax.broadcast_in_dim(width, sums.shape, [last]);
    return lax.mul(lax.reduce_sum(lax.mul(sums, widths), [last]), 0.5);
  },
  { name: "trapezoid", static_argnums: 3 },
);

function lastAxis(ndim: number, axis: number): number[] {
  const rest = Array.from({ length: ndim }, (_, k) => k).filter((k) => k !== axis);
  return [...rest, axis];
}
