import { topologicalOrder, type ScalarExpr } from "../../kernel/scalar-expr.ts";

/**
 * How far apart in memory two neighbours along `axis` are read, added up over all loads below `roots` and capped at a
 * cache line: the cost of making `axis` the innermost loop. Found by evaluating index expressions at two points.
 */
export function strideCost(roots: readonly ScalarExpr[], axis: number, extent: number): number {
  const loads = topologicalOrder(roots).filter((node) => node.op === "load");
  const middle = Math.max(0, (extent >> 1) - 1);
  const here = new Map<ScalarExpr, number>();
  const next = new Map<ScalarExpr, number>();
  let cost = 0;
  for (const load of loads) {
    const index = load.args[0]!;
    const step = evaluate(index, axis, middle + 1, next) - evaluate(index, axis, middle, here);
    cost += Math.min(Math.abs(step), 16);
  }
  return cost;
}

/** Value of an index expression with one loop variable set and all else 0; loads read 0. */
function evaluate(root: ScalarExpr, axis: number, value: number, known: Map<ScalarExpr, number>): number {
  for (const node of topologicalOrder([root])) {
    if (known.has(node)) continue;
    const [a = 0, b = 0, c = 0] = node.args.map((arg) => known.get(arg)!);
    known.set(node, evaluateNode(node, axis, value, a, b, c));
  }
  return known.get(root)!;
}

function evaluateNode(
  node: ScalarExpr,
  axis: number,
  value: number,
  a: number,
  b: number,
  c: number,
): number {
  switch (node.op) {
    case "const":
      return Number(node.value);
    case "index":
      return node.axis === axis ? value : 0;
    case "add":
      return a + b;
    case "sub":
      return a - b;
    case "mul":
      return a * b;
    case "div":
      return b === 0 ? -1 : Math.trunc(a / b);
    case "rem":
      return b === 0 ? a : a % b;
    case "max":
      return Math.max(a, b);
    case "min":
      return Math.min(a, b);
    case "neg":
      return -a;
    case "select":
      return a !== 0 ? b : c;
    case "lt":
      return Number(a < b);
    case "le":
      return Number(a <= b);
    case "gt":
      return Number(a > b);
    case "ge":
      return Number(a >= b);
    case "eq":
      return Number(a === b);
    case "ne":
      return Number(a !== b);
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "cast":
      return a;
    default:
      return 0;
  }
}
