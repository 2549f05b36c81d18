/**
 * What the cell language knows about the engine by name: which calls keep none of their arguments, so that an
 * argument which nothing else can hold may be freed as soon as the call returns.
 */

function names(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Functions of the engine's namespaces (`jnp.sin`, `random.normal`) that never return one of their arguments. */
export const freshFunctions = names(`
  sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh arcsinh arccosh arctanh asin acos atan atan2
  exp exp2 expm1 log log2 log10 log1p sqrt cbrt square reciprocal negative sign
  add subtract multiply divide true_divide floor_divide mod remainder power float_power fmod
  maximum minimum fmax fmin hypot logaddexp
  equal not_equal less less_equal greater greater_equal
  logical_and logical_or logical_xor logical_not isnan isinf isfinite isclose allclose array_equal
  sum prod mean median std var any all argmax argmin count_nonzero ptp nansum nanmean
  cumsum cumprod dot matmul vdot inner outer tensordot einsum trace
  ones zeros full ones_like zeros_like arange linspace logspace eye identity
  where clip sort argsort searchsorted
  array copy absolute abs fabs max min amax amin full_like diff round around rint floor ceil trunc
  conj conjugate real imag nan_to_num positive matrix_transpose
  reshape ravel transpose squeeze swapaxes moveaxis flip roll expand_dims broadcast_to astype
  erf erfc erf_inv logistic sigmoid relu softplus logsumexp
  key PRNGKey split fold_in bits
  normal uniform randint bernoulli exponential gumbel categorical permutation choice rademacher
  laplace cauchy truncated_normal lognormal multivariate_normal gamma beta poisson
  inv solve det slogdet eigh eigvalsh cholesky qr svd lstsq norm matrix_power matrix_rank pinv
  tile repeat outer kron diag tril triu cross
  polyval interp percentile quantile unique
`);

/** Methods of an array that return a new array or a plain value and keep no hold of the array. */
export const freshMethods = names(`
  sum prod mean std var any all argmax argmin cumsum cumprod dot sort argsort item tolist
`);

/** Methods that may hand back the array itself: fine on a temporary, whose fate is decided by comparing the two. */
export const passingMethods = names(
  "reshape astype ravel flatten transpose squeeze clip round block_until_ready",
);

/** Properties of an array that do not hold on to it. */
export const plainProperties = names("shape dtype size ndim nbytes itemsize weak_type");

/** Functions that every cell is given. They read their arguments and keep none. */
export const builtins = names("print display id type");

/** Names of the JavaScript language itself, which a cell reads directly unless some cell defines them. */
export const javascriptGlobals = names(`
  undefined NaN Infinity globalThis eval arguments
  Object Function Array Number Boolean String Symbol BigInt Math Date RegExp JSON Promise Proxy Reflect Intl
  Map Set WeakMap WeakSet WeakRef FinalizationRegistry Iterator
  Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError
  ArrayBuffer SharedArrayBuffer DataView Atomics Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array
  Int32Array Uint32Array BigInt64Array BigUint64Array Float32Array Float64Array
  parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent encodeURI decodeURI
  console performance setTimeout clearTimeout setInterval clearInterval queueMicrotask structuredClone
  TextEncoder TextDecoder crypto
`);
