import { f64x2, i32, i64x2, op, type Expr, type Local } from "../assembler.ts";
import { fits, reduction } from "../../fits.ts";
import {
  abs,
  add,
  addBits,
  and,
  atLeast,
  atMost,
  bitsOf,
  div,
  estrin,
  lessThan,
  mul,
  roundingShift,
  shiftLeft,
  sub,
  subBits,
  withSignOf,
  type Place,
} from "./arithmetic.ts";

// exp(k*ln2 + r) = 2^k * exp(r). The bits of `shifted` end with those of k; moved to the exponent's place and added to
// the bits of a normal number, they multiply it by 2^k.

const shift = f64x2(roundingShift);
const oneBits = i64x2(bitsOf(1));

interface Split {
  readonly shifted: Local;
  readonly k: Local;
}

function wholeOf({ f }: Place, x: Expr): Split {
  const shifted = f.let(add(mul(x, f64x2(reduction.inverseLn2)), shift));
  return { shifted, k: f.let(sub(shifted, shift)) };
}

const exponentBits = (shifted: Expr): Expr => shiftLeft(shifted, 52);

/** exp with one rounding to float32 to come, of any argument. */
export function exp32(place: Place, x: Expr): Expr {
  const { f } = place;
  const bounded = f.let(atLeast(atMost(x, 89), -104));
  const { shifted, k } = wholeOf(place, bounded);
  const r = f.let(sub(bounded, mul(k, f64x2(reduction.ln2))));
  return addBits(estrin(f, fits.exponential32, r), exponentBits(shifted));
}

/** expm1 of a bounded argument to some 33 bits, also near zero, where it is r times a polynomial; never -0. */
function expm1Short(place: Place, bounded: Expr): Local {
  const { f } = place;
  const { shifted, k } = wholeOf(place, bounded);
  const r = f.let(sub(bounded, mul(k, f64x2(reduction.ln2))));
  const power = f.let(addBits(oneBits, exponentBits(shifted)));
  return f.let(add(mul(power, mul(r, estrin(f, fits.expm132, r))), sub(power, f64x2(1))));
}

export const expm132 = (place: Place, x: Expr): Expr =>
  expm1Short(place, place.f.let(atLeast(atMost(x, 89), -104)));

/** tanh(x) = expm1(2x) / (expm1(2x) + 2) */
export function tanh32(place: Place, x: Expr): Expr {
  const e = expm1Short(place, place.f.let(atLeast(atMost(mul(x, f64x2(2)), 40), -40)));
  return div(e, add(e, f64x2(2)));
}

/** Where `exp64` and the functions made of it hold. */
const largest = 708;
export const isOrdinaryExponent = (x: Expr): Expr => lessThan(abs(x), f64x2(largest));

/** exp(r) for x = k*ln2 + r, and k as the last bits of `shifted`. */
function exponential(place: Place, x: Expr): { exponential: Local; shifted: Local } {
  const { f } = place;
  const { shifted, k } = wholeOf(place, x);
  const high = sub(x, mul(k, f64x2(reduction.ln2High)));
  const r = f.let(sub(high, mul(k, f64x2(reduction.ln2Low))));
  const curve = add(r, mul(mul(r, r), estrin(f, fits.exponential64, r)));
  return { exponential: f.let(add(f64x2(1), curve)), shifted };
}

export function exp64(place: Place, x: Expr): Expr {
  const { exponential: value, shifted } = exponential(place, x);
  return addBits(value, exponentBits(shifted));
}

/** 2^binades * exp(x) for any x: the scale comes in two factors, the first exact. */
export function scaledExp(place: Place, x: Expr, binades: bigint): Expr {
  const { f } = place;
  const bounded = f.let(atLeast(atMost(x, 711), -747));
  const { exponential: value, shifted } = exponential(place, bounded);
  return scaled(place, value, f.let(addBits(subBits(shifted, i64x2(bitsOf(roundingShift))), i64x2(binades))));
}

