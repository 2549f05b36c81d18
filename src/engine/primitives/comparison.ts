import type { Primitive } from "../core/primitive.ts";
import type { CompareOp } from "../kernel/scalar-expr.ts";
import { apply, like } from "./apply.ts";
import { elementwise } from "./elementwise.ts";
import { and } from "./logical.ts";

function comparison(op: CompareOp): Primitive {
  return elementwise({
    name: op,
    accepts: "any",
    result: () => ({ dtype: "bool", weakType: false }),
    scalar: (b, [x, y]) => b.compare(op, x!, y!),
    derivatives: "zero",
  });
}

export const eq = comparison("eq");
export const ne = comparison("ne");
export const lt = comparison("lt");
export const le = comparison("le");
export const gt = comparison("gt");
export const ge = comparison("ge");

/** select_n(predicate, onFalse, onTrue): JAX's order. */
export const select_n: Primitive = elementwise({
  name: "select_n",
  accepts: "any",
  firstTyped: 1,
  scalar: (b, [predicate, onFalse, onTrue]) => b.select(predicate!, onTrue!, onFalse!),
  derivatives: [
    "zero",
    (t, [predicate]) => apply(select_n, predicate!, t, like(t, 0)),
    (t, [predicate]) => apply(select_n, predicate!, like(t, 0), t),
  ],
  linearIn: [1, 2],
});

/** clamp(low, x, high); NaN stays. */
export const clamp = elementwise({
  name: "clamp",
  accepts: "any",
  cost: 2,
  scalar: (b, [low, x, high]) => b.binary("min", b.binary("max", x!, low!), high!),
  // The tangent of whichever operand is the result; that of none where x meets a bound.
  derivatives: [
    (t, [low, x, high]) =>
      apply(select_n, apply(and, apply(gt, low!, x!), apply(lt, low!, high!)), like(t, 0), t),
    (t, [low, x, high]) =>
      apply(select_n, apply(and, apply(gt, x!, low!), apply(lt, x!, high!)), like(t, 0), t),
    (t, [, x, high]) => apply(select_n, apply(lt, high!, x!), like(t, 0), t),
  ],
});
