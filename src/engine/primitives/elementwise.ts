import { formatShape, sameShape, ShapedArray, type Shape } from "../core/aval.ts";
import { isFloating, isInteger, type DType, type HostScalar } from "../core/dtype.ts";
import type { BatchRule, JvpRule, Params, Primitive, Tangent, TransposeRule } from "../core/primitive.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { avalOf, bind, bind1, type Value } from "../core/tracer.ts";
import type { ExprBuilder } from "../kernel/expr-builder.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";
import { apply } from "./apply.ts";
import { broadcastTo } from "./broadcast.ts";
import { moveAxis } from "./transpose.ts";

type DTypeClass = "any" | "bool" | "integer" | "floating" | "numeric" | "bool or integer";

/**
 * What a tangent `t` of one operand adds to that of the result `y`. It is linear in `t` and diagonal, so that the same
 * function maps the cotangent of the result to that of an operand the primitive is linear in.
 */
export type Derivative = (t: Value, operands: readonly Value[], y: Value, params: Params) => Value;

/** What one elementwise primitive is: its scalar function, what it accepts and gives, and its derivatives. */
export interface ElementwiseSpec {
  readonly name: string;
  readonly accepts: DTypeClass;
  /** dtype of the result; that of the operands unless said. */
  readonly result?: (operands: readonly ShapedArray[], params: Params) => { dtype: DType; weakType: boolean };
  /** Operands from this one on must share a dtype (select's condition is before it). */
  readonly firstTyped?: number;
  readonly cost?: number;
  readonly isStructural?: (value: HostScalar) => boolean;
  readonly scalar: (
    builder: ExprBuilder,
    operands: readonly ScalarExpr[],
    params: Params,
    output: ShapedArray,
  ) => ScalarExpr;
  /** By operand; "zero" where the result does not vary with it, or for all of them. */
  readonly derivatives: "zero" | readonly (Derivative | "zero")[];
  /**
   * Operands the primitive is linear in while the others are known. Their derivatives read only the others, and so
   * are the transposes too.
   */
  readonly linearIn?: readonly number[];
  /** In place of the transposes that follow from `linearIn`. */
  readonly transpose?: TransposeRule;
}

/** Makes the record of an elementwise primitive: operands of one shape, or 0-d. */
export function elementwise(spec: ElementwiseSpec): Primitive {
  const self: Primitive = {
    name: spec.name,
    abstractEval: (operands, params) => {
      const typed = operands.slice(spec.firstTyped ?? 0);
      checkDTypes(spec, typed);
      const shape = broadcastScalars(spec.name, operands);
      const { dtype, weakType } = spec.result?.(typed, params) ?? sameDType(typed);
      return [new ShapedArray(shape, dtype, weakType)];
    },
    lower: {
      kind: "elementwise",
      cost: spec.cost ?? 1,
      ...(spec.isStructural === undefined ? {} : { isStructural: spec.isStructural }),
      scalar: (builder, operands, params, outputs) => [spec.scalar(builder, operands, params, outputs[0]!)],
    },
    jvp: spec.derivatives === "zero" ? "zero" : sumOfDerivatives(() => self, spec.derivatives),
    transpose: spec.transpose ?? transposeOf(spec),
    batch: batchElementwise(() => self),
    partialEval: "whole",
  };
  return self;
}

function sumOfDerivatives(self: () => Primitive, derivatives: readonly (Derivative | "zero")[]): JvpRule {
  return (primals, tangents, params) => {
    const y = bind1(self(), primals, params);
    let sum: Value | undefined;
    if (isFloating(y.dtype)) {
      tangents.forEach((tangent, position) => {
        const derivative = derivatives[position]!;
        if (tangent instanceof Zero || derivative === "zero") return;
        const term = derivative(tangent, primals, y, params);
        sum = sum === undefined ? term : apply(add_any, sum, term);
      });
    }
    return { primals: [y], tangents: [sum === undefined ? new Zero(y.aval) : spread(sum, y.shape)] };
  };
}

/** A 0-d tangent stands for all elements of a result that other operands gave its shape. */
function spread(x: Value, shape: Shape): Value {
  return avalOf(x).ndim === 0 ? broadcastTo(x, shape) : x;
}

