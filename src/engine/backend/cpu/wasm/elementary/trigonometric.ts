import { f64x2, type Expr } from "../assembler.ts";
import { fits, reduction } from "../../fits.ts";
import {
  abs,
  add,
  horner,
  lessThan,
  mul,
  roundingShift,
  shiftLeft,
  sub,
  withSignOf,
  xor,
  type Place,
} from "./arithmetic.ts";
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
  return xor(mul(r, horner(fits.sine32, z)), shiftLeft(parity, 63));
}

export const sin32 = (place: Place, x: Expr): Expr => circle32(place, x, false);
export const cos32 = (place: Place, x: Expr): Expr => circle32(place, x, true);

/** sin(r) on |r| <= pi/2, but for the sign of 0. */
function sineOf({ f }: Place, r: Expr): Expr {
  const z = f.let(mul(r, r));
  return add(r, mul(mul(r, z), horner(fits.sine64, z)));
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
