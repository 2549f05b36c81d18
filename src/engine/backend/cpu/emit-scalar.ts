import type { DType, HostScalar } from "../../core/dtype.ts";
import { isFloating } from "../../core/dtype.ts";
import type { ScalarExpr } from "../../kernel/scalar-expr.ts";
import { emitElementary, isElementary } from "./emit-elementary.ts";
import { emitThreefry } from "./emit-threefry.ts";

/**
 * How values stand in generated code: float32 as a number rounded after every operation, int32 and uint32 both as an
 * int32 number (uint32 by its bits, so that wrapping arithmetic is the same and stays in machine words), int64 as a
 * bigint, bool as a JavaScript boolean.
 */

/** Where the text of one node may put statements of its own. */
export interface Statements {
  /** Declares a local holding `expression` and gives its name. */
  local(expression: string): string;
  /** A name nobody else uses. */
  fresh(): string;
  line(statement: string): void;
  /** Whether argument `k` of the node is computed in an outer loop. */
  isInvariant(k: number): boolean;
}

type Family = "float32" | "float64" | "int" | "uint" | "int64" | "bool";

function familyOf(dtype: DType): Family {
  return dtype === "int32" ? "int" : dtype === "uint32" ? "uint" : dtype;
}

/** JavaScript literal of a constant, in the representation above. */
export function literal(dtype: DType, value: HostScalar): string {
  switch (dtype) {
    case "bool":
      return Number(value) !== 0 ? "true" : "false";
    case "int64":
      return bracketNegative(`${BigInt.asIntN(64, typeof value === "bigint" ? value : BigInt(value))}n`);
    case "int32":
    case "uint32":
      return bracketNegative(String(Number(value) | 0));
    default: {
      const number = dtype === "float32" ? Math.fround(Number(value)) : Number(value);
      return Object.is(number, -0) ? "(-0)" : bracketNegative(String(number));
    }
  }
}

function bracketNegative(text: string): string {
  return text.startsWith("-") ? `(${text})` : text;
}

/** Operations whose text names each argument once, so that the argument's own text may stand in its place. */
const namesArgumentsOnce = new Set<string>(
  "add sub mul sqrt floor ceil trunc neg not and or xor eq ne lt le gt ge select load atan2 bitcast".split(
    " ",
  ),
);

export function mayInlineArguments(node: ScalarExpr): boolean {
  if (node.op === "neg") return node.dtype !== "int64";
  if (node.op === "div") return isFloating(node.dtype);
  return namesArgumentsOnce.has(node.op);
}

/**
 * The JavaScript expression of one operation over the texts of its arguments: the one table over operations and
 * dtypes. Constants, parameters, indices, loads and accumulators are the caller's.
 */
export function emitScalar(node: ScalarExpr, args: readonly string[], out: Statements): string {
  const [a, b, c] = args as [string, string, string];
  const { op } = node;
  switch (op) {
    case "cast":
      return emitCast(node.args[0]!.dtype, node.dtype, a, out);
    case "bitcast":
      return emitBitcast(node.args[0]!.dtype, node.dtype, a);
    case "select":
      return `(${a} ? ${b} : ${c})`;
    case "eq":
      return `(${a} === ${b})`;
    case "ne":
      return `(${a} !== ${b})`;
    case "lt":
      return compare("<", node.args[0]!.dtype, a, b);
    case "le":
      return compare("<=", node.args[0]!.dtype, a, b);
    case "gt":
      return compare(">", node.args[0]!.dtype, a, b);
    case "ge":
      return compare(">=", node.args[0]!.dtype, a, b);
    case "fma":
      // The product of two float32 is exact in double.
      return node.dtype === "float32" ? `F(${a} * ${b} + ${c})` : `M.fma(${a}, ${b}, ${c})`;
    case "threefry":
      return emitThreefry(args, out);
    case "threefrySecond":
      return `${a}b`;
    case "isFinite":
      return isFloating(node.args[0]!.dtype) ? `(${a} - ${a} === 0)` : "true";
    default:
      if (isElementary(op) && isFloating(node.dtype)) return emitElementary(node, args, out);
      return emitArithmetic(node, a, b, out);
  }
}

function compare(operator: string, dtype: DType, a: string, b: string): string {
  return dtype === "uint32" ? `((${a} >>> 0) ${operator} (${b} >>> 0))` : `(${a} ${operator} ${b})`;
}

