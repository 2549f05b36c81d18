import { formatShape, type Shape, ShapedArray, sizeOf } from "../core/aval.ts";
import type { BatchDim, Primitive } from "../core/primitive.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import type { ExprBuilder } from "../kernel/expr-builder.ts";
import type { Operand } from "../kernel/lowering-rule.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";
import { add_any } from "./elementwise.ts";
import { transpose } from "./transpose.ts";
import { shiftAxes } from "./view.ts";

/** ((lhs contracting, rhs contracting), (lhs batch, rhs batch)) as lax.dot_general takes them. */
export type DotDimensionNumbers = readonly [
  readonly [readonly number[], readonly number[]],
  readonly [readonly number[], readonly number[]],
];

/** dot_general[dimension_numbers]: sums products over contracting axes; result axes: batch, lhs free, rhs free. */
export const dot_general: Primitive = {
  name: "dot_general",
  abstractEval: ([lhs, rhs], params) => {
    const [[lhsContract, rhsContract], [lhsBatch, rhsBatch]] = params[
      "dimension_numbers"
    ] as DotDimensionNumbers;
    checkExtents("contracting", lhs!, rhs!, lhsContract, rhsContract);
    checkExtents("batch", lhs!, rhs!, lhsBatch, rhsBatch);
    const shape = [
      ...lhsBatch.map((axis) => lhs!.shape[axis]!),
      ...freeAxes(lhs!.shape, lhsContract, lhsBatch).map((axis) => lhs!.shape[axis]!),
      ...freeAxes(rhs!.shape, rhsContract, rhsBatch).map((axis) => rhs!.shape[axis]!),
    ];
    return [new ShapedArray(shape, lhs!.dtype, lhs!.weakType && rhs!.weakType)];
  },
  lower: {
    kind: "routine",
    body: (b, [lhs, rhs], params) => {
      const [[lhsContract, rhsContract], [lhsBatch, rhsBatch]] = params[
        "dimension_numbers"
      ] as DotDimensionNumbers;
      const lhsFree = freeAxes(lhs!.aval.shape, lhsContract, lhsBatch);
      const rhsFree = freeAxes(rhs!.aval.shape, rhsContract, rhsBatch);
      const batch = extentsOf(lhs!, lhsBatch);
      const m = extentsOf(lhs!, lhsFree);
      const n = extentsOf(rhs!, rhsFree);
      const k = extentsOf(lhs!, lhsContract);
      const [b0, m0, n0, k0] = [batch, m, n, k].map((shape, axis) => b.index(axis, sizeOf(shape)));
      return {
        kind: "dot",
        batch: sizeOf(batch),
        m: sizeOf(m),
        n: sizeOf(n),
        k: sizeOf(k),
        lhs: readAt(b, lhs!, [
          [lhsBatch, b0!],
          [lhsFree, m0!],
          [lhsContract, k0!],
        ]),
        rhs: readAt(b, rhs!, [
          [rhsBatch, b0!],
          [rhsFree, n0!],
          [rhsContract, k0!],
        ]),
      };
    },
  },
  // (A B)' = A' B + A B'
  jvp: ([lhs, rhs], [t, u], params) => {
    const primal = bind1(dot_general, [lhs!, rhs!], params);
    const terms: Value[] = [];
    if (!(t instanceof Zero)) terms.push(bind1(dot_general, [t!, rhs!], params));
    if (!(u instanceof Zero)) terms.push(bind1(dot_general, [lhs!, u!], params));
    return { primals: [primal], tangents: [terms.length === 2 ? bind1(add_any, terms) : terms[0]!] };
  },
  transpose: ([cotangent], [lhs, rhs], params) => {
    const numbers = params["dimension_numbers"] as DotDimensionNumbers;
    const own = (x: Value | UndefinedPrimal, other: () => Value, isLhs: boolean): Value | Zero | null => {
      if (!(x instanceof UndefinedPrimal)) return null;
      if (cotangent instanceof Zero) return new Zero(x.aval);
      return cotangentOfFactor(cotangent!, x.aval, other(), numbers, isLhs);
    };
    return [own(lhs!, () => rhs as Value, true), own(rhs!, () => lhs as Value, false)];
  },
  batch: ([lhs, rhs], [lhsDim, rhsDim], params) => {
    const [contract, batch] = params["dimension_numbers"] as DotDimensionNumbers;
    const shift = (axes: readonly number[], dim: BatchDim): number[] =>
      dim === null ? [...axes] : shiftAxes(axes, dim);
    const lhsContract = shift(contract[0], lhsDim!);
    const rhsContract = shift(contract[1], rhsDim!);
    const shared = lhsDim !== null && rhsDim !== null;
    const lhsBatch = [...(shared ? [lhsDim!] : []), ...shift(batch[0], lhsDim!)];
    const rhsBatch = [...(shared ? [rhsDim!] : []), ...shift(batch[1], rhsDim!)];
    const numbers: DotDimensionNumbers = [
      [lhsContract, rhsContract],
      [lhsBatch, rhsBatch],
    ];
    const value = bind1(dot_general, [lhs!, rhs!], { ...params, dimension_numbers: numbers });
    if (shared) return { values: [value], dims: [0] };
    // The one batch axis is a free axis of its operand.
    const lhsFree = freeAxes(avalOf(lhs!).shape, lhsContract, lhsBatch);
    const rhsFree = freeAxes(avalOf(rhs!).shape, rhsContract, rhsBatch);
    const place = lhsDim !== null ? lhsFree.indexOf(lhsDim!) : lhsFree.length + rhsFree.indexOf(rhsDim!);
    return { values: [value], dims: [lhsBatch.length + place] };
  },
  partialEval: "whole",
};

