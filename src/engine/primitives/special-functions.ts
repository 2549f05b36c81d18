import type { Primitive } from "../core/primitive.ts";
import { bind1 } from "../core/tracer.ts";
import type { ExprBuilder } from "../kernel/expr-builder.ts";
import type { BinaryOp, ScalarExpr } from "../kernel/scalar-expr.ts";
import { apply, like } from "./apply.ts";
import { integerPower, mul, neg } from "./arithmetic.ts";
import { elementwise } from "./elementwise.ts";
import { exp } from "./exponential.ts";

/** Scalar expressions of one dtype, written as formulas. */
class Formula {
  readonly b: ExprBuilder;
  readonly #like: ScalarExpr;

  constructor(b: ExprBuilder, like: ScalarExpr) {
    this.b = b;
    this.#like = like;
  }

  number(value: number): ScalarExpr {
    return this.b.number(this.#like.dtype, value);
  }

  op(name: BinaryOp, left: ScalarExpr | number, right: ScalarExpr | number): ScalarExpr {
    const expr = (x: ScalarExpr | number): ScalarExpr => (typeof x === "number" ? this.number(x) : x);
    return this.b.binary(name, expr(left), expr(right));
  }

  /** coefficients[0] + x (coefficients[1] + x (...)) */
  polynomial(x: ScalarExpr, coefficients: readonly number[]): ScalarExpr {
    return coefficients
      .map((coefficient) => this.number(coefficient))
      .reduceRight((sum, coefficient) => this.op("add", this.op("mul", sum, x), coefficient));
  }

  power(x: ScalarExpr, exponent: number): ScalarExpr {
    let result = x;
    for (let k = 1; k < exponent; k++) result = this.op("mul", result, x);
    return result;
  }
}

/** (1 + 2x) exp(x^2) erfc(x) for x >= 1/2 in s = (x - 3.75) / (x + 3.75): interpolated, relative error 2e-17. */
const scaledErfc = [
  1.2375126308378275, -0.14024059858554752, 0.0035854154854640676, 0.0822767384902091, -0.1088039301417366,
  0.09230432115822194, -0.05869339858952502, 0.028362277452491275, -0.009746579566085057,
  0.0017556255643564262, 0.0002937137820478447, -0.00029015257970622775, 5.1648269424952344e-5,
  2.23793257488694e-5, -1.1440734789600027e-5, -9.633937518487315e-7, 1.7431228345006957e-6,
  -7.003208234162855e-8, -2.4583226545915134e-7, 3.204852366104741e-8, 2.7701191322754485e-8,
  -5.950936771022555e-9, -7.364025436135697e-10,
];

/** 1 - erf(x), to full relative precision where that is small. */
export const erfc = elementwise({
  name: "erfc",
  accepts: "floating",
  cost: 60,
  scalar: (b, [x]) => {
    const of = new Formula(b, x!);
    // Beyond 28 nothing is left in either width, and infinity would make the fraction NaN.
    const z = of.op("min", of.op("max", b.unary("abs", x!), 0.5), 28);
    const s = of.op("div", of.op("sub", z, 3.75), of.op("add", z, 3.75));
    const scaled = of.op("div", of.polynomial(s, scaledErfc), of.op("add", of.op("mul", z, 2), 1));
    // z^2 = h^2 + (z - h)(z + h) with an h of few bits, whose square is exact.
    const h = of.op("div", b.unary("floor", of.op("mul", z, 16)), 16);
    const rest = of.op("mul", of.op("sub", z, h), of.op("add", z, h));
    const gauss = of.op(
      "mul",
      b.unary("exp", b.unary("neg", of.op("mul", h, h))),
      b.unary("exp", b.unary("neg", rest)),
    );
    const tail = of.op("mul", gauss, scaled);
    const far = b.select(b.compare("lt", x!, of.number(0)), of.op("sub", 2, tail), tail);
    const isNear = b.compare("le", b.unary("abs", x!), of.number(0.5));
    const near = of.op("sub", 1, b.unary("erf", x!));
    // NaN is not near, but its max is.
    return b.select(isNear, near, b.select(b.compare("eq", x!, x!), far, x!));
  },
  // -t e^(-x^2) 2 / sqrt(pi)
  derivatives: [
    (t, [x]) =>
      apply(
        mul,
        like(x!, -2 / Math.sqrt(Math.PI)),
        apply(mul, t, apply(exp, apply(neg, integerPower(x!, 2)))),
      ),
  ],
});

/** Lanczos' approximation of the gamma function with g = 7: the constant, then the numerators over z + 1, z + 2, ... */
const lanczos = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
  12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** log |gamma(x)|. */
export const lgamma = elementwise({
  name: "lgamma",
  accepts: "floating",
  cost: 60,
  scalar: (b, [x]) => {
    const of = new Formula(b, x!);
    const isReflected = b.compare("lt", x!, of.number(0.5));
    const z = b.select(isReflected, b.unary("neg", x!), of.op("sub", x!, 1));
    const series = lanczos
      .slice(1)
      .reduce(
        (sum, numerator, k) => of.op("add", sum, of.op("div", numerator, of.op("add", z, k + 1))),
        of.number(lanczos[0]!),
      );
    // log gamma(z + 1) = log(2 pi) / 2 + (z + 1/2) log t - t + log(series), t = z + 7.5
    const t = of.op("add", z, 7.5);
    const logT = of.op("add", Math.log(7.5), b.unary("log1p", of.op("div", z, 7.5)));
    const slope = of.op("sub", of.op("add", z, 0.5), of.op("div", t, logT));
    const logGamma = of.op(
      "add",
      of.op("add", 0.5 * Math.log(2 * Math.PI), of.op("mul", slope, logT)),
      b.unary("log", series),
    );
    // gamma(x) gamma(1 - x) = pi / sin(pi x)
    const size = b.unary("abs", x!);
    const fraction = of.op("sub", size, b.unary("floor", size));
    const reduced = of.op("min", fraction, of.op("sub", 1, fraction));
    const sine = b.unary("log", b.unary("sin", of.op("mul", reduced, Math.PI)));
    const mirrored = of.op("sub", of.op("sub", Math.log(Math.PI), sine), logGamma);
    const value = b.select(isReflected, mirrored, logGamma);
    return b.select(b.compare("eq", size, of.number(Infinity)), size, value);
  },
  // t psi(x)
  derivatives: [(t, [x]) => apply(mul, t, apply(digamma, x!))],
});

/** B(2k) / 2k of the Bernoulli numbers, k = 1, 2, ... */
const bernoulli = [1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132, -691 / 32760, 1 / 12, -3617 / 8160];

/** Steps of the recurrence that bring any x >= 1/2 to where the asymptotic series has converged. */
const steps = 10;

/** psi(x), the derivative of log gamma(x). */
export const digamma: Primitive = elementwise({
  name: "digamma",
  accepts: "floating",
  cost: 60,
  scalar: (b, [x]) => {
    const of = new Formula(b, x!);
    const isReflected = b.compare("lt", x!, of.number(0.5));
    const start = b.select(isReflected, of.op("sub", 1, x!), x!);
    // psi(x) = psi(x + n) - 1/x - 1/(x + 1) - ... - 1/(x + n - 1)
    let sum = of.op("div", 1, start);
    for (let k = 1; k < steps; k++) sum = of.op("add", sum, of.op("div", 1, of.op("add", start, k)));
    const z = of.op("add", start, steps);
    const inverse = of.op("div", 1, z);
    const square = of.op("mul", inverse, inverse);
    const tail = of.op("mul", square, of.polynomial(square, bernoulli));
    const series = of.op("sub", of.op("sub", b.unary("log", z), of.op("mul", inverse, 0.5)), tail);
    const value = of.op("sub", series, sum);
    // psi(x) = psi(1 - x) - pi / tan(pi x), without a value at 0, -1, ...
    const fraction = of.op("sub", x!, b.unary("round", x!));
    const cotangent = of.op("div", Math.PI, b.unary("tan", of.op("mul", fraction, Math.PI)));
    const isPole = b.compare("eq", fraction, of.number(0));
    const mirrored = b.select(isPole, of.number(NaN), of.op("sub", value, cotangent));
    return b.select(isReflected, mirrored, value);
  },
  // t psi'(x)
  derivatives: [(t, [x]) => apply(mul, t, bind1(polygamma, [x!], { m: 1 }))],
});

/** polygamma[m]: the m-th derivative of psi, m >= 1; NaN for x < 0 above the first. */
export const polygamma: Primitive = elementwise({
  name: "polygamma",
  accepts: "floating",
  cost: 60,
  scalar: (b, [x], params) => {
    const m = params["m"] as number;
    const of = new Formula(b, x!);
    const isReflected = b.compare("lt", x!, of.number(m === 1 ? 0.5 : 0));
    const start = b.select(isReflected, of.op("sub", 1, x!), x!);
    // (-1)^(m+1) psi_m(x) = m! (1/x^(m+1) + ... + 1/(x + n - 1)^(m+1)) + the same at x + n
    let sum = of.op("div", 1, of.power(start, m + 1));
    for (let k = 1; k < steps + m; k++) {
      sum = of.op("add", sum, of.op("div", 1, of.power(of.op("add", start, k), m + 1)));
    }
    const z = of.op("add", start, steps + m);
    const inverse = of.op("div", 1, z);
    const square = of.op("mul", inverse, inverse);
    const coefficients = bernoulli.map((value, k) => value * rising(2 * k + 2, m));
    const tail = of.op("mul", square, of.polynomial(square, coefficients));
    const series = of.op(
      "mul",
      of.power(inverse, m),
      of.op("add", of.op("add", factorial(m - 1), of.op("mul", inverse, factorial(m) / 2)), tail),
    );
    const value = of.op("add", of.op("mul", sum, factorial(m)), series);
    const signed = m % 2 === 1 ? value : b.unary("neg", value);
    if (m > 1) return b.select(isReflected, of.number(NaN), signed);
    // psi'(x) + psi'(1 - x) = pi^2 / sin^2(pi x)
    const fraction = of.op("sub", x!, b.unary("round", x!));
    const ratio = of.op("div", Math.PI, b.unary("sin", of.op("mul", fraction, Math.PI)));
    return b.select(isReflected, of.op("sub", of.op("mul", ratio, ratio), signed), signed);
  },
  derivatives: [
    (t, [x], _, params) => apply(mul, t, bind1(polygamma, [x!], { m: (params["m"] as number) + 1 })),
  ],
});

function factorial(n: number): number {
  return rising(1, n);
}

/** n (n + 1) ... (n + count - 1) */
function rising(n: number, count: number): number {
  let product = 1;
  for (let k = 0; k < count; k++) product *= n + k;
  return product;
}
