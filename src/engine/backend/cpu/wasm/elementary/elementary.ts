import type { FunctionRef, ModuleBuilder } from "../assembler.ts";
export type ElementaryOp = string;
const ops = new Set(
  "exp expm1 log log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh cbrt erf erfInv pow atan2".split(" "),
);
export function isElementaryOp(name: string): boolean {
  return ops.has(name);
}
export function elementaryFunction(
  _module: ModuleBuilder,
  op: string,
  dtype: "float32" | "float64",
  _options: { exponent: number | undefined; uniformExponent: boolean },
): FunctionRef {
  throw new TypeError(`not there yet`);
}
