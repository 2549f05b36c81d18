import type { Primitive } from "../core/primitive.ts";
import type { BinaryOp } from "../kernel/scalar-expr.ts";
import { elementwise, type ElementwiseSpec } from "./elementwise.ts";

/** Booleans and integers: nothing here has a derivative. */
function bitwise(name: string, op: BinaryOp, accepts: ElementwiseSpec["accepts"]): Primitive {
  return elementwise({
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
export const shift_left = bitwise("shift_left", "shiftLeft", "integer");
export const shift_right_logical = bitwise("shift_right_logical", "shiftRightLogical", "integer");
export const shift_right_arithmetic = bitwise("shift_right_arithmetic", "shiftRightArithmetic", "integer");
