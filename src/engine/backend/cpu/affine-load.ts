import { topologicalOrder, type ScalarExpr } from "../../kernel/scalar-expr.ts";

/** Element `offset` + sum of strides[axis] * index(axis) of an input buffer. */
export interface AffineLoad {
  readonly buffer: number;
  readonly offset: number;
  /** In elements, by axis. */
  readonly strides: readonly number[];
}

/** Reads an expression as a load whose position is linear in the first `axes` axes; undefined when it is another. */
export function affineLoad(value: ScalarExpr, axes: number): AffineLoad | undefined {
  if (value.op !== "load") return undefined;
  const known = new Map<ScalarExpr, readonly number[] | undefined>();
  for (const node of topologicalOrder([value.args[0]!])) {
    const args = node.args.map((arg) => known.get(arg));
    known.set(node, args.includes(undefined) ? undefined : combined(node, args as number[][], axes));
  }
  const position = known.get(value.args[0]!);
  return position && { buffer: value.buffer, offset: position[axes]!, strides: position.slice(0, axes) };
}

/** Coefficients of the axes, then the constant. */
function combined(
  node: ScalarExpr,
  args: readonly (readonly number[])[],
  axes: number,
): readonly number[] | undefined {
  const [a, b] = args;
  const zeros = new Array<number>(axes + 1).fill(0);
  switch (node.op) {
    case "const":
      return zeros.with(axes, Number(node.value));
    case "index":
      return zeros.with(node.axis, 1);
    case "add":
      return a!.map((value, k) => value + b![k]!);
    case "sub":
      return a!.map((value, k) => value - b![k]!);
    case "mul":
      if (isConstant(b!)) return a!.map((value) => value * b!.at(-1)!);
      return isConstant(a!) ? b!.map((value) => value * a!.at(-1)!) : undefined;
    default:
      return undefined;
  }
}

function isConstant(coefficients: readonly number[]): boolean {
  return coefficients.slice(0, -1).every((value) => value === 0);
}
