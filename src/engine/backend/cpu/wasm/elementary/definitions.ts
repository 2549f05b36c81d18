import { f32x4, op, type Expr } from "../assembler.ts";
import { and, type Place } from "./arithmetic.ts";
import { erf64, erfInv32, erfInv64, erfInvRare } from "./error-function.ts";
import * as exponential from "./exponential.ts";
import * as inverse from "./inverse-trigonometric.ts";
import * as logarithm from "./logarithm.ts";
import { cbrt64, cbrtRare, pow32, pow64, powRare } from "./power.ts";
import * as trigonometric from "./trigonometric.ts";

/** The code of a function of one or two vectors, which are locals. */
export type Emit = (place: Place, ...args: Expr[]) => Expr;

/** A value, and the lanes where it is right. */
export interface Checked {
  readonly value: Expr;
  readonly isRight: Expr;
}

/** A function of two doubles' lanes. Lanes where `main` is not right are taken from `rare`, a function of its own. */
export interface DoubleDefinition {
  readonly main: (place: Place, ...args: Expr[]) => Expr | Checked;
  readonly rare?: Emit;
}

/**
 * A function of four float32 lanes: computed in double on each half by `half` and rounded once, or on the four by
 * `whole`. Elsewhere than `isRight` says, the double function is rounded.
 */
export interface SingleDefinition {
  readonly half?: Emit;
  readonly whole?: Emit;
  readonly isRight?: (...args: Expr[]) => Expr;
  /** The result has the argument's sign, also at -0. */
  readonly isOdd?: boolean;
}

/** A definition by value and condition, both of the arguments alone. */
const where = (main: Emit, isRight: (...args: Expr[]) => Expr, rare: Emit): DoubleDefinition => ({
  main: (place, ...args) => ({ value: main(place, ...args), isRight: isRight(...args) }),
  rare,
});

export const doubles = {
  exp: where(exponential.exp64, exponential.isOrdinaryExponent, (place, x) =>
    exponential.scaledExp(place, x, 0n),
  ),
  expm1: where(exponential.expm164, exponential.isExpm1Ordinary, (place, x) =>
    exponential.scaledExp(place, x, 0n),
  ),
  log: where(logarithm.log64, logarithm.isOrdinaryNumber, logarithm.logRare),
  log1p: where(logarithm.log1p64, logarithm.isLog1pOrdinary, logarithm.log1pRare),
  sin: where(trigonometric.sin64, trigonometric.isOrdinaryAngle, trigonometric.sinRare),
  cos: where(trigonometric.cos64, trigonometric.isOrdinaryAngle, trigonometric.cosRare),
  tan: where(trigonometric.tan64, trigonometric.isOrdinaryAngle, trigonometric.tanRare),
  asin: { main: inverse.asin64 },
  acos: { main: inverse.acos64 },
  atan: { main: inverse.atan64 },
  sinh: where(exponential.sinh64, exponential.isOrdinaryExponent, exponential.sinhRare),
  cosh: where(exponential.cosh64, exponential.isOrdinaryExponent, exponential.coshRare),
  tanh: { main: exponential.tanh64 },
  asinh: where(logarithm.asinh64, logarithm.isAsinhOrdinary, logarithm.asinhRare),
  acosh: where(logarithm.acosh64, logarithm.isAcoshOrdinary, logarithm.acoshRare),
  atanh: where(logarithm.atanh64, logarithm.isAtanhOrdinary, logarithm.atanhRare),
  cbrt: { main: cbrt64, rare: cbrtRare },
  erf: { main: erf64 },
  erfInv: { main: erfInv64, rare: erfInvRare },
  pow: { main: pow64, rare: powRare },
  atan2: { main: inverse.atan2Of, rare: inverse.atan2Rare },
} satisfies Record<string, DoubleDefinition>;

const isBetween =
  (low: number, high: number) =>
  (x: Expr): Expr =>
    and(op("f32x4.lt", f32x4(low), x), op("f32x4.lt", x, f32x4(high)));

const isSmallAngle = (x: Expr): Expr =>
  op("f32x4.lt", op("f32x4.abs", x), f32x4(trigonometric.largestAngle32));

const isPositive = isBetween(0, Infinity);

export const singles: Partial<Record<keyof typeof doubles, SingleDefinition>> = {
  exp: { half: exponential.exp32 },
  expm1: { half: exponential.expm132, isOdd: true },
  log: { half: logarithm.log32, isRight: isPositive },
  log1p: { half: logarithm.log1p32, isRight: isBetween(-1, Infinity), isOdd: true },
  sin: { half: trigonometric.sin32, isRight: isSmallAngle },
  cos: { half: trigonometric.cos32, isRight: isSmallAngle },
  tan: { half: trigonometric.tan32, isRight: isSmallAngle },
  tanh: { half: exponential.tanh32, isOdd: true },
  erfInv: { whole: erfInv32 },
  pow: {
    half: pow32,
    isRight: (x, y) => and(isPositive(x), op("f32x4.lt", op("f32x4.abs", y), f32x4(1e30))),
  },
};
