import type { Primitive } from "../core/primitive.ts";
import type { BinaryOp, CompareOp, ScalarExpr, UnaryOp } from "../kernel/scalar-expr.ts";
import { elementwise } from "./elementwise.ts";

type Accepts = Parameters<typeof elementwise>[0]["accepts"];

function unary(name: string, op: UnaryOp, accepts: Accepts, cost = 1): Primitive {
  return elementwise({ name, accepts, cost, scalar: (b, [x]) => b.unary(op, x!) });
}

function binary(name: string, op: BinaryOp, accepts: Accepts, cost = 1): Primitive {
  return elementwise({ name, accepts, cost, scalar: (b, [x, y]) => b.binary(op, x!, y!) });
}

function comparison(op: CompareOp): Primitive {
  return elementwise({
    name: op,
    accepts: "any",
    result: () => ({ dtype: "bool", weakType: false }),
    scalar: (b, [x, y]) => b.compare(op, x!, y!),
  });
}

/** Transcendental functions count for about this many additions. */
const heavy = 6;

export const neg = unary("neg", "neg", "numeric");
export const sign = unary("sign", "sign", "numeric");
export const floor = unary("floor", "floor", "floating");
export const ceil = unary("ceil", "ceil", "floating");
/** Rounds half to even. */
export const round = unary("round", "round", "floating");
export const abs = unary("abs", "abs", "numeric");
export const sqrt = unary("sqrt", "sqrt", "floating", 2);
export const exp = unary("exp", "exp", "floating", heavy);
export const expm1 = unary("expm1", "expm1", "floating", heavy);
export const log = unary("log", "log", "floating", heavy);
export const log1p = unary("log1p", "log1p", "floating", heavy);
export const sin = unary("sin", "sin", "floating", heavy);
export const cos = unary("cos", "cos", "floating", heavy);
export const tan = unary("tan", "tan", "floating", heavy);
export const asin = unary("asin", "asin", "floating", heavy);
export const acos = unary("acos", "acos", "floating", heavy);
export const atan = unary("atan", "atan", "floating", heavy);
export const sinh = unary("sinh", "sinh", "floating", heavy);
export const cosh = unary("cosh", "cosh", "floating", heavy);
export const tanh = unary("tanh", "tanh", "floating", heavy);
export const asinh = unary("asinh", "asinh", "floating", heavy);
export const acosh = unary("acosh", "acosh", "floating", heavy);
export const atanh = unary("atanh", "atanh", "floating", heavy);
export const cbrt = unary("cbrt", "cbrt", "floating", heavy);
export const erf = unary("erf", "erf", "floating", heavy);
export const erf_inv = unary("erf_inv", "erfInv", "floating", 2 * heavy);
export const not = unary("not", "not", "bool or integer");

export const add = binary("add", "add", "numeric");
export const sub = binary("sub", "sub", "numeric");
export const mul = binary("mul", "mul", "numeric");
/** Integers divide toward zero. */
export const div = binary("div", "div", "numeric", 2);
/** Remainder with the sign of the dividend. */
export const rem = binary("rem", "rem", "numeric", 2);
export const atan2 = binary("atan2", "atan2", "floating", heavy);
export const max = binary("max", "max", "any");
export const min = binary("min", "min", "any");
export const and = binary("and", "and", "bool or integer");
export const or = binary("or", "or", "bool or integer");
export const xor = binary("xor", "xor", "bool or integer");
export const shift_left = binary("shift_left", "shiftLeft", "integer");
export const shift_right_logical = binary("shift_right_logical", "shiftRightLogical", "integer");
export const shift_right_arithmetic = binary("shift_right_arithmetic", "shiftRightArithmetic", "integer");

export const eq = comparison("eq");
export const ne = comparison("ne");
export const lt = comparison("lt");
export const le = comparison("le");
export const gt = comparison("gt");
export const ge = comparison("ge");

/** Exponents that make a product and a square root. */
const roots = new Set<unknown>([1.5, 2.5]);

/** x**y. A literal exponent among `roots` is part of the kernel, which is then far cheaper. */
export const pow = elementwise({
  name: "pow",
  accepts: "floating",
  cost: 2 * heavy,
  isStructural: (exponent) => roots.has(exponent),
  scalar: (b, [x, y]) => b.binary("pow", x!, y!),
});

/** x**y for a static integer y, by repeated squaring. */
export const integer_pow = elementwise({
  name: "integer_pow",
  accepts: "numeric",
  cost: 3,
  scalar: (b, [x], params) => {
    const exponent = params["y"] as number;
    if (exponent === 0) return b.number(x!.dtype, 1);
    let power: ScalarExpr | undefined;
    let square = x!;
    for (let rest = Math.abs(exponent); rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) power = power === undefined ? square : b.binary("mul", power, square);
      if (rest > 1) square = b.binary("mul", square, square);
    }
    return exponent > 0 ? power! : b.binary("div", b.number(x!.dtype, 1), power!);
  },
});

/** 1 / sqrt(x). */
export const rsqrt = elementwise({
  name: "rsqrt",
  accepts: "floating",
  cost: 4,
  scalar: (b, [x]) => b.binary("div", b.number(x!.dtype, 1), b.unary("sqrt", x!)),
});

/** 1 / (1 + exp(-x)). */
export const logistic = elementwise({
  name: "logistic",
  accepts: "floating",
  cost: heavy + 4,
  scalar: (b, [x]) => {
    const one = b.number(x!.dtype, 1);
    return b.binary("div", one, b.binary("add", one, b.unary("exp", b.unary("neg", x!))));
  },
});

export const is_finite = elementwise({
  name: "is_finite",
  accepts: "floating",
  result: () => ({ dtype: "bool", weakType: false }),
  scalar: (b, [x]) => b.unary("isFinite", x!),
});

/** select_n(predicate, onFalse, onTrue): JAX's order. */
export const select_n = elementwise({
  name: "select_n",
  accepts: "any",
  firstTyped: 1,
  scalar: (b, [predicate, onFalse, onTrue]) => b.select(predicate!, onTrue!, onFalse!),
});

/** clamp(low, x, high); NaN stays. */
export const clamp = elementwise({
  name: "clamp",
  accepts: "any",
  cost: 2,
  scalar: (b, [low, x, high]) => b.binary("min", b.binary("max", x!, low!), high!),
});

/** Converts to `new_dtype`; floats truncate toward zero on the way to integers. */
export const convert_element_type = elementwise({
  name: "convert_element_type",
  accepts: "any",
  result: (_, params) => ({
    dtype: params["new_dtype"] as never,
    weakType: params["weak_type"] as boolean,
  }),
  scalar: (b, [x], _, output) => b.cast(x!, output.dtype),
});

/** The same bits as another dtype of the same width. */
export const bitcast_convert_type = elementwise({
  name: "bitcast_convert_type",
  accepts: "any",
  result: (_, params) => ({ dtype: params["new_dtype"] as never, weakType: false }),
  scalar: (b, [x], _, output) => b.bitcast(x!, output.dtype),
});
