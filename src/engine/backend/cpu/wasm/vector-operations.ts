import { isFloating, type DType } from "../../../core/dtype.ts";
import type { ScalarExpr } from "../../../kernel/scalar-expr.ts";
import {
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  lane,
  op,
  select,
  shuffle64,
  type Expr,
  type FunctionBuilder,
  type ModuleBuilder,
} from "./assembler.ts";
import { elementaryFunction, elementaryPair, isElementaryOp } from "./elementary/elementary.ts";
import { integerFunction, remainderFunction, type LaneFunction } from "./integer-functions.ts";
import {
  constantLanes,
  demote,
  highHalf,
  isWide,
  narrowMask,
  onesVector,
  promote,
  wideMask,
  zeroVector,
  type Lanes,
} from "./lanes.ts";
import { fusesMultiplyAdd } from "./relaxed-simd.ts";
import { bitcastLanes, castLanes } from "./vector-cast.ts";

/** Where the code of an operation goes, and what it may call. */
export interface Target {
  readonly module: ModuleBuilder;
  readonly f: FunctionBuilder;
  /** The one value a node has at every point, where it is known while compiling or computed outside all loops. */
  isUniform(node: ScalarExpr): boolean;
}

/**
 * One operation on four points, its operands locals or constants: the one table over operations and dtypes. Constants,
 * parameters, indices, loads, accumulators and threefry are the caller's.
 */
export function vectorOperation(target: Target, node: ScalarExpr, args: readonly Lanes[]): Expr[] {
  const { op: name } = node;
  const operand = node.args[0]!.dtype;
  switch (name) {
    case "cast":
      // Converting unsigned words takes several instructions, signed ones one.
      return castLanes(target.f, isSmallWord(node.args[0]!) ? "int32" : operand, node.dtype, args[0]!);
    case "bitcast":
      return bitcastLanes(operand, node.dtype, args[0]!);
    case "select": {
      const [mask, whenTrue, whenFalse] = args as [Lanes, Lanes, Lanes];
      const masks = isWide(node.dtype) ? wideMask(mask[0]!) : [mask[0]!];
      return masks.map((bits, k) => op("v128.bitselect", whenTrue[k]!, whenFalse[k]!, bits));
    }
    case "eq":
    case "ne":
    case "lt":
    case "le":
    case "gt":
    case "ge":
      return [compare(name, operand, args[0]!, args[1]!)];
    case "isFinite":
      return [isFinite(target.f, operand, args[0]!)];
    case "fma":
      return node.dtype === "float32"
        ? [fmaFloat32(args[0]![0]!, args[1]![0]!, args[2]![0]!)]
        : [0, 1].map((k) => fmaFloat64(target.f, args[0]![k]!, args[1]![k]!, args[2]![k]!));
    default:
      break;
  }
  if (isFloating(node.dtype)) return floating(target, node, args);
  return node.dtype === "bool" ? logical(node, args) : integral(target, node, args);
}

/** Whether an unsigned word is certainly below 2^31: the top bits of another. */
function isSmallWord(node: ScalarExpr): boolean {
  return node.dtype === "uint32" && node.op === "shiftRightLogical" && (constantShift(node) ?? 0) > 0;
}

/** The vector instruction prefix of a dtype. */
function shape(dtype: DType): string {
  switch (dtype) {
    case "float32":
      return "f32x4";
    case "float64":
      return "f64x2";
    case "int64":
      return "i64x2";
    default:
      return "i32x4";
  }
}

function compare(name: "eq" | "ne" | "lt" | "le" | "gt" | "ge", dtype: DType, a: Lanes, b: Lanes): Expr {
  const hasSign = !isFloating(dtype) && name !== "eq" && name !== "ne";
  // A mask of ones, as an unsigned word, is above one of zeros.
  const sign = hasSign ? (dtype === "uint32" || dtype === "bool" ? "_u" : "_s") : "";
  const masks = a.map((half, k) => op(`${shape(dtype)}.${name}${sign}`, half, b[k]!));
  return masks.length === 1 ? masks[0]! : narrowMask(masks[0]!, masks[1]!);
}

