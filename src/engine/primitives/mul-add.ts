import type { Primitive } from "../core/primitive.ts";
import { apply } from "./apply.ts";
import { mul } from "./arithmetic.ts";
import { elementwise } from "./elementwise.ts";

/** mul_add(x, y, z): x * y + z rounded once. */
export const mul_add: Primitive = elementwise({
  name: "mul_add",
  accepts: "floating",
  cost: 4,
  scalar: (b, [x, y, z]) => b.fma(x!, y!, z!),
  derivatives: [(t, [, y]) => apply(mul, t, y!), (t, [x]) => apply(mul, x!, t), (t) => t],
  linearIn: [],
});
