/**
 * NumPy beside JAX: a small part of it, on mutable arrays in the worker's memory, so that a lesson can show what
 * NumPy does differently. Importing this installs the arrays' methods.
 */
import "./methods.ts";

export { asarray } from "./as-array.ts";
export {
  arange,
  array,
  eye,
  full,
  full_like,
  identity,
  linspace,
  meshgrid,
  ones,
  ones_like,
  zeros,
  zeros_like,
  // Memory is never left as it was.
  zeros as empty,
  zeros_like as empty_like,
} from "./creation.ts";
export * from "./elementwise.ts";
export {
  absolute as abs,
  divide as true_divide,
  invert as bitwise_not,
  remainder as mod,
  round as around,
} from "./elementwise.ts";
export { allclose, array_equal, clip, isclose, nonzero, where } from "./comparing.ts";
export {
  all,
  any,
  argmax,
  argmin,
  cumprod,
  cumsum,
  max,
  mean,
  min,
  prod,
  std,
  sum,
  max as amax,
  min as amin,
  variance as var,
} from "./reductions.ts";
export * from "./rearranging.ts";
export { argsort, sort, unique } from "./sorting.ts";
export { dot, matmul, outer } from "./linear.ts";
export * from "./scalar-types.ts";
export { bool_ as bool, int64 as int_, int64 as intp, float64 as double } from "./scalar-types.ts";
export { NdArray as ndarray } from "./ndarray.ts";

export const pi = Math.PI;
export const e = Math.E;
export const inf = Infinity;
export const nan = NaN;
export const newaxis = null;
