import type { DType } from "../../core/dtype.ts";
import type { ReduceKernel } from "../../kernel/kernel.ts";
import { literal } from "./emit-scalar.ts";

type Reduction = ReduceKernel["reductions"][number];

/** How one reduction folds values in generated code: the one table over reduce operations and dtypes. */
export interface Fold {
  /** Accumulator arrays it keeps: the value, and for argmax and argmin the position. */
  readonly arrays: readonly DType[];
  readonly identity: string;
  /** Whether several accumulators may share the work (the order of folding does not show). */
  readonly splits: boolean;
  /** Statements folding `value`, at position `position`, into accumulators `names`. */
  fold(names: readonly string[], value: string, position: string): string;
  /** Statements folding the accumulators of a later stretch into those of an earlier one. */
  merge(names: readonly string[], later: readonly string[]): string;
  /** The finished value, read from accumulator arrays. */
  result(names: readonly string[]): string;
}

/**
 * At most 8 float32 elements are summed left to right, rounding each time; longer sums run in double and round once,
 * which is better than pairwise.
 */
export function foldOf(reduction: Reduction, size: number): Fold {
  const { op } = reduction;
  if (op === "argmax" || op === "argmin") return positionFold(op, reduction.value.dtype);
  const { dtype } = reduction;
  const wide = op === "sum" && dtype === "float32" && size > 8;
  const combine = combination(op, dtype, wide);
  const step = (a: string, b: string): string => `${a} = ${combine(a, b)};`;
  return {
    arrays: [wide ? "float64" : dtype],
    identity: identityOf(op, dtype),
    splits: op === "sum" && size > 8 && dtype !== "int64",
    fold: ([a], value) => step(a!, dtype === "bool" ? `(${value} ? 1 : 0)` : value),
    merge: ([a], [b]) => step(a!, b!),
    result: ([a]) => (wide ? `F(${a!})` : dtype === "bool" ? `(${a!} !== 0)` : a!),
  };
}

/** The combined value as text. Bools are folded as 0 and 1, uint32 by its bits. */
export function combination(
  op: "sum" | "prod" | "max" | "min" | "and" | "or",
  dtype: DType,
  wide: boolean,
): (a: string, b: string) => string {
  if (dtype === "bool") {
    return op === "sum" || op === "max" || op === "or" ? (a, b) => `${a} | ${b}` : (a, b) => `${a} & ${b}`;
  }
  if (op === "and") return (a, b) => `${a} & ${b}`;
  if (op === "or") return (a, b) => `${a} | ${b}`;
  if (op === "max" || op === "min") {
    const sign = op === "max" ? ">" : "<";
    if (dtype === "float32" || dtype === "float64") return (a, b) => `Math.${op}(${a}, ${b})`;
    if (dtype === "uint32") return (a, b) => `(${a} >>> 0) ${sign} (${b} >>> 0) ? ${a} : ${b}`;
    return (a, b) => `${a} ${sign} ${b} ? ${a} : ${b}`;
  }
  const sign = op === "sum" ? "+" : "*";
  switch (dtype) {
    case "float32":
      return wide ? (a, b) => `${a} ${sign} ${b}` : (a, b) => `F(${a} ${sign} ${b})`;
    case "float64":
      return (a, b) => `${a} ${sign} ${b}`;
    case "int64":
      return (a, b) => `BigInt.asIntN(64, ${a} ${sign} ${b})`;
    default:
      return op === "sum" ? (a, b) => `${a} + ${b} | 0` : (a, b) => `Math.imul(${a}, ${b})`;
  }
}

/** What folding nothing gives. */
export function identityOf(op: Reduction["op"], dtype: DType): string {
  switch (op) {
    case "sum":
    case "or":
      return dtype === "int64" ? "0n" : "0";
    case "prod":
      return dtype === "int64" ? "1n" : "1";
    case "and":
      return dtype === "bool" ? "1" : dtype === "int64" ? "-1n" : "-1";
    case "max":
    case "argmax":
      return lowest(dtype);
    case "min":
    case "argmin":
      return highest(dtype);
  }
}

function lowest(dtype: DType): string {
  switch (dtype) {
    case "bool":
    case "uint32":
      return "0";
    case "int32":
      return literal(dtype, -(2 ** 31));
    case "int64":
      return literal(dtype, -(2n ** 63n));
    default:
      return "-Infinity";
  }
}

function highest(dtype: DType): string {
  switch (dtype) {
    case "bool":
      return "1";
    case "uint32":
      return "-1";
    case "int32":
      return literal(dtype, 2 ** 31 - 1);
    case "int64":
      return literal(dtype, 2n ** 63n - 1n);
    default:
      return "Infinity";
  }
}

/** First position of the extreme; NaN counts as more extreme than any number. */
function positionFold(op: "argmax" | "argmin", dtype: DType): Fold {
  const sign = op === "argmax" ? ">" : "<";
  const isFloat = dtype === "float32" || dtype === "float64";
  const beats = (b: string, a: string): string => {
    if (isFloat) return `${b} ${sign} ${a} || (${b} !== ${b} && ${a} === ${a})`;
    return dtype === "uint32" ? `(${b} >>> 0) ${sign} (${a} >>> 0)` : `${b} ${sign} ${a}`;
  };
  return {
    arrays: [dtype, "int32"],
    identity: identityOf(op, dtype),
    splits: false,
    fold: ([a, p], value, position) => {
      const text = dtype === "bool" ? `(${value} ? 1 : 0)` : value;
      return `{ const w = ${text}; if (${beats("w", a!)}) { ${a!} = w; ${p!} = ${position}; } }`;
    },
    merge: ([a, p], [b, q]) => `if (${beats(b!, a!)}) { ${a!} = ${b!}; ${p!} = ${q!}; }`,
    result: ([, p]) => p!,
  };
}