/** x - x is 0 for what is finite. */
function isFinite(f: FunctionBuilder, dtype: DType, a: Lanes): Expr {
  if (!isFloating(dtype)) return onesVector;
  const difference = a.map((half) => f.let(op(`${shape(dtype)}.sub`, half, half)));
  return compare("eq", dtype, difference, constantLanes(dtype, 0));
}

/** One instruction, or in double, where the product of two float32 is exact. */
function fmaFloat32(a: Expr, b: Expr, c: Expr): Expr {
  if (fusesMultiplyAdd()) return op("f32x4.relaxed_madd", a, b, c);
  const [x, y, z] = [promote(a), promote(b), promote(c)];
  const sum = (k: 0 | 1): Expr => op("f64x2.add", op("f64x2.mul", x[k], y[k]), z[k]);
  return demote(sum(0), sum(1));
}

/** a * b + c, the product in two exact parts (Dekker, 1971), the sum with its error (Knuth). */
function fmaFloat64(f: FunctionBuilder, a: Expr, b: Expr, c: Expr): Expr {
  const ins = (name: string, ...args: Expr[]): Expr => f.let(op(`f64x2.${name}`, ...args));
  const split = (x: Expr): [Expr, Expr] => {
    const scaled = ins("mul", x, f64x2(134217729));
    const high = ins("sub", scaled, ins("sub", scaled, x));
    return [high, ins("sub", x, high)];
  };
  const product = ins("mul", a, b);
  const [aHigh, aLow] = split(a);
  const [bHigh, bLow] = split(b);
  const rest = ins("sub", ins("sub", product, ins("mul", aHigh, bHigh)), ins("mul", aLow, bHigh));
  const lost = ins("sub", ins("mul", aLow, bLow), ins("sub", rest, ins("mul", aHigh, bLow)));
  const sum = ins("add", product, c);
  const part = ins("sub", sum, product);
  const error = ins("add", ins("sub", product, ins("sub", sum, part)), ins("sub", c, part));
  const corrected = ins("add", sum, ins("add", error, lost));
  // Above this size a factor cannot be split without overflow.
  const small = (x: Expr): Expr => op("f64x2.lt", op("f64x2.abs", x), f64x2(2 ** 995));
  const splits = op("v128.and", op("v128.and", small(a), small(b)), small(product));
  const finite = op("f64x2.lt", op("f64x2.abs", c), f64x2(Infinity));
  return op("v128.bitselect", corrected, sum, op("v128.and", splits, finite));
}

/** Instructions that are the operation. */
const direct: Readonly<Record<string, string>> = {
  neg: "neg",
  abs: "abs",
  floor: "floor",
  ceil: "ceil",
  trunc: "trunc",
  round: "nearest",
  sqrt: "sqrt",
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "div",
  max: "max",
  min: "min",
};

function floating(target: Target, node: ScalarExpr, args: readonly Lanes[]): Expr[] {
  const { dtype } = node;
  const instruction = direct[node.op];
  const halves = args[0]!.map((_, k) => args.map((arg) => arg[k]!));
  if (instruction !== undefined) return halves.map((half) => op(`${shape(dtype)}.${instruction}`, ...half));
  if (node.op === "sign") {
    return halves.map(([x]) => {
      const positive = op(`${shape(dtype)}.gt`, x!, zeroVector);
      const negative = op(`${shape(dtype)}.lt`, x!, zeroVector);
      const [one, minusOne] = [constantLanes(dtype, 1)[0]!, constantLanes(dtype, -1)[0]!];
      return op("v128.bitselect", one, op("v128.bitselect", minusOne, x!, negative), positive);
    });
  }
  if (node.op === "rem") return remainder(target, dtype, args[0]!, args[1]!);
  if (isElementaryOp(node.op)) {
    if (isWide(dtype) && node.op !== "pow") {
      return target.f.callMulti(elementaryPair(target.module, node.op), ...args.flat());
    }
    const callee = elementaryFunction(target.module, node.op, dtype as "float32" | "float64", {
      exponent: exponentOf(node),
      uniformExponent: node.op === "pow" && target.isUniform(node.args[1]!),
    });
    return halves.map((half) => target.f.call(callee, ...half));
  }
  return unsupported(node);
}

