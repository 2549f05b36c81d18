import { i32, op, type Expr, type FunctionBuilder, type Local } from "./assembler.ts";

/**
 * What the tasks of a product are told, an int32 each: addresses, extents, distances in bytes. `step` is the phase's
 * work for one task: rows, columns, panels or terms; `end` is how many rows all tasks have.
 */
export const dotFields = [
  "phase",
  "lhs",
  "rhs",
  "result",
  "lhsPanels",
  "rhsPanels",
  "scratch",
  "m",
  "n",
  "k",
  "lhsBatch",
  "lhsRow",
  "lhsTerm",
  "rhsBatch",
  "rhsColumn",
  "rhsTerm",
  "step",
  "otherStep",
  "end",
] as const;
export type DotField = (typeof dotFields)[number];

/**
 * - packLhs, packRhs: task (matrix, group of `step` panels).
 * - multiply: task (matrix, block of `step` row panels, block of `otherStep` column panels) of the packed operands.
 * - small: task = `step` rows of all matrices, straight from the operands.
 * - rows: the operand "lhs" is a matrix of contiguous terms, "rhs" a contiguous vector (n = 1): task = `step` rows.
 * - columns: "lhs" is a vector (m = 1), "rhs" has contiguous columns: task (matrix, block of `step` columns).
 * - parts: inner products of two contiguous vectors (m = n = 1): task (matrix, `step` terms), sums into `scratch`.
 * - total: adds up the parts of one matrix, `otherStep` of them.
 * - nonzero: int32 at `scratch` to bool at `result`, k of them.
 */
export const dotPhases = [
  "packLhs",
  "packRhs",
  "multiply",
  "small",
  "rows",
  "columns",
  "parts",
  "total",
  "nonzero",
] as const;
export type DotPhase = (typeof dotPhases)[number];

export type Read = (name: DotField) => Expr;
export type Phase = (f: FunctionBuilder, read: Read, index: Local) => void;

export const add = (...values: Expr[]): Expr => values.reduce((a, b) => op("i32.add", a, b));
export const times = (a: Expr, b: Expr): Expr => op("i32.mul", a, b);
export const minus = (a: Expr, b: Expr): Expr => op("i32.sub", a, b);

export function atMost(f: FunctionBuilder, value: Expr, limit: Expr): Local {
  const result = f.let(value);
  const most = f.let(limit);
  f.if(op("i32.gt_s", result, most), () => f.set(result, most));
  return result;
}

/** How many groups of `size` hold `count` things. */
export const groups = (count: Expr, size: Expr): Expr =>
  op("i32.div_u", minus(add(count, size), i32(1)), size);

/** Splits a task's number into that of a matrix and of a group within it, `count` groups each. */
export function split(f: FunctionBuilder, index: Expr, count: Expr): [Local, Local] {
  const divisor = f.let(count);
  return [f.let(op("i32.div_u", index, divisor)), f.let(op("i32.rem_u", index, divisor))];
}
