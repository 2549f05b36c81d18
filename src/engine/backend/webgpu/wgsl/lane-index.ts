import type { ScalarExpr } from "../../../kernel/scalar-expr.ts";

/**
 * How an int32 expression behaves over the four elements of a block: it grows by `stride` from each to the next, and
 * its first value is a multiple of `multiple`. Knowing that, four loads become one.
 */
export interface LaneFacts {
  readonly stride: number;
  readonly multiple: number;
  readonly nonNegative: boolean;
}

/** The facts of one axis' loop variable; undefined where the four elements do not follow a line. */
export type AxisFacts = readonly (LaneFacts | undefined)[];

export const uniformAxis: LaneFacts = { stride: 0, multiple: 1, nonNegative: true };
export const laneAxis: LaneFacts = { stride: 1, multiple: 4, nonNegative: true };

/** Facts about index expressions, remembered per node. */
export class LaneAnalysis {
  readonly #axes: AxisFacts;
  readonly #known = new Map<ScalarExpr, LaneFacts | undefined>();

  constructor(axes: AxisFacts) {
    this.#axes = axes;
  }

  factsOf(node: ScalarExpr): LaneFacts | undefined {
    if (this.#known.has(node)) return this.#known.get(node);
    const facts = this.#compute(node);
    this.#known.set(node, facts);
    return facts;
  }

  #compute(node: ScalarExpr): LaneFacts | undefined {
    switch (node.op) {
      case "const": {
        const value = Number(node.value);
        return { stride: 0, multiple: Math.abs(value), nonNegative: value >= 0 };
      }
      case "index":
        return this.#axes[node.axis];
      case "param":
        return { stride: 0, multiple: 1, nonNegative: false };
      // Four results of a reduction are four unrelated values.
      case "accumulator":
        return undefined;
      default: {
        const args = node.args.map((arg) => this.factsOf(arg));
        const line = node.dtype === "int32" ? lineOf(node, args) : undefined;
        if (line !== undefined) return line;
        const uniform = args.every((facts) => facts?.stride === 0);
        return uniform ? { stride: 0, multiple: 1, nonNegative: false } : undefined;
      }
    }
  }
}

function lineOf(node: ScalarExpr, args: readonly (LaneFacts | undefined)[]): LaneFacts | undefined {
  const [a, b] = args;
  if (a === undefined || b === undefined) return undefined;
  const nonNegative = a.nonNegative && b.nonNegative;
  switch (node.op) {
    case "add":
      return { stride: a.stride + b.stride, multiple: gcd(a.multiple, b.multiple), nonNegative };
    case "sub":
      return { stride: a.stride - b.stride, multiple: gcd(a.multiple, b.multiple), nonNegative: false };
    case "mul":
      return timesConstant(a, node.args[1]!, nonNegative) ?? timesConstant(b, node.args[0]!, nonNegative);
    case "div":
    case "rem":
      return dividedBy(node.op, a, node.args[1]!);
    default:
      return undefined;
  }
}

function timesConstant(facts: LaneFacts, factor: ScalarExpr, nonNegative: boolean): LaneFacts | undefined {
  if (factor.op !== "const") return undefined;
  const value = Number(factor.value);
  return { stride: facts.stride * value, multiple: facts.multiple * Math.abs(value), nonNegative };
}

/** A whole block lies between two multiples of a divisor that is itself a multiple of four. */
function dividedBy(op: "div" | "rem", a: LaneFacts, divisor: ScalarExpr): LaneFacts | undefined {
  if (divisor.op !== "const") return undefined;
  const c = Number(divisor.value);
  if (c <= 0 || !a.nonNegative) return undefined;
  const withinBlock = a.stride === 1 && a.multiple % 4 === 0 && c % 4 === 0;
  if (a.stride !== 0 && !withinBlock) return undefined;
  if (op === "rem") return { stride: a.stride, multiple: gcd(a.multiple, c), nonNegative: true };
  const exact = a.multiple % c === 0;
  return { stride: 0, multiple: exact ? a.multiple / c : 1, nonNegative: true };
}

function gcd(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** Whether `node` is the row-major position in `shape` of the loop variables of axes 0, 1, ... */
export function isRowMajor(node: ScalarExpr, shape: readonly number[]): boolean {
  const coefficients = shape.map(() => 0);
  if (!addTerms(node, 1, coefficients)) return false;
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    if (shape[axis] !== 1 && coefficients[axis] !== stride) return false;
    stride *= shape[axis]!;
  }
  return true;
}

function addTerms(node: ScalarExpr, factor: number, coefficients: number[]): boolean {
  switch (node.op) {
    case "index":
      coefficients[node.axis] = (coefficients[node.axis] ?? NaN) + factor;
      return true;
    case "const":
      return Number(node.value) === 0;
    case "add":
      return addTerms(node.args[0]!, factor, coefficients) && addTerms(node.args[1]!, factor, coefficients);
    case "mul": {
      const constant = node.args[1]!;
      return (
        constant.op === "const" && addTerms(node.args[0]!, factor * Number(constant.value), coefficients)
      );
    }
    default:
      return false;
  }
}