function emitArithmetic(node: ScalarExpr, a: string, b: string, out: Statements): string {
  const family = familyOf(node.dtype);
  switch (family) {
    case "float32": {
      const text = emitFloat(node, a, b, out);
      return exactInFloat32.has(node.op) ? text : `F(${text})`;
    }
    case "float64":
      return emitFloat(node, a, b, out);
    case "int":
    case "uint":
      return emitWord(node, a, b, family === "uint");
    case "int64":
      return emitInt64(node, a, b);
    case "bool":
      return emitBool(node, a, b);
  }
}

/** Results that are float32 whenever the operands are. */
const exactInFloat32 = new Set<string>("neg abs sign floor ceil round trunc max min rem".split(" "));

function emitFloat(node: ScalarExpr, a: string, b: string, out: Statements): string {
  switch (node.op) {
    case "neg":
      return `(-${a})`;
    case "abs":
      return `Math.abs(${a})`;
    case "sign":
      return `(${a} > 0 ? 1 : ${a} < 0 ? -1 : ${a})`;
    case "floor":
    case "ceil":
    case "trunc":
    case "sqrt":
      return `Math.${node.op}(${a})`;
    case "round": {
      // Adding and taking away 2^52 leaves an integer, rounded half to even.
      const size = out.local(`Math.abs(${a})`);
      const rounded = out.local(
        `(${size} < 4503599627370496 ? (${size} + 4503599627370496) - 4503599627370496 : ${size})`,
      );
      return `(${a} < 0 ? -${rounded} : ${a} === 0 ? ${a} : ${rounded})`;
    }
    case "add":
      return `(${a} + ${b})`;
    case "sub":
      return `(${a} - ${b})`;
    case "mul":
      return `(${a} * ${b})`;
    case "div":
      return `(${a} / ${b})`;
    case "rem":
      return `(${a} % ${b})`;
    case "max":
    case "min":
      return `Math.${node.op}(${a}, ${b})`;
    default:
      return unsupported(node);
  }
}

const nonZeroConstant = (node: ScalarExpr | undefined): boolean =>
  node?.op === "const" && Number(node.value) !== 0;

function constantShift(node: ScalarExpr | undefined): boolean {
  return node?.op === "const" && Number(node.value) >= 0 && Number(node.value) < 32;
}

function emitWord(node: ScalarExpr, a: string, b: string, unsigned: boolean): string {
  const known = nonZeroConstant(node.args[1]);
  const shift = constantShift(node.args[1]);
  const [x, y] = unsigned ? [`(${a} >>> 0)`, `(${b} >>> 0)`] : [a, b];
  switch (node.op) {
    case "neg":
      return `(-${a} | 0)`;
    case "abs":
      return unsigned ? a : `(${a} < 0 ? -${a} | 0 : ${a})`;
    case "sign":
      return unsigned ? `(${a} !== 0 ? 1 : 0)` : `(${a} > 0 ? 1 : ${a} < 0 ? -1 : 0)`;
    case "floor":
    case "ceil":
    case "round":
    case "trunc":
      return a;
    case "add":
      return `(${a} + ${b} | 0)`;
    case "sub":
      return `(${a} - ${b} | 0)`;
    case "mul":
      return `Math.imul(${a}, ${b})`;
    case "div":
      return known ? `(${x} / ${y} | 0)` : `(${b} === 0 ? -1 : ${x} / ${y} | 0)`;
    case "rem":
      return known ? `(${x} % ${y} | 0)` : `(${b} === 0 ? ${a} : ${x} % ${y} | 0)`;
    case "max":
      return `(${x} > ${y} ? ${a} : ${b})`;
    case "min":
      return `(${x} < ${y} ? ${a} : ${b})`;
    case "not":
      return `(~${a})`;
    case "and":
      return `(${a} & ${b})`;
    case "or":
      return `(${a} | ${b})`;
    case "xor":
      return `(${a} ^ ${b})`;
    case "shiftLeft":
      return shift ? `(${a} << ${b})` : `((${b} >>> 0) < 32 ? ${a} << ${b} : 0)`;
    case "shiftRightLogical":
      return shift ? `(${a} >>> ${b} | 0)` : `((${b} >>> 0) < 32 ? ${a} >>> ${b} | 0 : 0)`;
    case "shiftRightArithmetic":
      return shift ? `(${a} >> ${b})` : `(${a} >> ((${b} >>> 0) < 32 ? ${b} : 31))`;
    case "pow":
      return unsigned ? `M.powUint32(${a}, ${b})` : `M.powInt32(${a}, ${b})`;
    default:
      return unsupported(node);
  }
}

