import type { Primitive } from "../core/primitive.ts";
import type { UnaryOp } from "../kernel/scalar-expr.ts";
import { elementwise, type ElementwiseSpec } from "./elementwise.ts";

/** Constant but for its jumps, so that the derivative is zero, at the jumps too. */
function step(name: string, op: UnaryOp, accepts: ElementwiseSpec["accepts"]): Primitive {
  return elementwise({ name, accepts, scalar: (b, [x]) => b.unary(op, x!), derivatives: "zero" });
}

export const sign = step("sign", "sign", "numeric");
export const floor = step("floor", "floor", "floating");
export const ceil = step("ceil", "ceil", "floating");
/** Rounds half to even. */
export const round = step("round", "round", "floating");

export const is_finite = elementwise({
  name: "is_finite",
  accepts: "floating",
  result: () => ({ dtype: "bool", weakType: false }),
  scalar: (b, [x]) => b.unary("isFinite", x!),
  derivatives: "zero",
});
