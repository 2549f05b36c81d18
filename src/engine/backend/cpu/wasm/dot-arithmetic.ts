import type { DType } from "../../../core/dtype.ts";
import { f32, f64, i32, i64, lane, load, op, store, type Expr, type Statement } from "./assembler.ts";

/** How products of one dtype are multiplied and summed: names of instructions, one element and one vector at a time. */
export interface Arithmetic {
  readonly scalar: "i32" | "i64" | "f32" | "f64";
  /** Bytes of an element. */
  readonly size: 4 | 8;
  readonly shift: 2 | 3;
  /** Elements of a vector. */
  readonly lanes: 4 | 2;
  readonly shape: "i32x4" | "i64x2" | "f32x4" | "f64x2";
  readonly isFloat: boolean;
  readonly zero: Expr;
}

/** Products of bools are sums of int32. */
export type DotType = Exclude<DType, "bool">;

export function arithmeticOf(dtype: DotType): Arithmetic {
  switch (dtype) {
    case "float32":
      return { scalar: "f32", size: 4, shift: 2, lanes: 4, shape: "f32x4", isFloat: true, zero: f32(0) };
    case "float64":
      return { scalar: "f64", size: 8, shift: 3, lanes: 2, shape: "f64x2", isFloat: true, zero: f64(0) };
    case "int32":
    case "uint32":
      return { scalar: "i32", size: 4, shift: 2, lanes: 4, shape: "i32x4", isFloat: false, zero: i32(0) };
    case "int64":
      return { scalar: "i64", size: 8, shift: 3, lanes: 2, shape: "i64x2", isFloat: false, zero: i64(0n) };
  }
}

/** `sum + a * b`, each rounded. */
export function multiplyAdd({ scalar }: Arithmetic, sum: Expr, a: Expr, b: Expr): Expr {
  return op(`${scalar}.add`, sum, op(`${scalar}.mul`, a, b));
}

/** As `multiplyAdd`, of vectors; with `fused` floats may be rounded once, as the processor likes best. */
export function multiplyAddVector({ shape, isFloat }: Arithmetic, fused: boolean) {
  return (sum: Expr, a: Expr, b: Expr): Expr =>
    fused && isFloat
      ? op(`${shape}.relaxed_madd`, a, b, sum)
      : op(`${shape}.add`, sum, op(`${shape}.mul`, a, b));
}

export function loadElement({ scalar }: Arithmetic, address: Expr, offset = 0): Expr {
  return load(`${scalar}.load`, address, offset);
}

export function storeElement({ scalar }: Arithmetic, address: Expr, value: Expr, offset = 0): Statement {
  return store(`${scalar}.store`, address, value, offset);
}

/** An element in memory, in all lanes. */
export function loadSplat({ size }: Arithmetic, address: Expr, offset = 0): Expr {
  return load(`v128.load${8 * size}_splat`, address, offset);
}

export function extract({ shape }: Arithmetic, index: number, vector: Expr): Expr {
  return lane(`${shape}.extract_lane`, index, vector);
}
