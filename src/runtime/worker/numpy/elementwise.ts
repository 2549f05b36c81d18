import { asarray, type ArrayLike } from "./as-array.ts";
import type { NdArray } from "./ndarray.ts";
import { bigMod, inNumbers, noBooleans, operate, operatorUfuncs, wholeNumbers } from "./operators.ts";
import { apply, inFloat, inJoint, type Ufunc } from "./ufunc.ts";

type Binary = (a: ArrayLike, b: ArrayLike) => NdArray;
type Unary = (a: ArrayLike) => NdArray;

const booleanNegative =
  "The numpy boolean negative, the `-` operator, is not supported, use the `~` operator or the logical_not " +
  "function instead.";

function bigFloorDivide(a: bigint, b: bigint): bigint {
  return b === 0n ? 0n : (a - bigMod(a, b)) / b;
}

function binary(ufunc: Ufunc): Binary {
  return (a, b) => apply(ufunc, [a, b]);
}

export const add = binary(operatorUfuncs.add);
export const subtract = binary(operatorUfuncs.sub);
export const multiply = binary(operatorUfuncs.mul);
export const divide = binary(operatorUfuncs.div);
export const remainder = binary(operatorUfuncs.mod);
export const power: Binary = (a, b) => operate("pow", a, b);
export const less = binary(operatorUfuncs.lt);
export const less_equal = binary(operatorUfuncs.le);
export const greater = binary(operatorUfuncs.gt);
export const greater_equal = binary(operatorUfuncs.ge);
export const equal = binary(operatorUfuncs.eq);
export const not_equal = binary(operatorUfuncs.ne);
export const bitwise_and = binary(operatorUfuncs.and);
export const bitwise_or = binary(operatorUfuncs.or);
export const bitwise_xor = binary(operatorUfuncs.xor);

export const floor_divide = binary({
  name: "floor_divide",
  compute: inNumbers,
  onNumbers: (a, b) => Math.floor(a / b),
  onBigints: bigFloorDivide,
});
/** NaN when either is. */
export const maximum = binary({
  name: "maximum",
  compute: inJoint,
  onNumbers: Math.max,
  onBigints: (a, b) => (a > b ? a : b),
});
export const minimum = binary({
  name: "minimum",
  compute: inJoint,
  onNumbers: Math.min,
  onBigints: (a, b) => (a < b ? a : b),
});
export const arctan2 = binary({ name: "arctan2", compute: inFloat, onNumbers: Math.atan2 });
export const hypot = binary({ name: "hypot", compute: inFloat, onNumbers: Math.hypot });

function logical(name: string, f: (a: boolean, b: boolean) => boolean): Binary {
  const ufunc: Ufunc = {
    name,
    compute: inJoint,
    result: "bool",
    onNumbers: (a, b) => Number(f(a !== 0, b !== 0)),
    onBigints: (a, b) => f(a !== 0n, b !== 0n),
  };
  return binary(ufunc);
}

export const logical_and = logical("logical_and", (a, b) => a && b);
export const logical_or = logical("logical_or", (a, b) => a || b);
export const logical_xor = logical("logical_xor", (a, b) => a !== b);

function unary(ufunc: Ufunc): Unary {
  return (a) => apply(ufunc, [a]);
}

function floating(name: string, onNumbers: (x: number) => number): Unary {
  return unary({ name, compute: inFloat, onNumbers });
}

export const exp = floating("exp", Math.exp);
export const exp2 = floating("exp2", (x) => 2 ** x);
export const expm1 = floating("expm1", Math.expm1);
export const log = floating("log", Math.log);
export const log2 = floating("log2", Math.log2);
export const log10 = floating("log10", Math.log10);
export const log1p = floating("log1p", Math.log1p);
export const sqrt = floating("sqrt", Math.sqrt);
export const cbrt = floating("cbrt", Math.cbrt);
export const sin = floating("sin", Math.sin);
export const cos = floating("cos", Math.cos);
export const tan = floating("tan", Math.tan);
export const arcsin = floating("arcsin", Math.asin);
export const arccos = floating("arccos", Math.acos);
export const arctan = floating("arctan", Math.atan);
export const sinh = floating("sinh", Math.sinh);
export const cosh = floating("cosh", Math.cosh);
export const tanh = floating("tanh", Math.tanh);

export const negative = unary({
  name: "negative",
  compute: noBooleans(booleanNegative),
  onNumbers: (x) => -x,
  onBigints: (x) => -x,
});
export const positive = unary({
  name: "positive",
  compute: inJoint,
  onNumbers: (x) => x,
  onBigints: (x) => x,
});
export const absolute = unary({
  name: "absolute",
  compute: inJoint,
  onNumbers: Math.abs,
  onBigints: (x) => (x < 0n ? -x : x),
});
export const square = unary({
  name: "square",
  compute: inJoint,
  onNumbers: (x) => x * x,
  onInt32: (x) => Math.imul(x, x),
  onBigints: (x) => x * x,
});
export const sign = unary({
  name: "sign",
  compute: inNumbers,
  onNumbers: Math.sign,
  onBigints: (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n),
});
export const floor = unary({ name: "floor", compute: inJoint, onNumbers: Math.floor, onBigints: (x) => x });
export const ceil = unary({ name: "ceil", compute: inJoint, onNumbers: Math.ceil, onBigints: (x) => x });
export const logical_not = unary({
  name: "logical_not",
  compute: inJoint,
  result: "bool",
  onNumbers: (x) => Number(x === 0),
  onBigints: (x) => x === 0n,
});
/** `~a`: the complement of booleans and of the bits of whole numbers. */
export function invert(a: ArrayLike): NdArray {
  const array = asarray(a);
  if (array.dtype === "bool") return logical_not(array);
  return apply(
    { name: "invert", compute: wholeNumbers("invert"), onNumbers: (x) => ~x, onBigints: (x) => ~x },
    [a],
  );
}

function test(name: string, f: (x: number) => boolean): Unary {
  return unary({
    name,
    compute: inJoint,
    result: "bool",
    onNumbers: (x) => Number(f(x)),
    onBigints: (x) => f(Number(x)),
  });
}

export const isnan = test("isnan", Number.isNaN);
export const isfinite = test("isfinite", Number.isFinite);
export const isinf = test("isinf", (x) => x === Infinity || x === -Infinity);

/** To the nearest even digit where two are as near. */
export function round(a: ArrayLike, decimals: number | { readonly decimals?: number } = 0): NdArray {
  const digits = typeof decimals === "number" ? decimals : (decimals.decimals ?? 0);
  const scale = 10 ** Math.abs(digits);
  const rounded = (x: number): number => {
    if (digits === 0) return nearestEven(x);
    return digits > 0 ? nearestEven(x * scale) / scale : nearestEven(x / scale) * scale;
  };
  return apply({ name: "round", compute: inJoint, onNumbers: rounded }, [a]);
}

export const rint = floating("rint", nearestEven);

function nearestEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}
