import { ValueError, type DType } from "../engine-door.ts";
import { jointDType, operandOf, type ArrayLike } from "./as-array.ts";
import { isFloat } from "./dtype.ts";
import type { NdArray } from "./ndarray.ts";
import { apply, inFloat, inJoint, type Ufunc } from "./ufunc.ts";

export function noBooleans(message: string): (joint: DType) => DType {
  return (joint) => {
    if (joint === "bool") throw new TypeError(message);
    return joint;
  };
}

const booleanSubtract =
  "numpy boolean subtract, the `-` operator, is not supported, use the bitwise_xor, the `^` operator, or the " +
  "logical_xor function instead.";
export function wholeNumbers(name: string): (joint: DType) => DType {
  return (joint) => {
    if (!isFloat(joint)) return joint;
    throw new TypeError(
      `ufunc '${name}' not supported for the input types, and the inputs could not be safely coerced to any ` +
        "supported types according to the casting rule ''safe''",
    );
  };
}

/** Booleans count as whole numbers. */
export const inNumbers = (joint: DType): DType => (joint === "bool" ? "int64" : joint);

/** The remainder with the sign of the divisor, as Python has it. */
function pythonMod(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 === b < 0 || Number.isNaN(rest) ? rest : rest + b;
}

export function bigMod(a: bigint, b: bigint): bigint {
  if (b === 0n) return 0n;
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

function integerPower(base: number, exponent: number): number {
  let [result, factor] = [1, base];
  for (let left = exponent; left > 0; left >>>= 1) {
    if (left & 1) result = Math.imul(result, factor);
    factor = Math.imul(factor, factor);
  }
  return result;
}

/** As int64 has it: the low 64 bits of the power. */
function bigPower(base: bigint, exponent: bigint): bigint {
  let [result, factor] = [1n, base];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = BigInt.asIntN(64, result * factor);
    factor = BigInt.asIntN(64, factor * factor);
  }
  return result;
}

/** What the operators of a cell do on these arrays; each is a function of NumPy, too. */
export const operatorUfuncs = {
  add: { name: "add", compute: inJoint, onNumbers: (a, b) => a + b, onBigints: (a, b) => a + b },
  sub: {
    name: "subtract",
    compute: noBooleans(booleanSubtract),
    onNumbers: (a, b) => a - b,
    onBigints: (a, b) => a - b,
  },
  mul: {
    name: "multiply",
    compute: inJoint,
    onNumbers: (a, b) => a * b,
    onInt32: Math.imul,
    onBigints: (a, b) => a * b,
  },
  div: { name: "divide", compute: inFloat, onNumbers: (a, b) => a / b },
  mod: { name: "remainder", compute: inNumbers, onNumbers: pythonMod, onBigints: bigMod },
  pow: {
    name: "power",
    compute: inNumbers,
    onNumbers: (a, b) => (a === 1 ? 1 : a ** b),
    onInt32: integerPower,
    onBigints: bigPower,
  },
  lt: {
    name: "less",
    compute: inJoint,
    result: "bool",
    onNumbers: (a, b) => Number(a < b),
    onBigints: (a, b) => a < b,
  },
  le: {
    name: "less_equal",
    compute: inJoint,
    result: "bool",
    onNumbers: (a, b) => Number(a <= b),
    onBigints: (a, b) => a <= b,
  },
  gt: {
    name: "greater",
    compute: inJoint,
    result: "bool",
    onNumbers: (a, b) => Number(a > b),
    onBigints: (a, b) => a > b,
  },
  ge: {
    name: "greater_equal",
    compute: inJoint,
    result: "bool",
    onNumbers: (a, b) => Number(a >= b),
    onBigints: (a, b) => a >= b,
  },
  eq: {
    name: "equal",
    compute: inJoint,
    result: "bool",
    onNumbers: (a, b) => Number(a === b),
    onBigints: (a, b) => a === b,
  },
  ne: {
    name: "not_equal",
    compute: inJoint,
    result: "bool",
    onNumbers: (a, b) => Number(a !== b),
    onBigints: (a, b) => a !== b,
  },
  and: {
    name: "bitwise_and",
    compute: wholeNumbers("bitwise_and"),
    onNumbers: (a, b) => a & b,
    onBigints: (a, b) => a & b,
  },
  or: {
    name: "bitwise_or",
    compute: wholeNumbers("bitwise_or"),
    onNumbers: (a, b) => a | b,
    onBigints: (a, b) => a | b,
  },
  xor: {
    name: "bitwise_xor",
    compute: wholeNumbers("bitwise_xor"),
    onNumbers: (a, b) => a ^ b,
    onBigints: (a, b) => a ^ b,
  },
  lshift: {
    name: "left_shift",
    compute: (joint) => inNumbers(wholeNumbers("left_shift")(joint)),
    onNumbers: (a, b) => a << b,
    onBigints: (a, b) => a << b,
  },
  rshift: {
    name: "right_shift",
    compute: (joint) => inNumbers(wholeNumbers("right_shift")(joint)),
    onNumbers: (a, b) => a >> b,
    onBigints: (a, b) => a >> b,
  },
} satisfies Record<string, Ufunc> as Record<OperatorName, Ufunc>;

export type OperatorName =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "mod"
  | "pow"
  | "lt"
  | "le"
  | "gt"
  | "ge"
  | "eq"
  | "ne"
  | "and"
  | "or"
  | "xor"
  | "lshift"
  | "rshift";

/** `a op b`. With `out`, `a op= b`. Throws ValueError for a whole number to a negative power, as NumPy does. */
export function operate(name: OperatorName, a: ArrayLike, b: ArrayLike, out?: NdArray): NdArray {
  if (name === "pow") checkPower(a, b);
  return apply(operatorUfuncs[name], [a, b], out);
}

function checkPower(a: ArrayLike, b: ArrayLike): void {
  const operands = [operandOf(a), operandOf(b)];
  if (isFloat(jointDType(operands))) return;
  const elements = operands[1]!.array.elements();
  for (let i = 0; i < elements.length; i++)
    if (elements[i]! < 0) throw new ValueError("Integers to negative integer powers are not allowed.");
}
