import type { ScalarExpr } from "../../../kernel/scalar-expr.ts";

/** An index of the form offset + strides[0] * i0 + strides[1] * i1 + ... of the loop variables. */
export interface AffineIndex {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Reads an index expression as one of that form; undefined where it is another. */
export function affineIndex(node: ScalarExpr, axes: number): AffineIndex | undefined {
  const strides = Array.from({ length: axes }, () => 0);
  const offset = addTerms(node, 1, strides);
  return offset === undefined ? undefined : { offset, strides };
}

/** Adds `factor` times the strides of `node` to `strides`; returns what it adds to the offset. */
function addTerms(node: ScalarExpr, factor: number, strides: number[]): number | undefined {
  switch (node.op) {
    case "index":
      strides[node.axis] = (strides[node.axis] ?? 0) + factor;
      return 0;
    case "const":
      return Number(node.value) * factor;
    case "add":
    case "sub": {
      const left = addTerms(node.args[0]!, factor, strides);
      const right = addTerms(node.args[1]!, node.op === "add" ? factor : -factor, strides);
      return left === undefined || right === undefined ? undefined : left + right;
    }
    case "mul": {
      const by = node.args[1]!;
      return by.op === "const" ? addTerms(node.args[0]!, factor * Number(by.value), strides) : undefined;
    }
    default:
      return undefined;
  }
}
