import type { LoweringRule, Params } from "../kernel/lowering-rule.ts";
import type { ArrayBase } from "./array-base.ts";
import type { ShapedArray } from "./aval.ts";
import type { UndefinedPrimal, Zero } from "./tangent.ts";
import type { Value } from "./tracer.ts";

export type { Params };

/** A tangent or cotangent. Those of integers and booleans are always `Zero`, where JAX has float0. */
export type Tangent = Value | Zero;

/** Results and their tangents. At least one of the tangents given is not `Zero`; a rule may bind primitives freely. */
export type JvpRule = (
  primals: readonly Value[],
  tangents: readonly Tangent[],
  params: Params,
) => { readonly primals: readonly Value[]; readonly tangents: readonly Tangent[] };

/**
 * Cotangents of the operands from those of the results. Operands the program is linear in arrive as `UndefinedPrimal`,
 * the others as values; the answer has one entry per operand, `null` for those that are values. The cotangent of a
 * 0-d operand that was broadcast may keep the result's shape: the backward pass sums it.
 */
export type TransposeRule = (
  cotangents: readonly Tangent[],
  operands: readonly (Value | UndefinedPrimal)[],
  params: Params,
) => readonly (Tangent | null)[];

/** Where the batch axis of a value is; null when it has none. */
export type BatchDim = number | null;

/** Results for a whole batch. At least one operand has a batch axis, of extent `axisSize`. */
export type BatchRule = (
  operands: readonly Value[],
  dims: readonly BatchDim[],
  params: Params,
  axisSize: number,
) => { readonly values: readonly Value[]; readonly dims: readonly BatchDim[] };

/** What a partial evaluation offers to the rules of primitives that hold Jaxprs. */
export interface PartialEvaluation {
  /** Whether a value is known now rather than an unknown of this evaluation. */
  isKnown(value: Value): boolean;
  /** Computes with known values. */
  bindKnown(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[];
  /** Records an equation among the unknowns; known operands become its constants. */
  record(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[];
}

/** Separates what can be computed now from what has to wait. At least one operand is unknown. */
export type PartialEvalRule = (
  evaluation: PartialEvaluation,
  operands: readonly Value[],
  params: Params,
) => readonly Value[];

/**
 * One operation of the language that programs are traced to: everything the system knows about it is this record.
 */
export interface Primitive {
  /** JAX's name, as a Jaxpr prints it. */
  readonly name: string;
  /** Avals of the results from those of the operands; throws TypeError or ValueError in JAX's words. */
  abstractEval(operands: readonly ShapedArray[], params: Params): readonly ShapedArray[];
  readonly lower: LoweringRule;
  /** "zero": the results do not vary with the operands (rounding, comparisons, integers). */
  readonly jvp: JvpRule | "zero";
  /** "nonlinear": no operand is linear, so that nothing is ever transposed through it. */
  readonly transpose: TransposeRule | "nonlinear";
  readonly batch: BatchRule;
  /** "whole": one unknown operand makes every result unknown. A rule is for primitives that hold Jaxprs. */
  readonly partialEval: PartialEvalRule | "whole";
}
