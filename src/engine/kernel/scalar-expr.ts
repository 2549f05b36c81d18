import type { DType, HostScalar } from "../core/dtype.ts";

/**
 * The scalar language every kernel body is written in: a hash-consed DAG, one node per distinct value, so that
 * equal work is done once and structural equality is identity. The set of operations is closed: primitives grow,
 * these do not, and each backend is one table over them.
 *
 * Index arithmetic is ordinary int32 arithmetic on `index` nodes.
 */
export type UnaryOp =
  | "neg"
  | "abs"
  | "sign"
  | "floor"
  | "ceil"
  | "round" // half to even
  | "trunc"
  | "sqrt"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "asinh"
  | "acosh"
  | "atanh"
  | "cbrt"
  | "erf"
  | "erfInv"
  | "not" // logical on bool, bitwise on integers
  | "isFinite"; // -> bool

export type BinaryOp =
  | "add"
  | "sub"
  | "mul"
  | "div" // integers: truncates toward zero; division by zero gives -1 (all ones when unsigned), as XLA does
  | "rem" // sign of the dividend; integer remainder by zero gives the dividend
  | "pow"
  | "atan2"
  | "max" // NaN if either is
  | "min"
  | "and" // logical on bool, bitwise on integers
  | "or"
  | "xor"
  | "shiftLeft" // a shift count outside 0..bits-1 gives 0 (sign fill for shiftRightArithmetic)
  | "shiftRightLogical"
  | "shiftRightArithmetic";

/** Operands of any one dtype, result bool. */
export type CompareOp = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

export type ScalarExpr =
  /** A literal that is part of the kernel's structure (polynomial coefficients, extents). Floats may be inf or NaN. */
  | Node<"const", { readonly value: HostScalar }>
  /** A scalar given at dispatch: slot k of the kernel's `params`. */
  | Node<"param", { readonly slot: number }>
  /** The loop variable of one axis of the iteration space, int32. */
  | Node<"index", { readonly axis: number }>
  /** Element `args[0]` (int32, in bounds by construction) of input buffer `buffer`. */
  | Node<"load", { readonly buffer: number }>
  /** The finished value of reduction `slot`; only in the epilogue of a reduce kernel. */
  | Node<"accumulator", { readonly slot: number }>
  | Node<UnaryOp | BinaryOp | CompareOp, object>
  /** `args[0] ? args[1] : args[2]`; both branches may be evaluated. */
  | Node<"select", object>
  /** Value conversion to `dtype`. Float to integer truncates and saturates, NaN gives 0; anything to bool is `!= 0`. */
  | Node<"cast", object>
  /** Reinterprets the bits; same width. */
  | Node<"bitcast", object>
  /** args[0] * args[1] + args[2] of floats, rounded once. */
  | Node<"fma", object>
  /**
   * The first word of a block of random bits: Threefry-2x32 with 20 rounds of the counter (args[3], args[4]) under the
   * key schedule args[0..2], all uint32. The one operation with two results, so that both words cost one evaluation.
   */
  | Node<"threefry", object>
  /** The second word of the block whose first word is args[0]. */
  | Node<"threefrySecond", object>;

interface NodeBase<Op extends string> {
  readonly op: Op;
  readonly dtype: DType;
  readonly args: readonly ScalarExpr[];
  /** Unique within its builder, growing from operands to results. */
  readonly id: number;
}
type Node<Op extends string, Payload> = Op extends string ? NodeBase<Op> & Payload : never;

/** Visits every node below `roots` once, operands before results. */
export function topologicalOrder(roots: readonly ScalarExpr[]): ScalarExpr[] {
  const seen = new Set<ScalarExpr>();
  const order: ScalarExpr[] = [];
  const stack: { node: ScalarExpr; next: number }[] = [];
  for (const root of roots) {
    if (seen.has(root)) continue;
    seen.add(root);
    stack.push({ node: root, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const child = top.node.args[top.next];
      top.next += 1;
      if (child === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(child)) {
        seen.add(child);
        stack.push({ node: child, next: 0 });
      }
    }
  }
  return order;
}
