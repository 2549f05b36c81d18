import { formatShape, type Shape, ShapedArray, sizeOf } from "../core/aval.ts";
import { isFloating, type DType } from "../core/dtype.ts";
import type { JvpRule, Params, Primitive } from "../core/primitive.ts";
import { bind } from "../core/tracer.ts";
import type { ExprBuilder } from "../kernel/expr-builder.ts";
import type { MatrixOperation } from "../kernel/kernel.ts";
import type { Operand } from "../kernel/lowering-rule.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";
import { batchInFront } from "./broadcast.ts";

/** A factorization of the matrices in the last two axes of its one operand. */
interface FactorizationSpec {
  readonly name: string;
  /** Shape of each result for one (m, n) matrix. Throws ValueError for matrices it does not take. */
  readonly results: (shape: Shape, params: Params) => readonly Shape[];
  readonly operation: (params: Params) => MatrixOperation;
  /** Results from this one on are int32. */
  readonly firstInteger?: number;
  /** Reads only the lower (or upper) triangle of the operand, in both. */
  readonly triangle?: (params: Params) => "lower" | "upper";
  readonly jvp: JvpRule;
}

/** Makes the record of a factorization: a routine over all leading axes. */
export function factorization(spec: FactorizationSpec): Primitive {
  const self: Primitive = {
    name: spec.name,
    abstractEval: ([operand], params) => {
      const { shape } = operand!;
      checkFloating(spec.name, operand!.dtype);
      checkRank(spec.name, 0, shape);
      return spec.results(shape.slice(-2), params).map((result, k) => {
        const dtype: DType = k >= (spec.firstInteger ?? Infinity) ? "int32" : operand!.dtype;
        return new ShapedArray([...shape.slice(0, -2), ...result], dtype);
      });
    },
    lower: {
      kind: "routine",
      body: (b, [operand], params) => {
        const { shape } = operand!.aval;
        const [m, n] = [shape[shape.length - 2]!, shape[shape.length - 1]!];
        const triangle = spec.triangle?.(params);
        return {
          kind: "linalg",
          operation: spec.operation(params),
          batch: sizeOf(shape.slice(0, -2)),
          m,
          n,
          operands: [readMatrix(b, operand!, triangle)],
        };
      },
    },
    jvp: spec.jvp,
    transpose: "nonlinear",
    batch: ([operand], [dim], params, axisSize) => {
      const values = bind(self, [batchInFront(operand!, dim!, axisSize)], params);
      return { values, dims: values.map(() => 0) };
    },
    partialEval: "whole",
  };
  return self;
}

/** The element of matrix axis 0, row axis 1, column axis 2. */
function readMatrix(b: ExprBuilder, operand: Operand, triangle: "lower" | "upper" | undefined): ScalarExpr {
  const { shape } = operand.aval;
  const before = shape.slice(0, -2);
  const matrix = b.unflatten(b.index(0, sizeOf(before)), before);
  const row = b.index(1, shape[shape.length - 2]!);
  const column = b.index(2, shape[shape.length - 1]!);
  if (triangle === undefined) return operand.read([...matrix, row, column]);
  const [low, high] = [b.binary("min", row, column), b.binary("max", row, column)];
  return operand.read(triangle === "lower" ? [...matrix, high, low] : [...matrix, low, high]);
}

/** Throws TypeError, in JAX's words, unless there are matrices in the last two axes. */
export function checkRank(name: string, position: number, shape: Shape): void {
  if (shape.length >= 2) return;
  throw new TypeError(
    `Input ${String(position)} to ${name} must have rank at least 2, but got shape=${formatShape(shape)}`,
  );
}

export function checkFloating(name: string, dtype: DType): void {
  if (isFloating(dtype)) return;
  throw new TypeError(
    `${name} does not accept dtype ${dtype} at position 0. Accepted dtypes at position 0 are subtypes of floating.`,
  );
}