/** The exponent of a power, where it is a constant. */
function exponentOf(node: ScalarExpr): number | undefined {
  const exponent = node.op === "pow" ? node.args[1] : undefined;
  return exponent?.op === "const" ? Number(exponent.value) : undefined;
}

function remainder(target: Target, dtype: DType, a: Lanes, b: Lanes): Expr[] {
  const { f } = target;
  const callee = remainderFunction(target.module);
  const [x, y] = dtype === "float32" ? [promote(a[0]!), promote(b[0]!)] : [a, b];
  const [left, right] = [x.map((half) => f.let(half)), y.map((half) => f.let(half))];
  const halves = left.map((half, k) => {
    const one = (index: number): Expr =>
      f.call(callee, lane("f64x2.extract_lane", index, half), lane("f64x2.extract_lane", index, right[k]!));
    return f.let(lane("f64x2.replace_lane", 1, op("f64x2.splat", one(0)), one(1)));
  });
  return dtype === "float32" ? [demote(halves[0]!, halves[1]!)] : halves;
}

function integral(target: Target, node: ScalarExpr, args: readonly Lanes[]): Expr[] {
  const { dtype } = node;
  const [a, b] = args as [Lanes, Lanes];
  const ins = (name: string, second?: Lanes): Expr[] =>
    a.map((half, k) => op(`${shape(dtype)}.${name}`, half, ...(second === undefined ? [] : [second[k]!])));
  switch (node.op) {
    case "neg":
      return ins("neg");
    case "abs":
      return dtype === "uint32" ? [...a] : ins("abs");
    case "sign":
      return integerSign(dtype, a);
    case "floor":
    case "ceil":
    case "round":
    case "trunc":
      return [...a];
    case "add":
    case "sub":
    case "mul":
      return ins(node.op, b);
    case "max":
    case "min":
      if (dtype !== "int64") return ins(`${node.op}_${dtype === "uint32" ? "u" : "s"}`, b);
      return a.map((half, k) => {
        const above = op("i64x2.gt_s", half, b[k]!);
        const [chosen, other] = node.op === "max" ? [half, b[k]!] : [b[k]!, half];
        return op("v128.bitselect", chosen, other, above);
      });
    case "not":
      return a.map((half) => op("v128.not", half));
    case "and":
    case "or":
    case "xor":
      return a.map((half, k) => op(`v128.${node.op}`, half, b[k]!));
    case "shiftLeft":
    case "shiftRightLogical":
    case "shiftRightArithmetic": {
      const count = constantShift(node);
      if (count !== undefined) return a.map((half) => shiftVector(node, half, i32(count)));
      // Vectors are shifted by one count; where each point has its own, it is done one by one.
      if (!target.isUniform(node.args[1]!)) return laneByLane(target, node.op, dtype, a, b);
      return shiftBy(target.f, node, a, b[0]!);
    }
    case "div":
    case "rem":
      if (dtype !== "int64") return [divide(target.f, node.op, dtype === "int32", a[0]!, b[0]!)];
      return laneByLane(target, node.op, dtype, a, b);
    case "pow":
      return laneByLane(target, node.op, dtype, a, b);
    default:
      return unsupported(node);
  }
}

function integerSign(dtype: DType, a: Lanes): Expr[] {
  if (dtype === "uint32") return [op("v128.and", op("i32x4.ne", a[0]!, zeroVector), i32x4(1))];
  const prefix = shape(dtype);
  const [one, top] = dtype === "int64" ? [i64x2(1n), 63] : [i32x4(1), 31];
  return a.map((half) =>
    op(
      "v128.or",
      op(`${prefix}.shr_s`, half, i32(top)),
      op("v128.and", op(`${prefix}.gt_s`, half, zeroVector), one),
    ),
  );
}

const shiftInstructions: Readonly<Record<string, string>> = {
  shiftLeft: "shl",
  shiftRightLogical: "shr_u",
  shiftRightArithmetic: "shr_s",
};

