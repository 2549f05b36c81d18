import type { ExprBuilder } from "../kernel/expr-builder.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";

/** The index moved into 0..extent-1, left alone where it is known to be inside. */
export function clampIndex(b: ExprBuilder, index: ScalarExpr, extent: number): ScalarExpr {
  const { min, max } = b.rangeOf(index);
  let clamped = index;
  if (!(min >= 0)) clamped = b.binary("max", clamped, b.int(0));
  if (!(max < extent)) clamped = b.binary("min", clamped, b.int(extent - 1));
  return clamped;
}
