import type { DType, HostScalar } from "../../../core/dtype.ts";
import type { ScalarExpr } from "../../../kernel/scalar-expr.ts";
import { shiftedRight } from "./helper-functions.ts";
import { nearBounds } from "./trigonometric-functions.ts";
import { wgslType, type Lanes, type Shader } from "./shader.ts";

/** What a row of the table gets: the node, its operands' texts (all of the same lanes), and how to write for them. */
interface Operands {
  readonly shader: Shader;
  readonly node: ScalarExpr;
  /** dtype of the first operand. */
  readonly dtype: DType;
  readonly a: string;
  readonly b: string;
  readonly c: string;
  readonly rest: readonly string[];
  readonly lanes: Lanes;
  /** Where given, circular functions may assume moderate angles, and add here the condition that they are not. */
  readonly farAngles?: string[] | undefined;
}
type Row = (o: Operands) => string;

/** A WGSL literal of one lane. */
export function literal(shader: Shader, value: HostScalar, dtype: DType): string {
  switch (dtype) {
    case "bool":
      return value === true || value === 1 ? "true" : "false";
    case "int32":
      return `i32(${Number(value) | 0})`;
    case "uint32":
      return `${Number(value) >>> 0}u`;
    case "float32":
      return floatLiteral(shader, Math.fround(Number(value)));
    case "int64":
    case "float64":
      throw new Error(`${dtype} is not supported on WebGPU`);
  }
}

function floatLiteral(shader: Shader, value: number): string {
  if (Number.isNaN(value)) return shader.unusualFloat("0x7fc00000");
  if (value === Infinity) return shader.unusualFloat("0x7f800000");
  if (value === -Infinity) return shader.unusualFloat("0xff800000");
  if (Object.is(value, -0)) return shader.unusualFloat("0x80000000");
  return value < 0 ? `(${value}f)` : `${value}f`;
}

/** The text of one operation on operands already widened to `lanes`. */
export function operationText(
  shader: Shader,
  node: ScalarExpr,
  args: readonly string[],
  lanes: Lanes,
  farAngles?: string[],
): string {
  const row = table[node.op];
  if (row === undefined) throw new Error(`${node.op} is not an operation`);
  const [a = "", b = "", c = "", ...rest] = args;
  return row({ shader, node, dtype: node.args[0]!.dtype, a, b, c, rest, lanes, farAngles });
}

const number = (o: Operands, value: HostScalar, dtype: DType = o.dtype): string => {
  const text = literal(o.shader, value, dtype);
  return o.lanes === 1 ? text : `${wgslType(dtype, 4)}(${text})`;
};
const type = (o: Operands, dtype: DType): string => wgslType(dtype, o.lanes);
const bits = (o: Operands, text: string): string => `bitcast<${type(o, "uint32")}>(${text})`;

/** A row that calls a function: WGSL's own, or one of the helper functions. */
const own =
  (name: string): Row =>
  (o) =>
    o.shader.call(name, o.lanes, o.a);
const circular =
  (name: keyof typeof nearBounds): Row =>
  (o) => {
    if (o.farAngles === undefined) return o.shader.call(`${name}_f`, o.lanes, o.a);
    const far = `(abs(${o.a}) > ${number(o, nearBounds[name])})`;
    const condition = o.lanes === 4 ? far : `vec4<bool>${far}`;
    if (!o.farAngles.includes(condition)) o.farAngles.push(condition);
    return o.shader.call(`${name}_near`, o.lanes, o.a);
  };
const builtin =
  (name: string): Row =>
  (o) =>
    o.dtype === "float32" ? `${name}(${o.a})` : o.a;
const infix =
  (operator: string): Row =>
  (o) =>
    `${o.a} ${operator} ${o.b}`;

/** Chooses by the operands' dtype. */
function by(rows: { readonly f: Row; readonly i: Row; readonly u?: Row; readonly b?: Row }): Row {
  return (o) => {
    if (o.dtype === "float32") return rows.f(o);
    if (o.dtype === "uint32") return (rows.u ?? rows.i)(o);
    if (o.dtype === "bool" && rows.b !== undefined) return rows.b(o);
    return rows.i(o);
  };
}

const and: Row = (o) => `${o.a} & ${o.b}`;
const or: Row = (o) => `${o.a} | ${o.b}`;
const wordsOfBool = (o: Operands, text: string): string =>
  `select(${number(o, 0, "uint32")}, ${number(o, 1, "uint32")}, ${text})`;
const ordered =
  (operator: string): Row =>
  (o) =>
    o.dtype === "bool"
      ? `${wordsOfBool(o, o.a)} ${operator} ${wordsOfBool(o, o.b)}`
      : `${o.a} ${operator} ${o.b}`;