function shiftVector(node: ScalarExpr, vector: Expr, count: Expr): Expr {
  return op(`${shape(node.dtype)}.${shiftInstructions[node.op]!}`, vector, count);
}

/** A shift of all lanes by the count in the first lane of `counts`, which is in no particular range. */
function shiftBy(f: FunctionBuilder, node: ScalarExpr, a: Lanes, counts: Expr): Expr[] {
  const bits = isWide(node.dtype) ? 64 : 32;
  const wide = isWide(node.dtype);
  const first = wide ? lane("i64x2.extract_lane", 0, counts) : lane("i32x4.extract_lane", 0, counts);
  const count = f.let(wide ? op("i32.wrap_i64", first) : first);
  const inRange = f.let(wide ? op("i64.lt_u", first, i64(64n)) : op("i32.lt_u", first, i32(bits)));
  if (node.op === "shiftRightArithmetic") {
    const bounded = f.let(select(inRange, count, i32(bits - 1)));
    return a.map((half) => shiftVector(node, half, bounded));
  }
  const mask = f.let(op("i32x4.splat", op("i32.sub", i32(0), inRange)));
  return a.map((half) => op("v128.and", shiftVector(node, half, count), mask));
}

function constantShift(node: ScalarExpr): number | undefined {
  const count = node.args[1]!;
  if (count.op !== "const") return undefined;
  const bits = isWide(node.dtype) ? 64 : 32;
  return Number(count.value) >= 0 && Number(count.value) < bits ? Number(count.value) : undefined;
}

/** Division of 32-bit integers through doubles, whose quotient, cut off, is exact. */
function divide(f: FunctionBuilder, name: "div" | "rem", signed: boolean, a: Expr, b: Expr): Expr {
  const sign = signed ? "s" : "u";
  const convert = (vector: Expr): Expr => op(`f64x2.convert_low_i32x4_${sign}`, vector);
  const part = (x: Expr, y: Expr): Expr =>
    op(`i32x4.trunc_sat_f64x2_${sign}_zero`, op("f64x2.div", convert(x), convert(y)));
  let quotient: Expr = f.let(shuffle64([0, 2], part(a, b), part(highHalf(a), highHalf(b))));
  quotient = op("v128.or", quotient, op("i32x4.eq", b, zeroVector));
  if (signed) {
    // The one quotient that does not fit saturated; two's complement keeps the dividend.
    const overflows = op("v128.and", op("i32x4.eq", a, i32x4(-(2 ** 31))), op("i32x4.eq", b, onesVector));
    quotient = op("v128.bitselect", a, quotient, overflows);
  }
  return name === "div" ? quotient : op("i32x4.sub", a, op("i32x4.mul", quotient, b));
}

function laneByLane(target: Target, name: LaneFunction, dtype: DType, a: Lanes, b: Lanes): Expr[] {
  const type = dtype === "int64" ? "i64" : "i32";
  const callee = integerFunction(target.module, name, { type, signed: dtype !== "uint32" });
  const prefix = shape(dtype);
  return a.map((half, k) => {
    const one = (index: number): Expr =>
      target.f.call(
        callee,
        lane(`${prefix}.extract_lane`, index, half),
        lane(`${prefix}.extract_lane`, index, b[k]!),
      );
    let vector = op(`${prefix}.splat`, one(0));
    for (let index = 1; index < (type === "i64" ? 2 : 4); index++) {
      vector = lane(`${prefix}.replace_lane`, index, vector, one(index));
    }
    return vector;
  });
}

function logical(node: ScalarExpr, args: readonly Lanes[]): Expr[] {
  const [a, b] = args.map((arg) => arg[0]!) as [Expr, Expr];
  switch (node.op) {
    case "not":
      return [op("v128.not", a)];
    case "and":
    case "mul":
    case "min":
      return [op("v128.and", a, b)];
    case "or":
    case "add":
    case "max":
      return [op("v128.or", a, b)];
    case "xor":
      return [op("v128.xor", a, b)];
    default:
      return unsupported(node);
  }
}

function unsupported(node: ScalarExpr): never {
  throw new TypeError(`the CPU backend has no ${node.op} on ${node.dtype}`);
}
