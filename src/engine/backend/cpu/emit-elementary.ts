import type { ScalarExpr } from "../../kernel/scalar-expr.ts";
import type { Statements } from "./emit-scalar.ts";

const elementaryOps =
  "exp expm1 log log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh cbrt erf erfInv pow atan2".split(
    " ",
  );
const elementary = new Set<string>(elementaryOps);

export function isElementary(op: string): boolean {
  return elementary.has(op);
}

export function emitElementary(
  op: string,
  node: ScalarExpr,
  args: readonly string[],
  out: Statements,
): string {
  void out;
  const own = op === "erfInv" && node.dtype === "float32" ? "erfInv32" : op;
  const call = (op === "erf" || op === "erfInv" || op === "pow" ? "M." : "Math.") + own;
  const text = `${call}(${args.join(", ")})`;
  return node.dtype === "float32" ? `F(${text})` : text;
}
