import { formatShape, sameShape, ShapedArray } from "../core/aval.ts";
import { isFloating, isInteger, type DType, type HostScalar } from "../core/dtype.ts";
import type { Params, Primitive } from "../core/primitive.ts";
import type { ExprBuilder } from "../kernel/expr-builder.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";

type DTypeClass = "any" | "bool" | "integer" | "floating" | "numeric" | "bool or integer";

/** What one elementwise primitive is: its scalar function and what it accepts and gives. */
interface ElementwiseSpec {
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
}

/** Makes the record of an elementwise primitive: operands of one shape, or 0-d. */
export function elementwise(spec: ElementwiseSpec): Primitive {
  return {
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
  };
}

function sameDType(operands: readonly ShapedArray[]): { dtype: DType; weakType: boolean } {
  return { dtype: operands[0]!.dtype, weakType: operands.every((aval) => aval.weakType) };
}

/** The shape of elementwise work; throws TypeError when operands that are not 0-d differ. */
function broadcastScalars(name: string, operands: readonly ShapedArray[]): readonly number[] {
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