function transposeOf(spec: ElementwiseSpec): TransposeRule | "nonlinear" {
  const { derivatives, linearIn } = spec;
  if (derivatives === "zero" || linearIn === undefined) return "nonlinear";
  return ([cotangent], operands, params) =>
    operands.map((operand, position): Tangent | null => {
      if (!(operand instanceof UndefinedPrimal)) return null;
      const derivative = derivatives[position]!;
      if (!linearIn.includes(position) || derivative === "zero") {
        throw new Error(`internal error: ${spec.name} is not linear in operand ${String(position)}`);
      }
      if (cotangent instanceof Zero) return new Zero(operand.aval);
      // Linear derivatives read neither the result nor operands that are not known.
      return derivative(cotangent!, operands as readonly Value[], cotangent!, params);
    });
}

/** Batch axes go to the front unless they agree already; 0-d operands without one stay 0-d. */
export function batchElementwise(self: () => Primitive): BatchRule {
  return (operands, dims, params, axisSize) => {
    const results = (values: readonly Value[], dim: number): ReturnType<BatchRule> => {
      const bound = bind(self(), values, params);
      return { values: bound, dims: bound.map(() => dim) };
    };
    const ndims = operands.map((operand, k) => avalOf(operand).ndim - (dims[k] === null ? 0 : 1));
    const ndim = Math.max(...ndims);
    const present = dims.filter((dim) => dim !== null);
    const agree = operands.every((_, k) =>
      dims[k] === null ? ndims[k] === 0 : ndims[k] === ndim && dims[k] === present[0],
    );
    if (agree) return results(operands, present[0]!);
    const ranked = operands.find((_, k) => ndims[k] === ndim)!;
    const own = dims[operands.indexOf(ranked)];
    const shape = [axisSize, ...avalOf(ranked).shape.filter((_, axis) => axis !== own)];
    const values = operands.map((operand, k) => {
      const dim = dims[k] ?? null;
      if (dim === null) return ndims[k] === 0 ? operand : broadcastTo(operand, shape, axesFrom(1, ndim));
      const moved = moveAxis(operand, dim, 0);
      return ndims[k] === ndim ? moved : broadcastTo(moved, shape, [0]);
    });
    return results(values, 0);
  };
}

function axesFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, axis) => first + axis);
}

/** The sum of tangents or cotangents. JAX's name: it prints as such in the Jaxpr of a derivative. */
export const add_any: Primitive = elementwise({
  name: "add_any",
  accepts: "numeric",
  scalar: (b, [x, y]) => b.binary("add", x!, y!),
  derivatives: [(t) => t, (t) => t],
  linearIn: [0, 1],
});

function sameDType(operands: readonly ShapedArray[]): { dtype: DType; weakType: boolean } {
  return { dtype: operands[0]!.dtype, weakType: operands.every((aval) => aval.weakType) };
}

/** The shape of elementwise work; throws TypeError when operands that are not 0-d differ. */
export function broadcastScalars(name: string, operands: readonly ShapedArray[]): readonly number[] {
  const ranked = operands.filter((aval) => aval.ndim > 0);
  const shape = ranked[0]?.shape ?? [];
  for (const aval of ranked) {
    if (!sameShape(aval.shape, shape)) {
      const shapes = operands.map((operand) => formatShape(operand.shape)).join(", ");
      throw new TypeError(`${name} got incompatible shapes for broadcasting: ${shapes}.`);
    }
  }
  return shape;
}

function checkDTypes(spec: ElementwiseSpec, operands: readonly ShapedArray[]): void {
  const dtype = operands[0]!.dtype;
  for (const aval of operands) {
    if (aval.dtype !== dtype) {
      throw new TypeError(
        `lax.${spec.name} requires arguments to have the same dtypes, got ` +
          `${operands.map((operand) => operand.dtype).join(", ")}. ` +
          `(Tip: jnp.${spec.name} is a similar function that does automatic type promotion on inputs).`,
      );
    }
  }
  if (!accepts(spec.accepts, dtype)) {
    const position = operands.length > 1 ? " at position 0" : "";
    throw new TypeError(
      `${spec.name} does not accept dtype ${dtype}${position}. Accepted dtypes${position} are subtypes of ` +
        `${acceptedNames[spec.accepts]}.`,
    );
  }
}

/** As JAX names the kinds of dtypes. */
const acceptedNames: Readonly<Record<DTypeClass, string>> = {
  any: "generic",
  bool: "bool",
  integer: "integer",
  floating: "floating",
  numeric: "integer, floating, complexfloating",
  "bool or integer": "integer, bool",
};

function accepts(wanted: DTypeClass, dtype: DType): boolean {
  switch (wanted) {
    case "any":
      return true;
    case "bool":
      return dtype === "bool";
    case "integer":
      return isInteger(dtype);
    case "floating":
      return isFloating(dtype);
    case "numeric":
      return dtype !== "bool";
    case "bool or integer":
      return !isFloating(dtype);
  }
}
