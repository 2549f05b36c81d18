import type { ClosedJaxpr } from "./jaxpr.ts";
import type { Params } from "./primitive.ts";

/**
 * while: operands are the constants of the condition, those of the body, and the carry. The condition maps (its
 * constants, carry) to one bool, the body (its constants, carry) to the next carry.
 */
export interface WhileParams {
  readonly cond_jaxpr: ClosedJaxpr;
  readonly cond_nconsts: number;
  readonly body_jaxpr: ClosedJaxpr;
  readonly body_nconsts: number;
}

/**
 * scan: operands are constants, carry and arrays with a leading axis of `length`; the body maps (constants, carry,
 * elements) to (next carry, elements of the stacked results).
 */
export interface ScanParams {
  readonly jaxpr: ClosedJaxpr;
  readonly length: number;
  readonly num_carry: number;
  readonly num_consts: number;
  readonly reverse: boolean;
  readonly unroll: number;
}

/** cond: operands are an int32 index and what every branch takes; index k runs branches[k], clamped. */
export interface CondParams {
  readonly branches: readonly ClosedJaxpr[];
}

/** The parameters of an equation of the primitive `while`. */
export function whileParams(params: Params): WhileParams {
  return params as unknown as WhileParams;
}

/** The parameters of an equation of the primitive `scan`. */
export function scanParams(params: Params): ScanParams {
  return params as unknown as ScanParams;
}

/** The parameters of an equation of the primitive `cond`. */
export function condParams(params: Params): CondParams {
  return params as unknown as CondParams;
}

/** A list cut into parts of the given lengths, and the rest. */
export function splitList<T>(list: readonly T[], ...lengths: readonly number[]): T[][] {
  const parts: T[][] = [];
  let start = 0;
  for (const length of lengths) {
    parts.push(list.slice(start, start + length));
    start += length;
  }
  return [...parts, list.slice(start)];
}
