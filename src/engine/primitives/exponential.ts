import { ArrayBase } from "../core/array-base.ts";
import type { Primitive } from "../core/primitive.ts";
import { convertScalar } from "../core/scalar.ts";
import { avalOf, type Value } from "../core/tracer.ts";
import type { UnaryOp } from "../kernel/scalar-expr.ts";
import { apply, like } from "./apply.ts";
import { add, div, integerPower, mul, neg, sub } from "./arithmetic.ts";
import { eq, select_n } from "./comparison.ts";
import { elementwise, type Derivative } from "./elementwise.ts";

/** Transcendental functions count for about this many additions. */
export const heavy = 6;

/** Makes the record of a function of one float. */
export function functionOfFloat(name: string, op: UnaryOp, derivative: Derivative, cost = heavy): Primitive {
  return elementwise({
    name,
    accepts: "floating",
    cost,
    scalar: (b, [x]) => b.unary(op, x!),
    derivatives: [derivative],
  });
}

/** t e^x */
export const exp = functionOfFloat("exp", "exp", (t, _, y) => apply(mul, t, y));

/** t (y + 1), which is t e^x */
export const expm1 = functionOfFloat("expm1", "expm1", (t, _, y) => apply(mul, t, apply(add, y, like(y, 1))));

/** t / x */
export const log = functionOfFloat("log", "log", (t, [x]) => apply(div, t, x!));

/** t / (x + 1) */
export const log1p = functionOfFloat("log1p", "log1p", (t, [x]) =>
  apply(div, t, apply(add, x!, like(x!, 1))),
);

/** t / (2 sqrt(x)) */
export const sqrt = functionOfFloat(
  "sqrt",
  "sqrt",
  (t, _, y) => apply(mul, t, apply(div, like(y, 0.5), y)),
  2,
);

/** t / (3 y^2) */
export const cbrt = functionOfFloat("cbrt", "cbrt", (t, _, y) =>
  apply(mul, t, apply(mul, like(y, 1 / 3), integerPower(y, -2))),
);

/** 1 / sqrt(x). */
export const rsqrt = elementwise({
  name: "rsqrt",
  accepts: "floating",
  cost: 4,
  scalar: (b, [x]) => b.binary("div", b.number(x!.dtype, 1), b.unary("sqrt", x!)),
  // -t x^(-3/2) / 2
  derivatives: [(t, [x], y) => apply(mul, t, apply(mul, like(y, -0.5), apply(div, y, x!)))],
});

/** 1 / (1 + exp(-x)). */
export const logistic = elementwise({
  name: "logistic",
  accepts: "floating",
  cost: heavy + 4,
  scalar: (b, [x]) => {
    const one = b.number(x!.dtype, 1);
    return b.binary("div", one, b.binary("add", one, b.unary("exp", b.unary("neg", x!))));
  },
  // t y (1 - y)
  derivatives: [(t, _, y) => apply(mul, t, apply(mul, y, apply(sub, like(y, 1), y)))],
});

/** t e^(-x^2) 2 / sqrt(pi) */
export const erf = functionOfFloat("erf", "erf", (t, [x]) =>
  apply(mul, like(x!, 2 / Math.sqrt(Math.PI)), apply(mul, t, apply(exp, apply(neg, integerPower(x!, 2))))),
);

/** t e^(y^2) sqrt(pi) / 2 */
export const erf_inv = functionOfFloat(
  "erf_inv",
  "erfInv",
  (t, _, y) => apply(mul, like(y, Math.sqrt(Math.PI) / 2), apply(mul, t, apply(exp, integerPower(y, 2)))),
  2 * heavy,
);

/** Exponents that make a product and a square root, and what is left of them in a derivative. */
const roots = new Set<unknown>([0.5, 1.5, 2.5]);

/** x**y. A literal exponent among `roots` is part of the kernel, which is then far cheaper. */
export const pow: Primitive = elementwise({
  name: "pow",
  accepts: "floating",
  cost: 2 * heavy,
  isStructural: (exponent) => roots.has(exponent),
  scalar: (b, [x, y]) => b.binary("pow", x!, y!),
  // (x^y)' = t y x^(y-1), t log(x) x^y
  derivatives: [
    (t, [x, y]) => apply(mul, t, apply(mul, y!, apply(pow, x!, oneLess(y!)))),
    (t, [x], z) => apply(mul, t, apply(mul, apply(log, oneForZero(x!)), z)),
  ],
});

/** The exponent less one; one known on the host stays so, for `roots`. */
function oneLess(exponent: Value): Value {
  if (exponent instanceof ArrayBase) return apply(sub, exponent, like(exponent, 1));
  return like(exponent, Number(convertScalar(exponent, avalOf(exponent).dtype)) - 1);
}

/** 0**y does not vary with a y above 0: log(1) makes it so. */
function oneForZero(x: Value): Value {
  return apply(select_n, apply(eq, x, like(x, 0)), x, like(x, 1));
}
