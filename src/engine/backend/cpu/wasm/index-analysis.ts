import { topologicalOrder, type ScalarExpr } from "../../../kernel/scalar-expr.ts";

/** How far from the root of a function's nest a value must be computed: once, for each row, or for each point. */
export type Depth = 0 | 1 | 2;

export function depthsOf(
  roots: readonly ScalarExpr[],
  vectorAxis: number,
  ready: ReadonlyMap<ScalarExpr, unknown>,
): Map<ScalarExpr, Depth> {
  const depths = new Map<ScalarExpr, Depth>();
  for (const node of topologicalOrder(roots)) {
    if (ready.has(node)) depths.set(node, 2);
    else if (node.op === "index") depths.set(node, node.axis === vectorAxis ? 2 : 1);
    else depths.set(node, Math.max(0, ...node.args.map((arg) => depths.get(arg)!)) as Depth);
  }
  return depths;
}

/**
 * How much an int32 expression grows from one point to the next along the vector axis, when that is one number for all
 * points; undefined otherwise.
 */
export class Strides {
  readonly #vectorAxis: number;
  readonly #depths: ReadonlyMap<ScalarExpr, Depth>;
  readonly #known = new Map<ScalarExpr, number | undefined>();

  constructor(vectorAxis: number, depths: ReadonlyMap<ScalarExpr, Depth>) {
    this.#vectorAxis = vectorAxis;
    this.#depths = depths;
  }

  of(root: ScalarExpr): number | undefined {
    for (const node of topologicalOrder([root])) {
      if (!this.#known.has(node)) this.#known.set(node, this.#compute(node));
    }
    return this.#known.get(root);
  }

  #compute(node: ScalarExpr): number | undefined {
    if (this.#depths.get(node)! < 2) return 0;
    const [a, b, c] = node.args.map((arg) => this.#known.get(arg));
    switch (node.op) {
      case "index":
        return node.axis === this.#vectorAxis ? 1 : 0;
      case "add":
        return a === undefined || b === undefined ? undefined : a + b;
      case "sub":
        return a === undefined || b === undefined ? undefined : a - b;
      case "neg":
        return a === undefined ? undefined : -a;
      case "mul": {
        const [left, right] = node.args as [ScalarExpr, ScalarExpr];
        if (right.op === "const" && a !== undefined) return a * Number(right.value);
        if (left.op === "const" && b !== undefined) return b * Number(left.value);
        return undefined;
      }
      case "select":
        return this.#depths.get(node.args[0]!)! < 2 && b === c ? b : undefined;
      case "cast":
        return node.args[0]!.dtype === "int32" || node.args[0]!.dtype === "uint32" ? a : undefined;
      default:
        return undefined;
    }
  }
}
