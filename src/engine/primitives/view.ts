import type { Shape, ShapedArray } from "../core/aval.ts";
import type { JvpRule, Params, Primitive, Tangent, TransposeRule } from "../core/primitive.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import type { LoweringRule } from "../kernel/lowering-rule.ts";

/** A primitive that moves elements of its one operand: each element of the result is one of the operand's. */
interface ViewSpec {
  readonly name: string;
  readonly shape: (operands: readonly ShapedArray[], params: Params) => Shape;
  /** Whether row-major order is kept. */
  readonly alias?: boolean;
  readonly element: Extract<LoweringRule, { kind: "view" }>["element"];
  readonly transpose: LinearTranspose;
  /** Params for an operand with a batch axis at `dim`, and where that axis is in the result. */
  readonly batch: (params: Params, dim: number, shape: Shape) => { params: Params; dim: number };
  /** Brings the batch axis to where `batch` wants it: leaves it alone unless said. */
  readonly place?: (operand: Value, dim: number) => { operand: Value; dim: number };
}

/** The cotangent of the one operand, whose aval is given. */
export type LinearTranspose = (cotangent: Value, operand: ShapedArray, params: Params) => Value;

/** Makes the record of a view of one operand. */
export function view(spec: ViewSpec): Primitive {
  const self: Primitive = {
    name: spec.name,
    abstractEval: (operands, params) => [operands[0]!.update({ shape: spec.shape(operands, params) })],
    lower: { kind: "view", alias: spec.alias ?? false, element: spec.element },
    ...linearInOneOperand(() => self, spec.transpose),
    batch: ([value], [given], params) => {
      const { operand, dim } = spec.place?.(value!, given!) ?? { operand: value!, dim: given! };
      const batched = spec.batch(params, dim, avalOf(operand).shape);
      return { values: [bind1(self, [operand], batched.params)], dims: [batched.dim] };
    },
    partialEval: "whole",
  };
  return self;
}

/** The derivative of f(x) = A x is A t, its transpose whatever the family says. */
export function linearInOneOperand(
  self: () => Primitive,
  transpose: LinearTranspose,
): { jvp: JvpRule; transpose: TransposeRule } {
  return {
    jvp: (primals, [tangent], params) => {
      const primal = bind1(self(), primals, params);
      return { primals: [primal], tangents: [appliedTo(self(), tangent!, primal, params)] };
    },
    transpose: ([cotangent], [operand], params) => {
      if (!(operand instanceof UndefinedPrimal)) return [null];
      if (cotangent instanceof Zero) return [new Zero(operand.aval)];
      return [transpose(cotangent!, operand.aval, params)];
    },
  };
}

function appliedTo(primitive: Primitive, tangent: Tangent, primal: Value, params: Params): Tangent {
  return tangent instanceof Zero ? new Zero(avalOf(primal)) : bind1(primitive, [tangent], params);
}

/** Axes of an array with one more axis at `dim`: those from there on move up. */
export function shiftAxes(axes: readonly number[], dim: number): number[] {
  return axes.map((axis) => (axis >= dim ? axis + 1 : axis));
}

/** A list with one entry per axis, with one more for a new axis at `dim`. */
export function insertAt<T>(list: readonly T[], dim: number, entry: T): T[] {
  return [...list.slice(0, dim), entry, ...list.slice(dim)];
}