/** x == x and x != x ask for NaN: a compiler that assumes there is none must not answer. */
const equality =
  (operator: "==" | "!="): Row =>
  (o) => {
    if (o.dtype === "float32" && o.node.args[0] === o.node.args[1]) {
      const isNan = o.shader.call("is_nan", o.lanes, o.a);
      return operator === "==" ? `!${isNan}` : isNan;
    }
    // WGSL's != is an ordered comparison on some devices: false for NaN.
    if (operator === "!=" && o.dtype === "float32") return `!(${o.a} == ${o.b})`;
    return `${o.a} ${operator} ${o.b}`;
  };

const isNonZeroConstant = (node: ScalarExpr): boolean => node.op === "const" && Number(node.value) !== 0;

const integerDivision: Row = (o) => {
  if (isNonZeroConstant(o.node.args[1]!)) return `${o.a} / ${o.b}`;
  const byZero = o.dtype === "uint32" ? number(o, 0xffffffff) : number(o, -1);
  return `select(${o.a} / ${o.b}, ${byZero}, ${o.b} == ${number(o, 0)})`;
};
const integerRemainder: Row = (o) => {
  if (isNonZeroConstant(o.node.args[1]!)) return `${o.a} % ${o.b}`;
  return `select(${o.a} % ${o.b}, ${o.a}, ${o.b} == ${number(o, 0)})`;
};

/** A count outside 0..31 shifts everything out. */
const shift =
  (operator: "<<" | ">>", operand: (o: Operands) => string, outside: (o: Operands) => string): Row =>
  (o) => {
    const known = o.node.args[1]!;
    if (known.op === "const") {
      const by = Number(known.value);
      const text = withinWord(by) ? shiftedBy(o, operator, operand(o), by) : undefined;
      if (text !== undefined) return `bitcast<${type(o, o.dtype)}>(${text})`;
    }
    const count = o.dtype === "uint32" ? o.b : bits(o, o.b);
    const within = `(${count}) & ${number(o, 31, "uint32")}`;
    const shifted = `(${operand(o)}) ${operator} (${within})`;
    return `select(bitcast<${type(o, o.dtype)}>(${shifted}), ${outside(o)}, ${count} > ${number(o, 31, "uint32")})`;
  };
const withinWord = (by: number): boolean => by >= 0 && by < 32;
/** A shift by a known count; adapters that shift one lane after the other multiply instead, where they can. */
function shiftedBy(o: Operands, operator: "<<" | ">>", value: string, by: number): string {
  const isSigned = operator === ">>" && value === asSigned(o) && value !== asUnsigned(o);
  if (o.shader.shiftsLaneByLane && operator === "<<") return `${value} * ${number(o, shiftFactor(o, by))}`;
  if (o.shader.shiftsLaneByLane && !isSigned && by >= 9)
    return shiftedRight(value, by, [type(o, "uint32"), type(o, "float32"), type(o, "int32")]);
  return `(${value}) ${operator} ${number(o, by, "uint32")}`;
}
const shiftFactor = (o: Operands, by: number): number => (o.dtype === "uint32" ? 2 ** by : (1 << by) | 0);
const zero = (o: Operands): string => number(o, 0);
const signFill = (o: Operands): string => {
  const ones = number(o, o.dtype === "uint32" ? 0xffffffff : -1);
  return `select(${number(o, 0)}, ${ones}, ${asSigned(o)} < ${number(o, 0, "int32")})`;
};
const asUnsigned = (o: Operands): string => (o.dtype === "uint32" ? o.a : bits(o, o.a));
const asSigned = (o: Operands): string =>
  o.dtype === "int32" ? o.a : `bitcast<${type(o, "int32")}>(${o.a})`;

/** Powers with these exponents are products and roots, which are exact or nearly so. */
const simplePowers: ReadonlyMap<number, (x: string) => string> = new Map([
  [1, (x) => x],
  [2, (x) => `${x} * ${x}`],
  [3, (x) => `${x} * ${x} * ${x}`],
  [4, (x) => `(${x} * ${x}) * (${x} * ${x})`],
  [0.5, (x) => `sqrt(${x})`],
  [1.5, (x) => `${x} * sqrt(${x})`],
  [2.5, (x) => `${x} * ${x} * sqrt(${x})`],
]);

const power: Row = (o) => {
  const exponent = o.node.args[1]!;
  const simple = exponent.op === "const" ? simplePowers.get(Number(exponent.value)) : undefined;
  if (simple !== undefined) return simple(o.a);
  if (exponent.op === "const" && Number(exponent.value) === -1) return `${number(o, 1)} / ${o.a}`;
  return o.shader.call("pow_f", o.lanes, o.a, o.b);
};