function emitInt64(node: ScalarExpr, a: string, b: string): string {
  const wrap = (text: string): string => `BigInt.asIntN(64, ${text})`;
  const known = nonZeroConstant(node.args[1]);
  switch (node.op) {
    case "neg":
      return wrap(`-${a}`);
    case "abs":
      return `(${a} < 0n ? ${wrap(`-${a}`)} : ${a})`;
    case "sign":
      return `(${a} > 0n ? 1n : ${a} < 0n ? -1n : 0n)`;
    case "floor":
    case "ceil":
    case "round":
    case "trunc":
      return a;
    case "add":
      return wrap(`${a} + ${b}`);
    case "sub":
      return wrap(`${a} - ${b}`);
    case "mul":
      return wrap(`${a} * ${b}`);
    case "div":
      return known ? wrap(`${a} / ${b}`) : `(${b} === 0n ? -1n : ${wrap(`${a} / ${b}`)})`;
    case "rem":
      return known ? wrap(`${a} % ${b}`) : `(${b} === 0n ? ${a} : ${wrap(`${a} % ${b}`)})`;
    case "max":
      return `(${a} > ${b} ? ${a} : ${b})`;
    case "min":
      return `(${a} < ${b} ? ${a} : ${b})`;
    case "not":
      return `(~${a})`;
    case "and":
      return `(${a} & ${b})`;
    case "or":
      return `(${a} | ${b})`;
    case "xor":
      return `(${a} ^ ${b})`;
    case "shiftLeft":
      return `(BigInt.asUintN(64, ${b}) < 64n ? ${wrap(`${a} << ${b}`)} : 0n)`;
    case "shiftRightLogical":
      return `(BigInt.asUintN(64, ${b}) < 64n ? ${wrap(`BigInt.asUintN(64, ${a}) >> ${b}`)} : 0n)`;
    case "shiftRightArithmetic":
      return `(${a} >> (BigInt.asUintN(64, ${b}) < 64n ? ${b} : 63n))`;
    case "pow":
      return `M.powInt64(${a}, ${b})`;
    default:
      return unsupported(node);
  }
}

function emitBool(node: ScalarExpr, a: string, b: string): string {
  switch (node.op) {
    case "not":
      return `(!${a})`;
    case "and":
    case "mul":
    case "min":
      return `(${a} && ${b})`;
    case "or":
    case "add":
    case "max":
      return `(${a} || ${b})`;
    case "xor":
      return `(${a} !== ${b})`;
    default:
      return unsupported(node);
  }
}

/** Value conversion: integers wrap, floats saturate into integers (NaN gives 0), anything to bool is `!= 0`. */
function emitCast(from: DType, to: DType, a: string, out: Statements): string {
  if (from === to) return a;
  if (to === "bool") return `(${a} !== ${from === "int64" ? "0n" : "0"})`;
  if (from === "bool") return to === "int64" ? `(${a} ? 1n : 0n)` : `(${a} ? 1 : 0)`;
  if (from === "int64") {
    if (to === "float32") return `M.int64ToFloat32(${a})`;
    return to === "float64" ? `Number(${a})` : `Number(BigInt.asIntN(32, ${a}))`;
  }
  if (isFloating(from)) {
    switch (to) {
      case "float32":
        return `F(${a})`;
      case "float64":
        return a;
      case "int64":
        return `M.floatToInt64(${a})`;
      case "int32":
        return `(${a} >= 2147483647 ? 2147483647 : ${a} <= -2147483648 ? -2147483648 : ${a} | 0)`;
      default:
        return `(${a} >= 4294967295 ? -1 : ${a} > 0 ? ${a} | 0 : 0)`;
    }
  }
  const value = from === "uint32" ? `(${a} >>> 0)` : a;
  switch (to) {
    case "float32":
      return `F(${value})`;
    case "float64":
      return out.local(value);
    case "int64":
      return `BigInt(${value})`;
    default:
      return a;
  }
}

function emitBitcast(from: DType, to: DType, a: string): string {
  const pair = `${from}>${to}`;
  switch (pair) {
    case "float32>int32":
    case "float32>uint32":
      return `(SF[0] = ${a}, SI[0])`;
    case "int32>float32":
    case "uint32>float32":
      return `(SI[0] = ${a}, SF[0])`;
    case "float64>int64":
      return `(SD[0] = ${a}, SB[0])`;
    case "int64>float64":
      return `(SB[0] = ${a}, SD[0])`;
    case "int32>uint32":
    case "uint32>int32":
      return a;
    default:
      if (from === to) return a;
      throw new TypeError(`bitcast from ${from} to ${to}: the widths differ`);
  }
}

function unsupported(node: ScalarExpr): never {
  throw new TypeError(`the CPU backend has no ${node.op} on ${node.dtype}`);
}
