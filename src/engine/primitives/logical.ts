import type { Primitive } from "../core/primitive.ts";
import type { BinaryOp } from "../kernel/scalar-expr.ts";
import { elementwise, type ElementwiseSpec } from "./elementwise.ts";

/** Booleans and integers: nothing here has a derivative. */
function bitwise(
  name: string,
  op: BinaryOp,
  accepts: ElementwiseSpec["accepts"],
  more?: Pick<ElementwiseSpec, "isStructural">,
): Primitive {
  return elementwise({
    ...more,
    name,
    accepts,
    scalar: (b, [x, y]) => b.binary(op, x!, y!),
    derivatives: "zero",
  });
}

export const not = elementwise({
  name: "not",
  accepts: "bool or integer",
  scalar: (b, [x]) => b.unary("not", x!),
  derivatives: "zero",
});
export const and = bitwise("and", "and", "bool or integer");
export const or = bitwise("or", "or", "bool or integer");
export const xor = bitwise("xor", "xor", "bool or integer");

/** A count that is known is part of the kernel: there are few, and a shift by a known count is one instruction. */
const shift = (name: string, op: BinaryOp): Primitive =>
  bitwise(name, op, "integer", { isStructural: (value) => Number(value) >= 0 && Number(value) < 64 });

export const shift_left = shift("shift_left", "shiftLeft");
export const shift_right_logical = shift("shift_right_logical", "shiftRightLogical");
export const shift_right_arithmetic = shift("shift_right_arithmetic", "shiftRightArithmetic");
