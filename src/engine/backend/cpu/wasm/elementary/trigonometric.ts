import { f64x2, i64x2, op, type Expr } from "../assembler.ts";
import { fits, reduction } from "../../fits.ts";
import {
  abs,
  add,
  and,
  choose,
  div,
  estrin,
  horner,
  leadingTerm,
  lessThan,
  mul,
  roundingShift,
  shiftLeft,
  signBit,
  signOf,
  sub,
  withSignOf,
  xor,
  type Place,
} from "./arithmetic.ts";
import { coefficients } from "./coefficients.ts";
import { reduceHuge } from "./huge-angle.ts";
import { onLanes } from "./lane-by-lane.ts";

// sin(n*pi + r) = (-1)^n sin(r) and cos((n - 1/2)*pi + r) = (-1)^n sin(r): one polynomial and no branch on the quadrant.

/** pi in three parts: multiples below 2^15.5 of the first two are exact, and so are the differences with x near them. */
const piParts = [3.1415926535846666, 5.1266883031679116e-12, 2.1125998133974855e-23] as const;

/** Below this, `piParts` reduce an angle to one rounding. */
const largestAngle = 1e5;
/** Below this, the two parts of pi in `reduction` do so as far as float32 needs. */
export const largestAngle32 = 1e6;

const shift = f64x2(roundingShift);

/** r, in double, and a word whose lowest bit is that of n. */
function reduced(
  { f }: Place,
  x: Expr,
  isCosine: boolean,
  parts: readonly number[],
): { r: Expr; parity: Expr } {
  const halfTurns = mul(x, f64x2(reduction.inversePi));
  const parity = f.let(add(isCosine ? add(halfTurns, f64x2(0.5)) : halfTurns, shift));
  const whole = sub(parity, shift);
  const n = f.let(isCosine ? sub(whole, f64x2(0.5)) : whole);
  return { r: f.let(parts.reduce<Expr>((rest, part) => sub(rest, mul(n, f64x2(part))), x)), parity };
}

const shortParts = [reduction.piHigh, reduction.piLow];

function circle32(place: Place, x: Expr, isCosine: boolean): Expr {
  const { r, parity } = reduced(place, x, isCosine, shortParts);
  const z = place.f.let(mul(r, r));
  return xor(mul(r, estrin(place.f, fits.sine32, z)), shiftLeft(parity, 63));
}

export const sin32 = (place: Place, x: Expr): Expr => circle32(place, x, false);
export const cos32 = (place: Place, x: Expr): Expr => circle32(place, x, true);

/** sin(r) on |r| <= pi/2, but for the sign of 0. */
function sineOf({ f }: Place, r: Expr): Expr {
  const z = f.let(mul(r, r));
  return add(r, mul(mul(r, z), leadingTerm(f, fits.sine64, z)));
}

/** The sign of r is that of the sine, also at -0. */
export function sin64(place: Place, x: Expr): Expr {
  const { r, parity } = reduced(place, x, false, piParts);
  return xor(withSignOf(r, sineOf(place, r)), shiftLeft(parity, 63));
}

export function cos64(place: Place, x: Expr): Expr {
  const { r, parity } = reduced(place, x, true, piParts);
  return xor(sineOf(place, r), shiftLeft(parity, 63));
}

export const isOrdinaryAngle = (x: Expr): Expr => lessThan(abs(x), f64x2(largestAngle));

/** sin or cos where `isOrdinaryAngle` does not hold. */
function hugeCircle(place: Place, x: Expr, quarterTurns: 0 | 1): Expr {
  const { f, module } = place;
  const [r, , n] = onLanes(f, reduceHuge(module, quarterTurns), x);
  return xor(sineOf(place, r!), shiftLeft(n!, 63));
}

export const sinRare = (place: Place, x: Expr): Expr => hugeCircle(place, x, 0);
export const cosRare = (place: Place, x: Expr): Expr => hugeCircle(place, x, 1);

// tan(n*pi/2 + r) is tan(r) or, n odd, -1/tan(r): a fraction either way.

const fraction = (sine: Expr, cosine: Expr, isOdd: Expr): Expr =>
  div(choose(isOdd, xor(cosine, signBit), sine), choose(isOdd, sine, cosine));

const isOddWord = (word: Expr): Expr => op("i64x2.eq", and(word, i64x2(1n)), i64x2(1n));

const halfParts = piParts.map((part) => part / 2);

export function tan32({ f }: Place, x: Expr): Expr {
  const word = f.let(add(mul(x, f64x2(2 * reduction.inversePi)), shift));
  const n = f.let(sub(word, shift));
  const r = f.let(shortParts.reduce<Expr>((rest, part) => sub(rest, mul(n, f64x2(part / 2))), x));
  const z = f.let(mul(r, r));
  const sine = f.let(mul(r, horner(coefficients.sineQuarter32, z)));
  return fraction(sine, f.let(horner(coefficients.cosine32, z)), f.let(isOddWord(word)));
}

export function tan64(place: Place, x: Expr): Expr {
  const { f } = place;
  const word = f.let(add(mul(x, f64x2(2 * reduction.inversePi)), shift));
  const n = f.let(sub(word, shift));
  const first = f.let(sub(x, mul(n, f64x2(halfParts[0]!))));
  const middle = f.let(mul(n, f64x2(halfParts[1]!)));
  const second = f.let(sub(first, middle));
  const last = f.let(mul(n, f64x2(halfParts[2]!)));
  const r = f.let(sub(second, last));
  const lost = add(sub(sub(first, second), middle), sub(sub(second, r), last));
  return tangent(place, r, f.let(lost), f.let(isOddWord(word)));
}

/** Of |r| <= pi/4, r in two parts. */
function tangent({ f }: Place, r: Expr, lost: Expr, isOdd: Expr): Expr {
  const z = f.let(mul(r, r));
  const sineCurve = add(mul(mul(r, z), estrin(f, coefficients.sineQuarter, z)), lost);
  const sine = f.let(withSignOf(r, add(r, sineCurve)));
  const half = f.let(mul(f64x2(0.5), z));
  const lead = f.let(sub(f64x2(1), half));
  const curve = sub(mul(mul(z, z), estrin(f, coefficients.cosineQuarter, z)), mul(r, lost));
  const cosine = f.let(add(lead, add(sub(sub(f64x2(1), lead), half), curve)));
  return fraction(sine, cosine, isOdd);
}

export function tanRare(place: Place, x: Expr): Expr {
  const { f, module } = place;
  const [near, nearLost] = onLanes(f, reduceHuge(module, 0), x);
  const [far, farLost] = onLanes(f, reduceHuge(module, 1), x);
  const isFar = f.let(lessThan(f64x2(Math.PI / 4), abs(near!)));
  const sign = f.let(signOf(x));
  const r = f.let(choose(isFar, xor(far!, sign), near!));
  return tangent(place, r, f.let(choose(isFar, xor(farLost!, sign), nearLost!)), isFar);
}
