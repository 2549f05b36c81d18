import { formatShape, ShapedArray, type Shape } from "../core/aval.ts";
import type { Primitive } from "../core/primitive.ts";
import type { ExprBuilder } from "../kernel/expr-builder.ts";
import type { Operand } from "../kernel/lowering-rule.ts";
import { sizeOf } from "../kernel/kernel.ts";
import type { ScalarExpr } from "../kernel/scalar-expr.ts";

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
};

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