const cast: Row = (o) => {
  const to = o.node.dtype;
  if (to === o.dtype) return o.a;
  if (to === "bool") {
    // Through the bits, so that NaN is true whatever the compiler assumes about it.
    if (o.dtype === "float32")
      return `(${bits(o, o.a)} << ${number(o, 1, "uint32")}) != ${number(o, 0, "uint32")}`;
    return `${o.a} != ${number(o, 0)}`;
  }
  if (o.dtype === "float32")
    return o.shader.call(to === "int32" ? "float_to_int" : "float_to_uint", o.lanes, o.a);
  // What has lost its top bit to a shift is converted as a signed number, which takes one instruction everywhere.
  if (o.dtype === "uint32" && to === "float32" && isShiftedRight(o.node.args[0]!))
    return `${type(o, to)}(bitcast<${type(o, "int32")}>(${o.a}))`;
  return `${type(o, to)}(${o.a})`;
};
const isShiftedRight = (node: ScalarExpr): boolean =>
  node.op === "shiftRightLogical" && node.args[1]!.op === "const" && Number(node.args[1]!.value) > 0;

const call2 =
  (name: string): Row =>
  (o) =>
    o.shader.call(name, o.lanes, o.a, o.b);

/** The scalar language in WGSL: one row an operation. */
const table: Partial<Record<ScalarExpr["op"], Row>> = {
  neg: by({ f: (o) => `-${o.a}`, i: (o) => `-${o.a}`, u: (o) => `${zero(o)} - ${o.a}` }),
  abs: (o) => (o.dtype === "bool" ? o.a : `abs(${o.a})`),
  sign: by({
    f: own("sign_f"),
    i: (o) => `sign(${o.a})`,
    u: (o) => `min(${o.a}, ${number(o, 1)})`,
    b: (o) => o.a,
  }),
  floor: builtin("floor"),
  ceil: builtin("ceil"),
  round: builtin("round"),
  trunc: builtin("trunc"),
  sqrt: builtin("sqrt"),
  exp: own("exp_f"),
  expm1: own("expm1_f"),
  log: own("log_f"),
  log1p: own("log1p_f"),
  sin: circular("sin"),
  cos: circular("cos"),
  tan: circular("tan"),
  asin: own("asin_f"),
  acos: own("acos_f"),
  atan: own("atan_f"),
  sinh: own("sinh_f"),
  cosh: own("cosh_f"),
  tanh: own("tanh_f"),
  asinh: own("asinh_f"),
  acosh: own("acosh_f"),
  atanh: own("atanh_f"),
  cbrt: own("cbrt_f"),
  erf: own("erf_f"),
  erfInv: own("erf_inv_f"),
  not: (o) => (o.dtype === "bool" ? `!${o.a}` : `~${o.a}`),
  isFinite: by({ f: own("is_finite"), i: (o) => number(o, true, "bool") }),
  add: by({ f: infix("+"), i: infix("+"), b: or }),
  sub: infix("-"),
  mul: by({ f: infix("*"), i: infix("*"), b: and }),
  div: by({ f: infix("/"), i: integerDivision }),
  rem: by({ f: call2("rem_f"), i: integerRemainder }),
  pow: by({ f: power, i: call2("pow_i"), u: call2("pow_u") }),
  atan2: call2("atan2_f"),
  max: by({ f: call2("max_f"), i: (o) => `max(${o.a}, ${o.b})`, b: or }),
  min: by({ f: call2("min_f"), i: (o) => `min(${o.a}, ${o.b})`, b: and }),
  and,
  or,
  xor: (o) => (o.dtype === "bool" ? `${o.a} != ${o.b}` : `${o.a} ^ ${o.b}`),
  shiftLeft: shift("<<", (o) => o.a, zero),
  shiftRightLogical: shift(">>", asUnsigned, zero),
  shiftRightArithmetic: by({
    f: infix(">>"),
    i: shift(">>", asSigned, signFill),
    u: shift(">>", asSigned, signFill),
  }),
  eq: equality("=="),
  ne: equality("!="),
  lt: ordered("<"),
  le: ordered("<="),
  gt: ordered(">"),
  ge: ordered(">="),
  select: (o) => `select(${o.c}, ${o.b}, ${o.a})`,
  cast,
  fma: (o) => o.shader.call("fused", o.lanes, o.a, o.b, o.c),
  threefry: (o) => {
    const name = o.shader.shiftsLaneByLane ? "threefry_unshifted" : "threefry";
    return o.shader.call(name, o.lanes, o.a, o.b, o.c, ...o.rest);
  },
  bitcast: (o) => (o.node.dtype === o.dtype ? o.a : `bitcast<${type(o, o.node.dtype)}>(${o.a})`),
};