/** The cotangent of one factor: that of the product times the other factor, over the axes only the other has. */
function cotangentOfFactor(
  cotangent: Value,
  x: ShapedArray,
  other: Value,
  [[lhsContract, rhsContract], [lhsBatch, rhsBatch]]: DotDimensionNumbers,
  isLhs: boolean,
): Value {
  const [xContract, yContract] = isLhs ? [lhsContract, rhsContract] : [rhsContract, lhsContract];
  const [xBatch, yBatch] = isLhs ? [lhsBatch, rhsBatch] : [rhsBatch, lhsBatch];
  const xKept = freeAxes(x.shape, xContract, xBatch);
  const yKept = freeAxes(avalOf(other).shape, yContract, yBatch);
  const count = xBatch.length;
  const firstOfY = isLhs ? count + xKept.length : count;
  const numbers: DotDimensionNumbers = [
    [yKept.map((_, k) => firstOfY + k), yKept],
    [xBatch.map((_, k) => k), yBatch],
  ];
  const product = bind1(dot_general, [cotangent, other], { dimension_numbers: numbers });
  // Its axes in terms of those of x: the contracted ones come in the order the other factor has them in.
  const contracted = yContract.map((axis, k) => [axis, xContract[k]!] as const).sort((a, b) => a[0] - b[0]);
  const axes = [...xBatch, ...xKept, ...contracted.map(([, axis]) => axis)];
  const permutation = x.shape.map((_, axis) => axes.indexOf(axis));
  if (permutation.every((axis, k) => axis === k)) return product;
  return bind1(transpose, [product], { permutation });
}

function extentsOf(operand: Operand, axes: readonly number[]): number[] {
  return axes.map((axis) => operand.aval.shape[axis]!);
}

function freeAxes(shape: Shape, contract: readonly number[], batch: readonly number[]): number[] {
  return shape.map((_, axis) => axis).filter((axis) => !contract.includes(axis) && !batch.includes(axis));
}

/** Reads an operand whose axes are grouped, each group addressed by one flat index. */
function readAt(
  b: ExprBuilder,
  operand: Operand,
  groups: readonly (readonly [readonly number[], ScalarExpr])[],
): ScalarExpr {
  const index: ScalarExpr[] = [];
  for (const [axes, flat] of groups) {
    const parts = b.unflatten(flat, extentsOf(operand, axes));
    axes.forEach((axis, position) => {
      index[axis] = parts[position]!;
    });
  }
  return operand.read(index);
}

function checkExtents(
  what: string,
  lhs: ShapedArray,
  rhs: ShapedArray,
  lhsAxes: readonly number[],
  rhsAxes: readonly number[],
): void {
  const left = lhsAxes.map((axis) => lhs.shape[axis]!);
  const right = rhsAxes.map((axis) => rhs.shape[axis]!);
  if (left.length !== right.length || left.some((extent, position) => extent !== right[position])) {
    throw new TypeError(
      `dot_general requires ${what} dimensions to have the same shape, got ${formatShape(left)} and ${formatShape(right)}.`,
    );
  }
}
