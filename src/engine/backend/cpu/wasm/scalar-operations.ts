import type { ScalarExpr } from "../../../kernel/scalar-expr.ts";
import { i32, op, select, type Expr } from "./assembler.ts";

/** Of index arithmetic: operations on 32-bit words (bool as 0 or 1) that are instructions. */
const instructions: Readonly<Record<string, string>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  eq: "eq",
  ne: "ne",
  lt: "lt",
  le: "le",
  gt: "gt",
  ge: "ge",
};

/**
 * One operation on single 32-bit numbers, or undefined where there is none (then the lanes serve). With no arguments given, only
 * whether there is one.
 */
export function scalarOperation(node: ScalarExpr, args: readonly Expr[]): Expr | undefined {
  const operand = node.args[node.op === "select" ? 1 : 0]?.dtype;
  if (operand !== "int32" && operand !== "uint32" && operand !== "bool") return undefined;
  if (node.args.some((arg) => arg.dtype === "bool") && node.op !== "select" && operand !== "bool")
    return undefined;
  const [a = i32(0), b = i32(0), c = i32(0)] = args;
  const sign = operand === "uint32" ? "u" : "s";
  const instruction = instructions[node.op];
  switch (node.op) {
    case "add":
    case "sub":
    case "mul":
      return operand === "bool" ? undefined : op(`i32.${instruction!}`, a, b);
    case "eq":
    case "ne":
      return op(`i32.${instruction!}`, a, b);
    case "lt":
    case "le":
    case "gt":
    case "ge":
      return op(`i32.${instruction!}_${sign}`, a, b);
    case "and":
    case "or":
      return op(`i32.${node.op}`, a, b);
    case "max":
    case "min": {
      if (operand === "bool") return undefined;
      return select(op(`i32.${node.op === "max" ? "gt" : "lt"}_${sign}`, a, b), a, b);
    }
    case "neg":
      return operand === "bool" ? undefined : op("i32.sub", i32(0), a);
    case "select":
      return select(a, b, c);
    case "div":
    case "rem": {
      const divisor = node.args[1]!;
      if (operand === "bool" || divisor.op !== "const" || Number(divisor.value) <= 0) return undefined;
      return op(`i32.${node.op}_${sign}`, a, b);
    }
    case "cast":
      return node.dtype === "int32" || node.dtype === "uint32" ? a : undefined;
    default:
      return undefined;
  }
}
