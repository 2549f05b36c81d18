import { apply, like } from "./apply.ts";
import { add, div, integerPower, mul, neg, sub } from "./arithmetic.ts";
import { elementwise } from "./elementwise.ts";
import { functionOfFloat, heavy, rsqrt } from "./exponential.ts";
import type { Primitive } from "../core/primitive.ts";
import type { Value } from "../core/tracer.ts";

const squared = (x: Value): Value => integerPower(x, 2);

/** t cos(x) */
export const sin: Primitive = functionOfFloat("sin", "sin", (t, [x]) => apply(mul, t, apply(cos, x!)));

/** -t sin(x) */
export const cos: Primitive = functionOfFloat("cos", "cos", (t, [x]) =>
  apply(neg, apply(mul, t, apply(sin, x!))),
);

/** t (1 + y^2) */
export const tan = functionOfFloat("tan", "tan", (t, _, y) =>
  apply(mul, t, apply(add, like(y, 1), squared(y))),
);

/** t / sqrt(1 - x^2) */
export const asin = functionOfFloat("asin", "asin", (t, [x]) =>
  apply(mul, t, apply(rsqrt, apply(sub, like(x!, 1), squared(x!)))),
);

/** -t / sqrt(1 - x^2) */
export const acos = functionOfFloat("acos", "acos", (t, [x]) =>
  apply(mul, t, apply(neg, apply(rsqrt, apply(sub, like(x!, 1), squared(x!))))),
);

/** t / (1 + x^2) */
export const atan = functionOfFloat("atan", "atan", (t, [x]) =>
  apply(div, t, apply(add, like(x!, 1), squared(x!))),
);

/** The angle of the point (y, x), its first operand being the ordinate. */
export const atan2 = elementwise({
  name: "atan2",
  accepts: "floating",
  cost: heavy,
  scalar: (b, [y, x]) => b.binary("atan2", y!, x!),
  // t x / (x^2 + y^2), -t y / (x^2 + y^2)
  derivatives: [
    (t, [y, x]) => apply(mul, t, apply(div, x!, apply(add, squared(y!), squared(x!)))),
    (t, [y, x]) => apply(mul, t, apply(div, apply(neg, y!), apply(add, squared(y!), squared(x!)))),
  ],
});

/** t cosh(x) */
export const sinh: Primitive = functionOfFloat("sinh", "sinh", (t, [x]) => apply(mul, t, apply(cosh, x!)));

/** t sinh(x) */
export const cosh: Primitive = functionOfFloat("cosh", "cosh", (t, [x]) => apply(mul, t, apply(sinh, x!)));

/** t (1 - y^2), factored: (t + t y) (1 - y) */
export const tanh = functionOfFloat("tanh", "tanh", (t, _, y) =>
  apply(mul, apply(add, t, apply(mul, t, y)), apply(sub, like(y, 1), y)),
);

/** t / sqrt(x^2 + 1) */
export const asinh = functionOfFloat("asinh", "asinh", (t, [x]) =>
  apply(mul, t, apply(rsqrt, apply(add, squared(x!), like(x!, 1)))),
);

/** t / sqrt(x^2 - 1) */
export const acosh = functionOfFloat("acosh", "acosh", (t, [x]) =>
  apply(mul, t, apply(rsqrt, apply(sub, squared(x!), like(x!, 1)))),
);

/** t / (1 - x^2), factored: t / (1 + x) / (1 - x) */
export const atanh = functionOfFloat("atanh", "atanh", (t, [x]) =>
  apply(mul, integerPower(apply(add, like(x!, 1), x!), -1), apply(div, t, apply(sub, like(x!, 1), x!))),
);
