import type { Primitive } from "../core/primitive.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import type { BinaryOp, ScalarExpr } from "../kernel/scalar-expr.ts";
import { apply, like } from "./apply.ts";
import { eq, ge, select_n } from "./comparison.ts";
import { elementwise, type ElementwiseSpec } from "./elementwise.ts";
import { floor, sign } from "./rounding.ts";
import { zerosOf } from "./zeros.ts";

type Differential = Pick<ElementwiseSpec, "derivatives" | "linearIn">;

function binary(name: string, op: BinaryOp, how: Differential, cost = 1): Primitive {
  return elementwise({
    name,
    accepts: "numeric",
    cost,
    scalar: (b, [x, y]) => b.binary(op, x!, y!),
    ...how,
  });
}

export const neg: Primitive = elementwise({
  name: "neg",
  accepts: "numeric",
  scalar: (b, [x]) => b.unary("neg", x!),
  // (-x)' = -t
  derivatives: [(t) => apply(neg, t)],
  linearIn: [0],
});

export const abs: Primitive = elementwise({
  name: "abs",
  accepts: "numeric",
  scalar: (b, [x]) => b.unary("abs", x!),
  // |x|' = t where x >= 0, else -t
  derivatives: [(t, [x]) => apply(select_n, apply(ge, x!, like(x!, 0)), apply(neg, t), t)],
});

export const add = binary("add", "add", {
  // (x + y)' = t
  derivatives: [(t) => t, (t) => t],
  linearIn: [0, 1],
});

export const sub = binary("sub", "sub", {
  // (x - y)' = t, -t
  derivatives: [(t) => t, (t) => apply(neg, t)],
  linearIn: [0, 1],
});

export const mul: Primitive = binary("mul", "mul", {
  // (x y)' = t y, x t
  derivatives: [(t, [, y]) => apply(mul, t, y!), (t, [x]) => apply(mul, x!, t)],
  linearIn: [0, 1],
});

/** Integers divide toward zero. */
export const div: Primitive = binary(
  "div",
  "div",
  {
    // (x / y)' = t / y, -t x / y^2
    derivatives: [
      (t, [, y]) => apply(div, t, y!),
      (t, [x, y]) => apply(mul, apply(mul, apply(neg, t), x!), integerPower(y!, -2)),
    ],
    linearIn: [0],
  },
  2,
);

/** Remainder with the sign of the dividend. */
export const rem = binary(
  "rem",
  "rem",
  {
    // x - y trunc(x / y): t, -t trunc(x / y)
    derivatives: [
      (t) => t,
      (t, [x, y]) => {
        const quotient = apply(div, x!, y!);
        return apply(
          mul,
          apply(neg, t),
          apply(mul, apply(sign, quotient), apply(floor, apply(abs, quotient))),
        );
      },
    ],
  },
  2,
);

/** 1 where `x` is the result, 0 where `other` is, 1/2 where both are. */
function shareOf(x: Value, other: Value, result: Value): Value {
  const own = apply(select_n, apply(eq, x, result), like(x, 0), like(x, 1));
  return apply(div, own, apply(select_n, apply(eq, other, result), like(x, 1), like(x, 2)));
}

const extremum: Differential = {
  derivatives: [
    (t, [x, y], z) => apply(mul, t, shareOf(x!, y!, z)),
    (t, [x, y], z) => apply(mul, t, shareOf(y!, x!, z)),
  ],
};

export const max = elementwise({
  name: "max",
  accepts: "any",
  scalar: (b, [x, y]) => b.binary("max", x!, y!),
  ...extremum,
});
export const min = elementwise({
  name: "min",
  accepts: "any",
  scalar: (b, [x, y]) => b.binary("min", x!, y!),
  ...extremum,
});

/** x**y for a static integer y, by repeated squaring. */
export const integer_pow: Primitive = elementwise({
  name: "integer_pow",
  accepts: "numeric",
  cost: 3,
  scalar: (b, [x], params) => {
    const exponent = params["y"] as number;
    if (exponent === 0) return b.number(x!.dtype, 1);
    let power: ScalarExpr | undefined;
    let square = x!;
    for (let rest = Math.abs(exponent); rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) power = power === undefined ? square : b.binary("mul", power, square);
      if (rest > 1) square = b.binary("mul", square, square);
    }
    return exponent > 0 ? power! : b.binary("div", b.number(x!.dtype, 1), power!);
  },
  // (x^n)' = t n x^(n-1)
  derivatives: [
    (t, [x], _, params) => {
      const exponent = params["y"] as number;
      if (exponent === 0) return zerosOf(avalOf(t));
      if (exponent === 1) return t;
      const rest = exponent === 2 ? x! : integerPower(x!, exponent - 1);
      return apply(mul, t, apply(mul, like(x!, exponent), rest));
    },
  ],
});

/** x**exponent for a whole exponent. */
export function integerPower(x: Value, exponent: number): Value {
  return bind1(integer_pow, [x], { y: exponent });
}
