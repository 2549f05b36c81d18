import type { DType } from "../../../core/dtype.ts";
import type { SortKernel } from "../../../kernel/kernel.ts";
import { Body } from "./body.ts";
import { uniformAxis } from "./lane-index.ts";
import { storedType, type Shader } from "./shader.ts";

/** Writes values of a sort at a row and a column (u32 text). */
export function bodyAt(shader: Shader, kernel: SortKernel, row: string, column: string): Body {
  const axes = [row, column].map((text) => ({ first: `i32(${text})`, facts: uniformAxis }));
  return new Body(shader, { lanes: 1, axes, inputs: kernel.inputs });
}

/** The uint32 that orders keys as wanted, NaN above everything and -0 and 0 alike, from a key in memory's form. */
export function rankText(shader: Shader, dtype: DType, stored: string): string {
  switch (dtype) {
    case "float32":
      return `(bitcast<u32>(${shader.call("rank_f", 1, stored)}) ^ 0x80000000u)`;
    case "int32":
      return `(bitcast<u32>(${stored}) ^ 0x80000000u)`;
    default:
      return stored;
  }
}

/** As `rankText`, from the bits of a key in memory. */
export function rankOfBits(shader: Shader, dtype: DType, bits: string): string {
  const stored = storedType(dtype);
  return rankText(shader, dtype, stored === "u32" ? bits : `bitcast<${stored}>(${bits})`);
}
