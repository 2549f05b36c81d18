import type { ArrayBase } from "../core/array-base.ts";
import { add, divide, multiply, negative, positive, power, remainder, subtract } from "./arithmetic.ts";
import {
  bitwise_and,
  bitwise_or,
  bitwise_xor,
  equal,
  greater,
  greater_equal,
  bitwise_not,
  left_shift,
  less,
  less_equal,
  not_equal,
  right_shift,
} from "./logic.ts";
import type { ArrayLike } from "./promote.ts";

export type BinaryOperator = (a: ArrayLike, b: ArrayLike) => ArrayBase;
export type UnaryOperator = (a: ArrayLike) => ArrayBase;

/** What Python's operators do on arrays; the cell language calls these. `mod` has the sign of the divisor. */
export const operators = {
  add,
  sub: subtract,
  mul: multiply,
  div: divide,
  mod: remainder,
  pow: power,
  lt: less,
  le: less_equal,
  gt: greater,
  ge: greater_equal,
  eq: equal,
  ne: not_equal,
  and: bitwise_and,
  or: bitwise_or,
  xor: bitwise_xor,
  lshift: left_shift,
  rshift: right_shift,
  neg: negative,
  pos: positive,
  invert: bitwise_not,
} satisfies Record<string, BinaryOperator | UnaryOperator>;
