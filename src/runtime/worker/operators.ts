import * as engine from "./engine-door.ts";
import { NdArray, NumpyScalar, truthOf } from "./numpy/ndarray.ts";
import { operate } from "./numpy/operators.ts";
import { invert as invertArray, negative, positive } from "./numpy/elementwise.ts";
import { freeOperands } from "./ownership.ts";

/**
 * The operators of cells. Two numbers are the common case and are done here and now; arrays and tracers go to the
 * engine, arrays of NumPy among themselves to NumPy; everything else means what it means in JavaScript.
 */

type Binary = keyof typeof plain;

/* eslint-disable eqeqeq -- these are JavaScript's own operators */
const plain = {
  add: (a: string, b: string) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
  mod: (a: number, b: number) => a % b,
  pow: (a: number, b: number) => a ** b,
  lt: (a: number, b: number) => a < b,
  le: (a: number, b: number) => a <= b,
  gt: (a: number, b: number) => a > b,
  ge: (a: number, b: number) => a >= b,
  eq: (a: number, b: number) => a == b,
  ne: (a: number, b: number) => a != b,
  and: (a: number, b: number) => a & b,
  or: (a: number, b: number) => a | b,
  xor: (a: number, b: number) => a ^ b,
  lshift: (a: number, b: number) => a << b,
  rshift: (a: number, b: number) => a >> b,
};
/* eslint-enable eqeqeq */

/** Whether the engine is to see a value: an array or what stands for one while a function is traced. */
export function isEngineValue(value: unknown): value is engine.ArrayBase {
  return typeof value === "object" && value instanceof engine.ArrayBase;
}

/** The number behind `10.0` or a scalar of NumPy; anything else as it is. */
export function plainNumber(value: unknown): unknown {
  if (value instanceof engine.WeakFloat) return value.value;
  return value instanceof NdArray && value.ndim === 0 ? value.item() : value;
}

function isNumPyArray(value: unknown): value is NdArray {
  return typeof value === "object" && value instanceof NdArray;
}

/** Applies an operator by name, whatever its operands are. */
export function binary(name: Binary, a: unknown, b: unknown, mask = 0): unknown {
  if (!isEngineValue(a) && !isEngineValue(b)) {
    if (isNumPyArray(a) || isNumPyArray(b)) return operate(name, a as NdArray, b as NdArray);
    const operation = plain[name] as (a: unknown, b: unknown) => unknown;
    return operation(plainNumber(a), plainNumber(b));
  }
  const result = engine.operators[name](a as never, b as never);
  if (mask !== 0) freeOperands(result, a, b, mask);
  return result;
}

/** `a op= b`: an array of NumPy changes itself, anything else is replaced by `a op b`. */
export function inPlace(name: Binary, a: unknown, b: unknown, mask = 0): unknown {
  if (!isNumPyArray(a) || a instanceof NumpyScalar) return binary(name, a, b, mask);
  const result = operate(name, a, b as NdArray, a);
  if (mask !== 0) freeOperands(result, undefined, b, mask);
  return result;
}

export function isBinary(name: string): name is Binary {
  return Object.hasOwn(plain, name);
}

type Operator = (a: unknown, b: unknown, mask?: number) => unknown;

const areNumbers = (a: unknown, b: unknown): a is number => typeof a === "number" && typeof b === "number";

