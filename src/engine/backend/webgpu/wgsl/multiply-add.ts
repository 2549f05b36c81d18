import type { DType } from "../../../core/dtype.ts";
import { wgslType } from "./shader.ts";

/** The text of `sum + a * b`, where `a` is one number and the others are blocks of four, in memory's form. */
export function multiplyAdd(dtype: DType, sum: string, a: string, b: string, element: string): string {
  // For bool the sum of products is "any of both".
  if (dtype === "bool") return `${sum} | (vec4<${element}>(${a}) & ${b})`;
  return wgslType(dtype) === "f32" ? `fma(vec4<f32>(${a}), ${b}, ${sum})` : `${sum} + ${a} * ${b}`;
}
