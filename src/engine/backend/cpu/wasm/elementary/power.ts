import { f64x2, i64x2, op, type Expr, type Local } from "../assembler.ts";
import { fits, reduction } from "../../fits.ts";
import {
  abs,
  add,
  addBits,
  and,
  atLeast,
  atMost,
  bitsOf,
  choose,
  div,
  equal,
  estrin,
  horner,
  leadingTerm,
  lessThan,
  mul,
  or,
  roundingShift,
  shiftLeft,
  signOf,
  sqrt,
  sub,
  subBits,
  type Place,
} from "./arithmetic.ts";
import { coefficients } from "./coefficients.ts";
import { scaled } from "./exponential.ts";
import { binadeOf, isOrdinaryNumber } from "./logarithm.ts";

const shift = f64x2(roundingShift);

/** x^y = 2^(y log2 x) to some 33 bits, for x positive, normal and finite and y below 1e30 in size. */
export function pow32(place: Place, x: Expr, y: Expr): Expr {
  const { f: code } = place;
  const { e, f } = binadeOf(place, x);
  const s = code.let(div(f, add(f, f64x2(2))));
  const z = code.let(mul(s, s));
  const logarithm = mul(s, add(f64x2(2), mul(z, horner(fits.logarithmOfPower32, z))));
  const t = mul(y, add(e, mul(logarithm, f64x2(reduction.inverseLn2))));
  const bounded = code.let(atLeast(atMost(t, 140), -160));
  const shifted = code.let(add(bounded, shift));
  const r = code.let(sub(bounded, sub(shifted, shift)));
  return addBits(estrin(code, fits.exponential2, r), shiftLeft(shifted, 52));
}

// In double, log2 x is needed to 64 bits and more, for y multiplies its error: it comes as a sum of two. Leading parts
// are cut to 26 bits, so that their products are exact (as fdlibm's pow does, Sun Microsystems, 1993).

const leadingBits = i64x2(-(2n ** 27n));
const leading = (x: Expr): Expr => and(x, leadingBits);

interface Pair {
  readonly high: Expr;
  readonly low: Expr;
}

/** 2 / (3 ln 2), and its parts. */
const [factor, factorHigh, factorLow] = [0.9617966939259756, 0.9617966860532761, 7.872699542894897e-9];
/** ln 2 in parts. */
const [ln2High, ln2Low] = [0.6931471675634384, 1.2996506893889889e-8];

/** Three times the terms of atanh(s)/s from s^4 on. */
const tripled = coefficients.powLogarithm.map((c) => 3 * c);

/** log2 x, for x positive and normal and e its exponent less `binades`: log m = (2/3) s (3 + s^2 + ...). */
function log2Of(place: Place, x: Expr, binades?: Expr): Pair {
  const { f: code } = place;
  const { e: own, f } = binadeOf(place, x);
  const e = binades === undefined ? own : code.let(sub(own, binades));
  const d = code.let(add(f, f64x2(2)));
  const inverse = code.let(div(f64x2(1), d));
  const s = code.let(mul(f, inverse));
  const sHigh = code.let(leading(s));
  const dHigh = code.let(leading(d));
  const dLow = sub(f, sub(dHigh, f64x2(2)));
  const sLow = code.let(mul(sub(sub(f, mul(sHigh, dHigh)), mul(sHigh, dLow)), inverse));
  const z = code.let(mul(s, s));
  const square = code.let(mul(sHigh, sHigh));
  const rest = code.let(add(mul(mul(z, z), estrin(code, tripled, z)), mul(sLow, add(sHigh, s))));
  const sumHigh = code.let(leading(add(add(f64x2(3), square), rest)));
  const sumLow = sub(rest, sub(sub(sumHigh, f64x2(3)), square));
  const u = code.let(mul(sHigh, sumHigh));
  const v = code.let(add(mul(sLow, sumHigh), mul(sumLow, s)));
  const high = code.let(leading(add(u, v)));
  const low = sub(v, sub(high, u));
  const zHigh = code.let(mul(f64x2(factorHigh), high));
  const zLow = code.let(add(mul(f64x2(factorLow), high), mul(low, f64x2(factor))));
  const total = code.let(leading(add(e, add(zHigh, zLow))));
  return { high: total, low: code.let(sub(zLow, sub(sub(total, e), zHigh))) };
}

interface Product extends Pair {
  readonly high: Local;
  readonly low: Local;
  readonly sum: Local;
}

/** y log2 x */
function exponentOf({ f }: Place, y: Expr, { high, low }: Pair): Product {
  const yHigh = f.let(leading(y));
  const main = f.let(mul(yHigh, high));
  const rest = f.let(add(mul(sub(y, yHigh), high), mul(y, low)));
  return { high: main, low: rest, sum: f.let(add(main, rest)) };
}

/** 2^(product - k), and k as the last bits of `shifted`. */
function exp2Of({ f }: Place, product: Product, bounded: Expr): { value: Local; shifted: Local } {
  const shifted = f.let(add(bounded, shift));
  const r = f.let(sub(product.high, sub(shifted, shift)));
  const rHigh = f.let(leading(add(r, product.low)));
  const rLow = sub(product.low, sub(rHigh, r));
  const u = f.let(mul(rHigh, f64x2(ln2High)));
  const v = f.let(add(mul(rLow, f64x2(reduction.ln2)), mul(rHigh, f64x2(ln2Low))));
  const z = f.let(add(u, v));
  const lost = sub(v, sub(z, u));
  const curve = add(mul(mul(z, z), leadingTerm(f, coefficients.exponential, z)), lost);
  const lead = f.let(add(f64x2(1), z));
  const rest = add(sub(z, sub(lead, f64x2(1))), curve);
  return { value: f.let(add(lead, rest)), shifted };
}

