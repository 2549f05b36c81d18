import { f64x2, i64x2, op, type Expr, type Local } from "../assembler.ts";
import { fits, reduction } from "../../fits.ts";
import {
  abs,
  add,
  addBits,
  and,
  bitsOf,
  choose,
  div,
  equal,
  estrin,
  horner,
  lessThan,
  mul,
  or,
  shiftRight,
  sqrt,
  sub,
  subBits,
  withSignOf,
  type Place,
} from "./arithmetic.ts";

// log(2^e * m) = e*ln2 + log(m), m within sqrt(1/2) and sqrt(2), and log(m) = 2 atanh(s), s = (m-1)/(m+1).

/** The least m, its lower word left out. */
const leastMantissa = 0x3fe6a09e00000000n;
const mantissaMask = i64x2((1n << 52n) - 1n);
/** 2^52: the lowest bits of a double from here to 2^53 are a whole number. */
const whole = 2 ** 52;

export interface Binade {
  /** Exponent e as a number. */
  readonly e: Local;
  /** m - 1 */
  readonly f: Local;
  /** 1023 + e above 52 other bits. */
  readonly bits: Local;
}

/** Exponent and mantissa of positive normal numbers. */
export function binadeOf({ f }: Place, u: Expr): Binade {
  const bits = f.let(subBits(u, i64x2(leastMantissa - bitsOf(1))));
  const e = f.let(sub(or(shiftRight(bits, 52), i64x2(bitsOf(whole))), f64x2(whole + 1023)));
  const m = addBits(and(bits, mantissaMask), i64x2(leastMantissa));
  return { e, f: f.let(sub(m, f64x2(1))), bits };
}

/** e*ln2 + log(1 + f) to some 33 bits. */
function logShort({ f: code }: Place, e: Expr, f: Expr): Expr {
  const s = code.let(div(f, add(f, f64x2(2))));
  const z = code.let(mul(s, s));
  return add(mul(e, f64x2(reduction.ln2)), mul(s, add(f64x2(2), mul(z, horner(fits.logarithm32, z)))));
}

export function log32(place: Place, x: Expr): Expr {
  const { e, f } = binadeOf(place, x);
  return logShort(place, e, f);
}

/** f of u = 1 + x: in the binade of 1, x itself, of which u has lost bits. */
function fractionOf({ f }: Place, x: Expr, binade: Binade): { f: Local; isFirst: Local } {
  const isFirst = f.let(equal(binade.e, f64x2(0)));
  return { f: f.let(choose(isFirst, x, binade.f)), isFirst };
}

/** log1p with one rounding to float32 to come, for x > -1 and finite; never -0. */
export function log1p32(place: Place, x: Expr): Expr {
  const u = place.f.let(add(x, f64x2(1)));
  const binade = binadeOf(place, u);
  return logShort(place, binade.e, fractionOf(place, x, binade).f);
}

/** log(1 + f) + e*ln2, in the order that keeps the leading term f exact; `correction` is a small one. */
function logSum({ f: code }: Place, e: Expr, f: Expr, correction?: Expr): Expr {
  const s = code.let(div(f, add(f, f64x2(2))));
  const z = code.let(mul(s, s));
  const half = code.let(mul(mul(f64x2(0.5), f), f));
  const small = mul(e, f64x2(reduction.ln2Low));
  const low = add(
    mul(s, add(half, mul(z, estrin(code, fits.logarithm64, z)))),
    correction === undefined ? small : add(small, correction),
  );
  return sub(mul(e, f64x2(reduction.ln2High)), sub(sub(half, low), f));
}

export function log64(place: Place, x: Expr): Expr {
  const { e, f } = binadeOf(place, x);
  return logSum(place, e, f);
}

const leastNormal = 2 ** -1022;

/** Lanes that are positive, normal and finite. */
export const isOrdinaryNumber = (x: Expr): Expr =>
  and(lessThan(x, f64x2(Infinity)), lessThan(f64x2(leastNormal - 5e-324), x));

