import {
  f64x2,
  i32,
  i64x2,
  op,
  type Expr,
  type FunctionBuilder,
  type FunctionRef,
  type ModuleBuilder,
} from "../assembler.ts";

/** Where an elementary function's code goes. */
export interface Place {
  readonly module: ModuleBuilder;
  readonly f: FunctionBuilder;
}

// Two doubles at a time, by short names: formulas of dozens of terms follow.

export const add = (a: Expr, b: Expr): Expr => op("f64x2.add", a, b);
export const sub = (a: Expr, b: Expr): Expr => op("f64x2.sub", a, b);
export const mul = (a: Expr, b: Expr): Expr => op("f64x2.mul", a, b);
export const div = (a: Expr, b: Expr): Expr => op("f64x2.div", a, b);
export const sqrt = (a: Expr): Expr => op("f64x2.sqrt", a);
export const abs = (a: Expr): Expr => op("f64x2.abs", a);
export const lessThan = (a: Expr, b: Expr): Expr => op("f64x2.lt", a, b);
export const equal = (a: Expr, b: Expr): Expr => op("f64x2.eq", a, b);
export const and = (a: Expr, b: Expr): Expr => op("v128.and", a, b);
export const or = (a: Expr, b: Expr): Expr => op("v128.or", a, b);
export const xor = (a: Expr, b: Expr): Expr => op("v128.xor", a, b);
export const choose = (mask: Expr, a: Expr, b: Expr): Expr => op("v128.bitselect", a, b, mask);
export const addBits = (a: Expr, b: Expr): Expr => op("i64x2.add", a, b);
export const subBits = (a: Expr, b: Expr): Expr => op("i64x2.sub", a, b);
export const shiftLeft = (a: Expr, count: number): Expr => op("i64x2.shl", a, i32(count));
export const shiftRight = (a: Expr, count: number): Expr => op("i64x2.shr_u", a, i32(count));

/** x where it is at most `most`, NaN kept. */
export const atMost = (x: Expr, most: number): Expr => op("f64x2.pmin", x, f64x2(most));
export const atLeast = (x: Expr, least: number): Expr => op("f64x2.pmax", x, f64x2(least));

export const signBit = i64x2(-(2n ** 63n));
export const signOf = (x: Expr): Expr => and(x, signBit);

/** y, not negative, with the sign of x. */
export const withSignOf = (x: Expr, y: Expr): Expr => or(y, signOf(x));

/** 1.5 * 2^52: the sum with a number below 2^51 has its nearest whole number in the low bits. */
export const roundingShift = 6755399441055744;

/** The bits of a double. */
export const bitsOf = (value: number): bigint => new BigInt64Array(Float64Array.of(value).buffer)[0]!;

/** A polynomial by Horner's rule, lowest degree first; `x` must be a local. */
export function horner(coefficients: readonly number[], x: Expr): Expr {
  let sum = f64x2(coefficients.at(-1)!);
  for (let k = coefficients.length - 2; k >= 0; k--) sum = add(f64x2(coefficients[k]!), mul(x, sum));
  return sum;
}

/** A polynomial with fewer steps in a row: pairs, then pairs of pairs (Estrin). */
export function estrin(f: FunctionBuilder, coefficients: readonly number[], x: Expr): Expr {
  let terms = coefficients.map((c) => f64x2(c));
  let power = x;
  for (;;) {
    const next: Expr[] = [];
    for (let k = 0; k < terms.length; k += 2) {
      next.push(k + 1 < terms.length ? add(terms[k]!, mul(power, terms[k + 1]!)) : terms[k]!);
    }
    if (next.length === 1) return next[0]!;
    terms = next.map((term) => f.let(term));
    power = f.let(mul(power, power));
  }
}

/** As `estrin`, the first term added last: rounded as by Horner's rule. */
export function leadingTerm(f: FunctionBuilder, coefficients: readonly number[], x: Expr): Expr {
  return add(f64x2(coefficients[0]!), mul(x, estrin(f, coefficients.slice(1), x)));
}

/** Whether any lane of a mask of 64-bit lanes is false. */
export const notAll = (mask: Expr): Expr => op("i32.ne", op("i64x2.bitmask", mask), i32(3));

/** A function of the module on vectors, defined once. */
export function vectorFunction(
  module: ModuleBuilder,
  name: string,
  build: (place: Place, ...args: Expr[]) => Expr,
  arity = 1,
): FunctionRef {
  const params = new Array<"v128">(arity).fill("v128");
  return module.shared(name, params, ["v128"], (f, ...args) => build({ module, f }, ...args));
}