/** x^y, and where it holds: x positive, normal and finite, the result normal. */
export function pow64(place: Place, x: Expr, y: Expr): { value: Expr; isRight: Expr } {
  const product = exponentOf(place, y, log2Of(place, x));
  const { value, shifted } = exp2Of(place, product, product.sum);
  const isRight = and(isOrdinaryNumber(x), lessThan(abs(product.sum), f64x2(1020)));
  return { value: addBits(value, shiftLeft(shifted, 52)), isRight };
}

/** x^y of any numbers, by IEEE 754-2019, 9.2.1. */
export function powRare(place: Place, x: Expr, y: Expr): Expr {
  const { f } = place;
  const signed = withSign(place, x, y, sizeOfPower(place, f.let(abs(x)), y));
  const isOne = or(equal(y, f64x2(0)), equal(x, f64x2(1)));
  return choose(isOne, f64x2(1), signed);
}

function sizeOfPower(place: Place, x: Expr, y: Expr): Expr {
  const { f } = place;
  const isSmall = f.let(lessThan(x, f64x2(2 ** -1022)));
  const normal = f.let(choose(isSmall, mul(x, f64x2(2 ** 54)), x));
  const logarithm = log2Of(place, normal, f.let(and(isSmall, f64x2(54))));
  // Enough to overflow unless x is 1, and no infinity of which a part would be NaN.
  const bounded = f.let(atLeast(atMost(y, 1e300), -1e300));
  const product = exponentOf(place, bounded, logarithm);
  const isInfinite = equal(x, f64x2(Infinity));
  const end = f.let(choose(isInfinite, f64x2(Infinity), f64x2(-Infinity)));
  const isEnd = or(isInfinite, equal(x, f64x2(0)));
  const sum = f.let(choose(isEnd, mul(bounded, end), add(product.sum, mul(x, f64x2(0)))));
  const { value, shifted } = exp2Of(place, product, f.let(atLeast(atMost(sum, 1100), -1100)));
  const k = f.let(subBits(shifted, i64x2(bitsOf(roundingShift))));
  const ordinary = scaled(place, value, k);
  const overflowing = choose(lessThan(f64x2(1030), sum), f64x2(Infinity), ordinary);
  const sized = choose(lessThan(sum, f64x2(-1090)), f64x2(0), overflowing);
  return choose(equal(sum, sum), sized, sum);
}

/** The sign of an odd power; no real power of a negative number but whole ones. */
function withSign({ f }: Place, x: Expr, y: Expr, size: Expr): Expr {
  const isWhole = (number: Expr): Expr => equal(op("f64x2.nearest", number), number);
  const whole = f.let(isWhole(y));
  const odd = op("v128.andnot", whole, isWhole(f.let(mul(y, f64x2(0.5)))));
  const negative = and(lessThan(x, f64x2(0)), lessThan(f64x2(-Infinity), x));
  const signed = or(size, and(signOf(x), odd));
  return choose(op("v128.andnot", negative, whole), f64x2(NaN), signed);
}

/** Powers that are cheaper and more exact by multiplication or a square root. */
export const simplePowers: ReadonlyMap<number, (x: Expr) => Expr> = new Map<number, (x: Expr) => Expr>([
  [0, () => f64x2(1)],
  [1, (x) => x],
  [2, (x) => mul(x, x)],
  [3, (x) => mul(mul(x, x), x)],
  [-1, (x) => div(f64x2(1), x)],
  [1.5, (x) => atMinusInfinity(x, Infinity, mul(x, sqrt(x)))],
  [0.5, (x) => atMinusInfinity(x, Infinity, root(x))],
  [-0.5, (x) => atMinusInfinity(x, 0, div(f64x2(1), root(x)))],
]);

/** 0 for -0. */
const root = (x: Expr): Expr => add(sqrt(x), f64x2(0));

const atMinusInfinity = (x: Expr, value: number, otherwise: Expr): Expr =>
  choose(equal(x, f64x2(-Infinity)), f64x2(value), otherwise);

/** The cube root of numbers that are normal and finite: x = 8^k a, a between sqrt(1/8) and sqrt(8). */
export function cbrt64(place: Place, x: Expr): { value: Expr; isRight: Expr } {
  const { f: code } = place;
  const size = code.let(abs(x));
  const { e, f } = binadeOf(place, size);
  const shifted = code.let(add(mul(e, f64x2(1 / 3)), shift));
  const left = add(sub(e, mul(f64x2(3), sub(shifted, shift))), shift);
  const a = code.let(addBits(add(f, f64x2(1)), shiftLeft(left, 52)));
  // Twice a step of Halley's method; the second from 26 bits, whose square is exact.
  const first = code.let(horner(coefficients.cubeRoot, a));
  const cube = code.let(mul(mul(first, first), first));
  const second = mul(first, div(add(cube, add(a, a)), add(add(cube, cube), a)));
  const t = code.let(leading(second));
  const r = code.let(div(a, mul(t, t)));
  const root = add(t, mul(t, div(sub(r, t), add(add(t, t), r))));
  return {
    value: or(addBits(root, shiftLeft(shifted, 52)), signOf(x)),
    isRight: isOrdinaryNumber(size),
  };
}

/** The cube root of subnormal numbers, 0, infinity and NaN. */
export function cbrtRare(place: Place, x: Expr): Expr {
  const { f } = place;
  const { value } = cbrt64(place, f.let(mul(x, f64x2(2 ** 54))));
  const isEnd = or(equal(x, f64x2(0)), equal(mul(x, f64x2(0.5)), x));
  return choose(isEnd, x, add(mul(value, f64x2(2 ** -18)), mul(x, f64x2(0))));
}