// One function an operator, so that the engine's optimizer sees each with its own kinds of operands.
export const add: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a + (b as number) : binary("add", a, b, mask);
export const sub: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a - (b as number) : binary("sub", a, b, mask);
export const mul: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a * (b as number) : binary("mul", a, b, mask);
export const div: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a / (b as number) : binary("div", a, b, mask);
export const mod: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a % (b as number) : binary("mod", a, b, mask);
export const pow: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a ** (b as number) : binary("pow", a, b, mask);
export const lt: Operator = (a, b, mask) => (areNumbers(a, b) ? a < (b as number) : binary("lt", a, b, mask));
export const le: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a <= (b as number) : binary("le", a, b, mask);
export const gt: Operator = (a, b, mask) => (areNumbers(a, b) ? a > (b as number) : binary("gt", a, b, mask));
export const ge: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a >= (b as number) : binary("ge", a, b, mask);
export const eq: Operator = (a, b, mask) => (areNumbers(a, b) ? a === b : binary("eq", a, b, mask));
export const ne: Operator = (a, b, mask) => (areNumbers(a, b) ? a !== b : binary("ne", a, b, mask));
export const and: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a & (b as number) : binary("and", a, b, mask);
export const or: Operator = (a, b, mask) => (areNumbers(a, b) ? a | (b as number) : binary("or", a, b, mask));
export const xor: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a ^ (b as number) : binary("xor", a, b, mask);
export const lshift: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a << (b as number) : binary("lshift", a, b, mask);
export const rshift: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a >> (b as number) : binary("rshift", a, b, mask);

// `a += b` and its like.
export const addTo: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a + (b as number) : inPlace("add", a, b, mask);
export const subTo: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a - (b as number) : inPlace("sub", a, b, mask);
export const mulTo: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a * (b as number) : inPlace("mul", a, b, mask);
export const divTo: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a / (b as number) : inPlace("div", a, b, mask);
export const modTo: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a % (b as number) : inPlace("mod", a, b, mask);
export const powTo: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a ** (b as number) : inPlace("pow", a, b, mask);
export const andTo: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a & (b as number) : inPlace("and", a, b, mask);
export const orTo: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a | (b as number) : inPlace("or", a, b, mask);
export const xorTo: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a ^ (b as number) : inPlace("xor", a, b, mask);
export const lshiftTo: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a << (b as number) : inPlace("lshift", a, b, mask);
export const rshiftTo: Operator = (a, b, mask) =>
  areNumbers(a, b) ? a >> (b as number) : inPlace("rshift", a, b, mask);

function unary(name: "neg" | "pos" | "invert", a: engine.ArrayBase, mask: number): unknown {
  const result = engine.operators[name](a);
  if (mask !== 0) freeOperands(result, a, undefined, mask);
  return result;
}

export function neg(a: unknown, mask = 0): unknown {
  if (typeof a === "number") return -a;
  if (isNumPyArray(a)) return negative(a);
  return isEngineValue(a) ? unary("neg", a, mask) : -(plainNumber(a) as number);
}

export function pos(a: unknown, mask = 0): unknown {
  if (typeof a === "number") return a;
  if (isNumPyArray(a)) return positive(a);
  return isEngineValue(a) ? unary("pos", a, mask) : Number(plainNumber(a));
}

export function invert(a: unknown, mask = 0): unknown {
  if (typeof a === "number") return ~a;
  if (isNumPyArray(a)) return invertArray(a);
  return isEngineValue(a) ? unary("invert", a, mask) : ~(plainNumber(a) as number);
}

/** A value used as a condition. */
export function truth(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value !== "object") return Boolean(value);
  return isNumPyArray(value) ? truthOf(value) : engine.truth(value);
}

export function not(value: unknown, mask = 0): boolean {
  const result = !truth(value);
  if (mask !== 0) freeOperands(result, value, undefined, mask);
  return result;
}

/** The left side of `&&` and `||`: itself, but something false where an array or `0.0` counts as false. */
export function cond(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isEngineValue(value) || isNumPyArray(value)) return truth(value) ? value : false;
  return plainNumber(value);
}

export function inc(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "bigint") return value + 1n;
  return isEngineValue(value) || isNumPyArray(value) ? binary("add", value, 1) : Number(value) + 1;
}

export function dec(value: unknown): unknown {
  if (typeof value === "number") return value - 1;
  if (typeof value === "bigint") return value - 1n;
  return isEngineValue(value) || isNumPyArray(value) ? binary("sub", value, 1) : Number(value) - 1;
}

/** The value of `i++`: what was there before. */
export function post(old: unknown): unknown {
  return old;
}
