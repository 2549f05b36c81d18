import { f64x2, i64x2, type Expr } from "../assembler.ts";
import {
  abs,
  add,
  and,
  atLeast,
  choose,
  div,
  equal,
  estrin,
  lessThan,
  mul,
  or,
  signBit,
  sqrt,
  sub,
  withSignOf,
  xor,
  type Place,
} from "./arithmetic.ts";
import { coefficients } from "./coefficients.ts";

// Angles in two parts: the double, and what it lacks.
const quarterPi = [0.7853981633974483, 3.061616997868383e-17] as const;
const halfPi = [1.5707963267948966, 6.123233995736766e-17] as const;
const pi = [3.141592653589793, 1.2246467991473532e-16] as const;

/**
 * The angle from 0 to pi/2 whose tangent is above / below, neither negative: atan(t) as pi/4 + atan((t-1)/(t+1)) from
 * 1/2 on, and beyond 1 as pi/2 less that of 1/t. Not for 0/0 and infinity/infinity.
 */
function angleOf({ f }: Place, above: Expr, below: Expr): Expr {
  const isSteep = f.let(lessThan(below, above));
  const small = f.let(choose(isSteep, below, above));
  const large = f.let(choose(isSteep, above, below));
  const isWide = f.let(lessThan(mul(large, f64x2(0.5)), small));
  const numerator = choose(isWide, sub(small, large), small);
  const denominator = choose(isWide, add(small, large), large);
  const t = f.let(div(numerator, denominator));
  const z = f.let(mul(t, t));
  const curve = mul(mul(t, z), estrin(f, coefficients.arctangent, z));
  const turned = f.let(and(isSteep, signBit));
  // What is added: 0, pi/4 or pi/2, pi/2 - pi/4 being pi/4 again.
  const added = (k: 0 | 1): Expr => choose(isWide, f64x2(quarterPi[k]), and(isSteep, f64x2(halfPi[k])));
  return add(added(0), add(xor(t, turned), add(xor(curve, turned), added(1))));
}

export function atan64(place: Place, x: Expr): Expr {
  return withSignOf(x, angleOf(place, place.f.let(abs(x)), f64x2(1)));
}

/** The angle of the point (x, y), of neither extreme size. */
export function atan2Of(place: Place, y: Expr, x: Expr): { value: Expr; isRight: Expr } {
  const { f } = place;
  const [above, below] = [f.let(abs(y)), f.let(abs(x))];
  const angle = f.let(angleOf(place, above, below));
  const large = f.let(choose(lessThan(below, above), above, below));
  const isRight = and(lessThan(large, f64x2(2 ** 1000)), lessThan(f64x2(2 ** -1000), large));
  return { value: turned(y, lessThan(x, f64x2(0)), angle), isRight };
}

const turned = (y: Expr, isLeft: Expr, angle: Expr): Expr =>
  withSignOf(y, choose(isLeft, sub(f64x2(pi[0]), sub(angle, f64x2(pi[1]))), angle));

/** atan2 of zeros, infinities and what is near them. */
export function atan2Rare(place: Place, y: Expr, x: Expr): Expr {
  const { f } = place;
  const isLarge = f.let(lessThan(f64x2(1), add(abs(y), abs(x))));
  const scale = f.let(choose(isLarge, f64x2(2 ** -100), f64x2(2 ** 100)));
  const [yScaled, xScaled] = [f.let(mul(abs(y), scale)), f.let(mul(abs(x), scale))];
  const isSame = f.let(equal(yScaled, xScaled));
  const isInfinite = and(isSame, equal(yScaled, f64x2(Infinity)));
  const isZero = and(isSame, equal(yScaled, f64x2(0)));
  const above = f.let(choose(isInfinite, f64x2(1), yScaled));
  const below = f.let(choose(or(isInfinite, isZero), f64x2(1), xScaled));
  const isLeft = lessThan(withSignOf(x, f64x2(1)), f64x2(0));
  return turned(y, isLeft, f.let(angleOf(place, above, below)));
}

interface Arc {
  /** Whether |x| is below 1/2; then the arc sine of |x| is s + curve, else pi/2 - 2 (s + curve). */
  readonly isSmall: Expr;
  readonly s: Expr;
  readonly curve: Expr;
  /** s, where it is a root, in two parts of which the first is short. */
  readonly sHigh: Expr;
  readonly sLow: Expr;
}

/** asin(x) = pi/2 - 2 asin(sqrt((1 - x)/2)) */
function arcOf({ f }: Place, x: Expr): Arc {
  const size = f.let(abs(x));
  const isSmall = f.let(lessThan(size, f64x2(0.5)));
  const z = f.let(choose(isSmall, mul(x, x), mul(f64x2(0.5), sub(f64x2(1), size))));
  const root = f.let(sqrt(z));
  const s = f.let(choose(isSmall, size, root));
  const curve = f.let(mul(mul(s, z), estrin(f, coefficients.arcsine, z)));
  const sHigh = f.let(and(root, i64x2(-(2n ** 27n))));
  const sLow = f.let(div(sub(z, mul(sHigh, sHigh)), atLeast(add(root, sHigh), 1e-300)));
  return { isSmall, s, curve, sHigh, sLow };
}

const twice = (x: Expr): Expr => mul(f64x2(2), x);

export function asin64(place: Place, x: Expr): Expr {
  const { isSmall, s, curve, sHigh, sLow } = arcOf(place, x);
  const low = sub(f64x2(halfPi[1]), twice(add(sLow, curve)));
  const large = add(sub(f64x2(halfPi[0]), twice(sHigh)), low);
  return withSignOf(x, choose(isSmall, add(s, curve), large));
}

export function acos64(place: Place, x: Expr): Expr {
  const { isSmall, s, curve, sHigh, sLow } = arcOf(place, x);
  const sign = place.f.let(and(x, signBit));
  const small = sub(f64x2(halfPi[0]), sub(xor(s, sign), sub(f64x2(halfPi[1]), xor(curve, sign))));
  const right = twice(add(sHigh, add(sLow, curve)));
  const left = sub(f64x2(pi[0]), twice(add(s, sub(curve, f64x2(halfPi[1])))));
  return choose(isSmall, small, choose(lessThan(x, f64x2(0)), left, right));
}
