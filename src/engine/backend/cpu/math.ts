/** Functions that generated code calls by name. */

const two53 = 2n ** 53n;
const maxInt64 = 2n ** 63n - 1n;

/** int64 to float32 with one rounding: what double would cut off is kept as a sticky bit. */
export function int64ToFloat32(value: bigint): number {
  if (value > -two53 && value < two53) return Math.fround(Number(value));
  const sticky = BigInt.asUintN(11, value) === 0n ? 0n : 1n;
  return Math.fround(Number((value >> 11n) | sticky) * 2048);
}

/** Truncates and saturates; NaN gives 0. */
export function floatToInt64(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return maxInt64;
  if (value <= -(2 ** 63)) return -maxInt64 - 1n;
  return BigInt(Math.trunc(value));
}

/** Wrapping integer power; a negative exponent gives the truncated reciprocal. */
export function powInt32(base: number, exponent: number): number {
  if (exponent < 0) {
    if (base === 0) return -1; // As integer division by zero gives.
    return base === 1 ? 1 : base === -1 ? (exponent & 1 ? -1 : 1) : 0;
  }
  return powUint32(base, exponent);
}

/** As `powInt32`, the exponent unsigned. */
export function powUint32(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest !== 0; rest >>>= 1) {
    if (rest & 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

/** As `powInt32`, in 64 bits. */
export function powInt64(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) {
    if (base === 0n) return -1n;
    return base === 1n ? 1n : base === -1n ? (exponent & 1n ? -1n : 1n) : 0n;
  }
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest !== 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}

/** IEEE 754 pow: JavaScript's, but for 1**NaN and (+-1)**(+-Infinity), which are 1. */
export function pow(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && (exponent === Infinity || exponent === -Infinity))) return 1;
  return Math.pow(base, exponent);
}

/** Above this size a factor cannot be split without overflow. */
const largestSplit = 2 ** 995;

/** a * b + c, the product in two exact parts (Dekker, 1971), the sum with its error (Knuth). */
export function fma(a: number, b: number, c: number): number {
  const product = a * b;
  if (!(
    Math.abs(c) < Infinity &&
    Math.abs(a) < largestSplit &&
    Math.abs(b) < largestSplit &&
    Math.abs(product) < largestSplit
  )) {
    return product + c;
  }
  const aScaled = a * 134217729;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = b * 134217729;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  const lost = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  const sum = product + c;
  const part = sum - product;
  const rest = product - (sum - part) + (c - part) + lost;
  return rest === 0 ? sum : sum + rest;
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * x + coefficients[k]!;
  return sum;
}

/** erf(x)/x in x*x on [0, 1]: Chebyshev interpolation, relative error 2e-19. Lowest degree first. */
const erfNearZero = [
  1.1283791670955126, -0.3761263890318375, 0.11283791670954879, -0.026866170645076792, 0.0052239776248180145,
  -0.000854832698083379, 0.0001205533111164271, -1.4925595266831182e-5, 1.6461000484121368e-6,
  -1.6350312701054695e-7, 1.4659775274047436e-8, -1.1372848856791674e-9, 5.957176147748911e-11,
];

/** exp(x*x)*erfc(x) in s = (48/(x+2) - 11)/5 on 1 <= x <= 6: Chebyshev interpolation, relative error 2e-17. */
const scaledErfc = [
  0.2214295402299318, 0.16189356804102495, 0.038560570425182426, 0.005588816281841403, 0.00019713917772795885,
  -8.07922042879663e-5, -7.340517938287998e-6, 1.9795619759276e-6, 1.6349937383405805e-7,
  -7.005371793736792e-8, -5.886053299221601e-10, 2.625007492297143e-9, -2.68698518348558e-10,
  -7.468711818050684e-11, 2.2135736614933752e-11, 4.775776110782188e-13, -9.369456032869593e-13,
];

export function erf(x: number): number {
  const size = Math.abs(x);
  if (size < 1) return x * polynomial(erfNearZero, x * x);
  if (size < 6) {
    const rest = Math.exp(-x * x) * polynomial(scaledErfc, (48 / (size + 2) - 11) / 5);
    return x > 0 ? 1 - rest : rest - 1;
  }
  return Math.sign(x);
}

/** 2^k at index k + 1074, for every k of a double. */
export const powersOfTwo = Float64Array.from({ length: 1074 + 1024 }, (_, k) => 2 ** (k - 1074));
