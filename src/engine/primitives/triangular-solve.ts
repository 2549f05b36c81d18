import { formatShape, type Shape, ShapedArray, sizeOf } from "../core/aval.ts";
import { ValueError } from "../core/errors.ts";
import type { Params, Primitive } from "../core/primitive.ts";
import { Zero } from "../core/tangent.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import { apply } from "./apply.ts";
import { neg } from "./arithmetic.ts";
import { batchInFront } from "./broadcast.ts";
import { add_any } from "./elementwise.ts";
import { checkFloating, checkRank } from "./factorization.ts";
import { matmul, transposed, tril, triu } from "./matrix-algebra.ts";
import { reshape } from "./reshape.ts";
import { moveAxis } from "./transpose.ts";

/**
 * triangular_solve[left_side, lower, transpose_a, conjugate_a, unit_diagonal](a, b): x of op(a) x = b, or of
 * x op(a) = b, where op(a) is `a` or its transpose; `lower` names the triangle of `a` that is read.
 */
export const triangular_solve: Primitive = {
  name: "triangular_solve",
  abstractEval: ([a, b], params) => {
    checkFloating("triangular_solve", a!.dtype);
    checkOperands(a!, b!, params["left_side"] === true);
    return [new ShapedArray(b!.shape, b!.dtype)];
  },
  lower: {
    kind: "routine",
    body: (builder, [a, b], params) => {
      const left = params["left_side"] === true;
      const isTransposed = params["transpose_a"] === true;
      const shape = b!.aval.shape;
      const before = shape.slice(0, -2);
      const [rows, columns] = [shape[shape.length - 2]!, shape[shape.length - 1]!];
      const [m, n] = left ? [rows, columns] : [columns, rows];
      const batch = sizeOf(before);
      const matrix = builder.unflatten(builder.index(0, batch), before);
      // x op(a) = b is op(a)^T x^T = b^T: right-hand sides are rows.
      const flipped = left === isTransposed;
      const [i, k] = [builder.index(1, m), builder.index(2, m)];
      const triangle = a!.read([...matrix, ...(flipped ? [k, i] : [i, k])]);
      const right = b!.read([...matrix, builder.index(1, rows), builder.index(2, columns)]);
      return {
        kind: "linalg",
        operation: {
          op: "triangular_solve",
          lower: (params["lower"] === true) !== flipped,
          unitDiagonal: params["unit_diagonal"] === true,
          columns: !left,
        },
        batch,
        m,
        n,
        operands: [triangle, right],
      };
    },
  },
  // op(a) x = b: op(a) x' = b' - op(a') x
  jvp: ([a, b], [t, u], params) => {
    const x = bind1(triangular_solve, [a!, b!], params);
    const terms: Value[] = [];
    if (!(t instanceof Zero)) terms.push(throughMatrix(a!, t!, x, params));
    if (!(u instanceof Zero)) terms.push(bind1(triangular_solve, [a!, u!], params));
    return { primals: [x], tangents: [terms.length === 2 ? apply(add_any, ...terms) : terms[0]!] };
  },
  // Linear in b.
  transpose: ([cotangent], [a, b], params) => {
    if (cotangent instanceof Zero) return [null, new Zero((b as { aval: ShapedArray }).aval)];
    const flipped = { ...params, transpose_a: params["transpose_a"] !== true };
    return [null, bind1(triangular_solve, [a as Value, cotangent!], flipped)];
  },
  batch: ([a, b], [aDim, bDim], params, axisSize) => {
    if (aDim === null) return solveTogether(a!, b!, bDim!, params, axisSize);
    const operands = [batchInFront(a!, aDim!, axisSize), batchInFront(b!, bDim!, axisSize)];
    return { values: [bind1(triangular_solve, operands, params)], dims: [0] };
  },
  partialEval: "whole",
};

/** A batch of right-hand sides for one triangle: all of them side by side. */
function solveTogether(
  a: Value,
  b: Value,
  dim: number,
  params: Params,
  axisSize: number,
): { values: Value[]; dims: number[] } {
  const last = avalOf(b).ndim - 1;
  const target = params["left_side"] === true ? last : last - 1;
  const moved = moveAxis(b, dim, target);
  const { shape } = avalOf(moved);
  const joined = [...shape.slice(0, target - 1), shape[target - 1]! * axisSize, ...shape.slice(target + 1)];
  const reshaped = (x: Value, to: Shape): Value => bind1(reshape, [x], { dimensions: null, new_sizes: to });
  const x = bind1(triangular_solve, [a, reshaped(moved, joined)], params);
  return { values: [reshaped(x, shape)], dims: [target] };
}

/** What a change of the triangle does to the solution; the products are ordered so that the smaller ones come first. */
function throughMatrix(a: Value, t: Value, x: Value, params: Params): Value {
  const offset = params["unit_diagonal"] === true ? 1 : 0;
  const triangle = apply(neg, params["lower"] === true ? tril(t, -offset) : triu(t, offset));
  const change = params["transpose_a"] === true ? transposed(triangle) : triangle;
  const solve = (right: Value): Value => bind1(triangular_solve, [a, right], params);
  const [rows, columns] = avalOf(x).shape.slice(-2) as [number, number];
  if (params["left_side"] === true) {
    return rows > columns ? solve(matmul(change, x)) : matmul(solve(change), x);
  }
  return rows < columns ? solve(matmul(x, change)) : matmul(x, solve(change));
}

function checkOperands(a: ShapedArray, b: ShapedArray, left: boolean): void {
  checkRank("triangular_solve", 0, a.shape);
  checkRank("triangular_solve", 1, b.shape);
  if (a.ndim !== b.ndim) {
    throw new TypeError(
      `All inputs to triangular_solve must have the same number of batch dimensions, but got ` +
        `[${String(a.ndim - 2)}, ${String(b.ndim - 2)}] batch dimensions for the inputs.`,
    );
  }
  const [own, other] = [a.shape.slice(-2), b.shape.slice(-2)];
  if (own[0] !== own[1]) {
    throw new ValueError(
      `The first input to triangular_solve must be a square matrix. Got shape ${formatShape(own)}.`,
    );
  }
  if (own[1] !== other[left ? 0 : 1]) {
    throw new ValueError(
      `Incompatible shapes for arguments to triangular_solve: ${formatShape(own)} and ${formatShape(other)}.`,
    );
  }
}
