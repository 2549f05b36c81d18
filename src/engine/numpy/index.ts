/** jax.numpy: the functions a cell imports with `import * as jnp from "jax/numpy"`. */
export * from "./arithmetic.ts";
export { bincount, argwhere, extract, flatnonzero, nonzero, unique } from "./data-dependent.ts";
export * from "./constants.ts";
export { einsum } from "./einsum.ts";
export { ellipsis, slice } from "./index-expression.ts";
export { convolve, interp, polyval } from "./polynomials.ts";
export { pad, repeat, roll, tile } from "./rearranging.ts";
export * from "./scalar-types.ts";
export { select, take, take_along_axis, where } from "./selection.ts";
export { argsort, digitize, lexsort, searchsorted, sort } from "./sorting.ts";
export { broadcast_shapes } from "./broadcast-shapes.ts";
export * from "./creation.ts";
export { cumprod, cumsum, diff, nancumprod, nancumsum, trapezoid } from "./cumulative.ts";
export { diag, diagflat, diagonal, tri, tril, triu } from "./diagonals.ts";
export * from "./joining.ts";
export { cross, dot, inner, kron, matmul, outer, tensordot, trace, vdot } from "./linear.ts";
export {
  bitwise_and,
  bitwise_not,
  bitwise_or,
  bitwise_xor,
  equal,
  greater,
  greater_equal,
  left_shift,
  less,
  less_equal,
  logical_and,
  logical_not,
  logical_or,
  logical_xor,
  not_equal,
  right_shift,
} from "./logic.ts";
export {
  nanargmax,
  nanargmin,
  nanmax,
  nanmean,
  nanmin,
  nanprod,
  nanstd,
  nansum,
  nanvar,
} from "./nan-reductions.ts";
export * from "./predicates.ts";
export { arange, geomspace, linspace, logspace } from "./ranges.ts";
export { all, any, argmax, argmin, count_nonzero, max, min, prod, ptp, sum } from "./reductions.ts";
export * from "./rounding.ts";
export * from "./shape.ts";
export * from "./special.ts";
export {
  average,
  corrcoef,
  cov,
  mean,
  median,
  percentile,
  quantile,
  std,
  variance as var,
} from "./statistics.ts";
export * from "./transcendental.ts";

// Second names.
export { divide as true_divide, abs as absolute, remainder as mod, power as pow } from "./arithmetic.ts";
export { array as asarray } from "./creation.ts";
export { concatenate as concat } from "./joining.ts";
export { bitwise_not as bitwise_invert, bitwise_not as invert } from "./logic.ts";
export { max as amax, min as amin } from "./reductions.ts";
export { trunc as fix, round as around } from "./rounding.ts";
export { transpose as permute_dims } from "./shape.ts";
export {
  arcsin as asin,
  arccos as acos,
  arctan as atan,
  arcsinh as asinh,
  arccosh as acosh,
  arctanh as atanh,
  arctan2 as atan2,
  deg2rad as radians,
  rad2deg as degrees,
} from "./transcendental.ts";
export { int64 as int_, float64 as float_ } from "./scalar-types.ts";
