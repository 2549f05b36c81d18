import type { LoweringRule, Params } from "../kernel/lowering-rule.ts";
import type { ShapedArray } from "./aval.ts";

export type { Params };

/**
 * One operation of the language that programs are traced to: everything the system knows about it is this record.
 */
export interface Primitive {
  /** JAX's name, as a Jaxpr prints it. */
  readonly name: string;
  /** Avals of the results from those of the operands; throws TypeError or ValueError in JAX's words. */
  abstractEval(operands: readonly ShapedArray[], params: Params): readonly ShapedArray[];
  readonly lower: LoweringRule;
}