/** log of what is not positive, normal and finite. */
export function logRare(place: Place, x: Expr): Expr {
  const { f } = place;
  const { e, f: fraction } = binadeOf(place, f.let(mul(x, f64x2(2 ** 54))));
  const subnormal = logSum(place, f.let(sub(e, f64x2(54))), fraction);
  const positive = choose(equal(x, f64x2(Infinity)), x, subnormal);
  return logEnds(x, positive);
}

/** A logarithm at 0, below, and of NaN; `positive` elsewhere. */
export const logEnds = (x: Expr, positive: Expr): Expr =>
  choose(lessThan(f64x2(0), x), positive, choose(equal(x, f64x2(0)), f64x2(-Infinity), f64x2(NaN)));

/** log1p for -1 < x < 1e300 */
export function log1p64(place: Place, x: Expr): Expr {
  const { f: code } = place;
  const u = code.let(add(x, f64x2(1)));
  const binade = binadeOf(place, u);
  const { f, isFirst } = fractionOf(place, x, binade);
  const lost = div(sub(x, sub(u, f64x2(1))), u);
  const correction = choose(isFirst, f64x2(0), lost);
  return withSignOf(x, logSum(place, binade.e, f, correction));
}

export const isLog1pOrdinary = (x: Expr): Expr => and(lessThan(f64x2(-1), x), lessThan(x, f64x2(1e300)));

/** log1p elsewhere: at 1e300 and above, 1 no longer counts; -1 and below have no ordinary value. */
export function log1pRare(place: Place, x: Expr): Expr {
  const { f } = place;
  const large = choose(equal(x, f64x2(Infinity)), x, log64(place, x));
  return logEnds(f.let(add(x, f64x2(1))), large);
}

// The inverse hyperbolic functions are logarithms near 1; see fdlibm (Sun Microsystems, 1993).

/** Below this, squares do not overflow, and their logarithms are ordinary. */
const largestRoot = 1e150;

export function asinh64(place: Place, x: Expr): Expr {
  const { f } = place;
  const size = f.let(abs(x));
  const square = f.let(mul(x, x));
  const rest = div(square, add(f64x2(1), sqrt(add(f64x2(1), square))));
  return withSignOf(x, log1p64(place, f.let(add(size, rest))));
}

export const isAsinhOrdinary = (x: Expr): Expr => lessThan(abs(x), f64x2(largestRoot));

/** log(2|x|), |x| large, infinite or NaN. */
export function asinhRare(place: Place, x: Expr): Expr {
  const { f } = place;
  const size = f.let(abs(x));
  const large = add(add(log64(place, size), f64x2(reduction.ln2)), mul(size, f64x2(0)));
  return withSignOf(x, choose(equal(size, f64x2(Infinity)), size, large));
}

export function acosh64(place: Place, x: Expr): Expr {
  const { f } = place;
  const t = f.let(sub(x, f64x2(1)));
  return log1p64(place, f.let(add(t, sqrt(add(add(t, t), mul(t, t))))));
}

export const isAcoshOrdinary = (x: Expr): Expr =>
  and(lessThan(x, f64x2(largestRoot)), op("f64x2.ge", x, f64x2(1)));

export const acoshRare = (place: Place, x: Expr): Expr =>
  choose(lessThan(x, f64x2(1)), f64x2(NaN), asinhRare(place, x));

/** atanh(x) = log1p(2x/(1 - x))/2, the fraction as 2x + 2x*x/(1 - x) below 1/2. */
export function atanh64(place: Place, x: Expr): Expr {
  const { f } = place;
  const size = f.let(abs(x));
  const twice = f.let(add(size, size));
  const isSmall = f.let(lessThan(size, f64x2(0.5)));
  const fraction = div(choose(isSmall, mul(twice, size), twice), sub(f64x2(1), size));
  const u = f.let(add(and(twice, isSmall), fraction));
  return withSignOf(x, mul(f64x2(0.5), log1p64(place, u)));
}

export const isAtanhOrdinary = (x: Expr): Expr => lessThan(abs(x), f64x2(1));

export const atanhRare = (_: Place, x: Expr): Expr =>
  choose(equal(abs(x), f64x2(1)), mul(x, f64x2(Infinity)), f64x2(NaN));