/** value * 2^k, k an integer below 1500 in size: rounded once where the result is subnormal. */
export function scaled({ f }: Place, value: Expr, k: Expr): Expr {
  const half = f.let(op("i64x2.shr_s", k, i32(1)));
  const power = (exponent: Expr): Expr => addBits(shiftLeft(exponent, 52), oneBits);
  return mul(mul(value, power(half)), power(subBits(k, half)));
}

/** expm1(x), x not above `largest`. What rounding r loses is kept. */
export function expm164(place: Place, x: Expr): Expr {
  return withSignOf(x, expm1Parts(place, x).sum);
}

/** expm1 but for the sign of 0: the sum of two terms, and what rounding it loses is `rest` less `sum - lead`. */
function expm1Parts(place: Place, x: Expr): { sum: Local; lead: Local; rest: Local } {
  const { f } = place;
  const bounded = f.let(atLeast(x, -50));
  const { shifted, k } = wholeOf(place, bounded);
  const high = f.let(sub(bounded, mul(k, f64x2(reduction.ln2High))));
  const low = f.let(mul(k, f64x2(reduction.ln2Low)));
  const r = f.let(sub(high, low));
  const lost = sub(sub(high, r), low);
  const power = f.let(addBits(oneBits, exponentBits(shifted)));
  const curve = f.let(add(mul(mul(r, r), estrin(f, fits.exponential64, r)), lost));
  // (2^k - 1) + 2^k r has the leading terms; for k = 0 it is r.
  const lead = f.let(add(sub(power, f64x2(1)), mul(power, r)));
  const rest = f.let(mul(power, curve));
  return { sum: f.let(add(lead, rest)), lead, rest };
}

export const isExpm1Ordinary = (x: Expr): Expr => lessThan(x, f64x2(largest));

/**
 * tanh(x) = sign(x) e / (e + 2), e = expm1(2|x|); what rounding numerator and denominator loses is put back, 1/(e + 2)
 * being (1 - tanh)/2.
 */
export function tanh64(place: Place, x: Expr): Expr {
  const { f } = place;
  const { sum, lead, rest } = expm1Parts(place, f.let(atMost(mul(abs(x), f64x2(2)), 50)));
  const lost = sub(rest, sub(sum, lead));
  const below = f.let(add(sum, f64x2(2)));
  const lostBelow = sub(sum, sub(below, f64x2(2)));
  const quotient = f.let(div(sum, below));
  const remaining = f.let(sub(f64x2(1), quotient));
  const correction = mul(mul(remaining, f64x2(0.5)), sub(mul(lost, remaining), mul(quotient, lostBelow)));
  // Next to 1, nothing is left to correct, and `remaining` is not right.
  return withSignOf(x, add(quotient, and(correction, lessThan(sum, f64x2(2 ** 30)))));
}

/** sinh(x) = sign(x) (e + e/(e + 1))/2, e = expm1(|x|); what rounding e loses is put back, 1/(e + 1) being 1 - e/(e + 1). */
export function sinh64(place: Place, x: Expr): Expr {
  const { f } = place;
  const { sum, lead, rest } = expm1Parts(place, f.let(abs(x)));
  const lost = sub(rest, sub(sum, lead));
  const quotient = f.let(div(sum, add(sum, f64x2(1))));
  const inverse = f.let(sub(f64x2(1), quotient));
  const correction = mul(lost, add(f64x2(1), mul(inverse, inverse)));
  return withSignOf(x, mul(f64x2(0.5), add(sum, add(quotient, correction))));
}

export function cosh64(place: Place, x: Expr): Expr {
  const { f } = place;
  const power = f.let(exp64(place, f.let(abs(x))));
  return add(mul(f64x2(0.5), power), div(f64x2(0.5), power));
}

/** cosh of what is large, infinite or NaN, and the size of its sinh. */
export const coshRare = (place: Place, x: Expr): Expr => scaledExp(place, place.f.let(abs(x)), -1n);
export const sinhRare = (place: Place, x: Expr): Expr => withSignOf(x, coshRare(place, x));
