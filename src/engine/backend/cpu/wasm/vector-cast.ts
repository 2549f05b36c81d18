import { isFloating, type DType } from "../../../core/dtype.ts";
import {
  f64x2,
  i32x4,
  i64x2,
  lane,
  op,
  shuffle32,
  shuffle64,
  type Expr,
  type FunctionBuilder,
} from "./assembler.ts";
import { demote, highHalf, isWide, narrowMask, promote, wideMask, zeroVector, type Lanes } from "./lanes.ts";

/** Value conversion: integers wrap, floats saturate into integers (NaN gives 0), anything to bool is `!= 0`. */
export function castLanes(f: FunctionBuilder, from: DType, to: DType, lanes: Lanes): Expr[] {
  if (from === to) return [...lanes];
  if (to === "bool") return [isNotZero(from, lanes)];
  if (from === "bool") return fromMask(to, lanes[0]!);
  if (isFloating(from)) return fromFloat(f, from, to, lanes);
  return from === "int64" ? fromInt64(f, to, lanes) : fromWord(to, lanes[0]!, from === "int32");
}

function isNotZero(from: DType, lanes: Lanes): Expr {
  switch (from) {
    case "float32":
      return op("f32x4.ne", lanes[0]!, zeroVector);
    case "float64":
      return narrowMask(op("f64x2.ne", lanes[0]!, zeroVector), op("f64x2.ne", lanes[1]!, zeroVector));
    case "int64":
      return narrowMask(op("i64x2.ne", lanes[0]!, zeroVector), op("i64x2.ne", lanes[1]!, zeroVector));
    default:
      return op("i32x4.ne", lanes[0]!, zeroVector);
  }
}

function fromMask(to: DType, mask: Expr): Expr[] {
  switch (to) {
    case "float32":
      return [op("v128.and", mask, i32x4(0x3f800000))];
    case "float64":
      return wideMask(mask).map((half) => op("v128.and", half, f64x2(1)));
    case "int64":
      return wideMask(mask).map((half) => op("v128.and", half, i64x2(1n)));
    default:
      return [op("v128.and", mask, i32x4(1))];
  }
}

function fromFloat(f: FunctionBuilder, from: DType, to: DType, lanes: Lanes): Expr[] {
  const sign = to === "uint32" ? "u" : "s";
  if (from === "float32") {
    if (to === "float64") return promote(lanes[0]!);
    if (to !== "int64") return [op(`i32x4.trunc_sat_f32x4_${sign}`, lanes[0]!)];
    return eachInt64(f, (k) => op("i64.trunc_sat_f32_s", lane("f32x4.extract_lane", k, lanes[0]!)));
  }
  if (to === "float32") return [demote(lanes[0]!, lanes[1]!)];
  if (to === "int64") {
    return eachInt64(f, (k) => op("i64.trunc_sat_f64_s", lane("f64x2.extract_lane", k % 2, lanes[k >> 1]!)));
  }
  const halves = lanes.map((half) => op(`i32x4.trunc_sat_f64x2_${sign}_zero`, half));
  return [shuffle64([0, 2], halves[0]!, halves[1]!)];
}

function fromInt64(f: FunctionBuilder, to: DType, lanes: Lanes): Expr[] {
  if (to === "int32" || to === "uint32") return [shuffle32([0, 2, 4, 6], lanes[0]!, lanes[1]!)];
  const element = (k: number): Expr => lane("i64x2.extract_lane", k % 2, lanes[k >> 1]!);
  if (to === "float32") {
    let vector = zeroVector;
    for (let k = 0; k < 4; k++) {
      vector = lane("f32x4.replace_lane", k, vector, op("f32.convert_i64_s", element(k)));
    }
    return [f.let(vector)];
  }
  return [0, 2].map((k) => {
    const first = op("f64x2.splat", op("f64.convert_i64_s", element(k)));
    return lane("f64x2.replace_lane", 1, first, op("f64.convert_i64_s", element(k + 1)));
  });
}

function fromWord(to: DType, vector: Expr, signed: boolean): Expr[] {
  const sign = signed ? "s" : "u";
  switch (to) {
    case "float32":
      return [op(`f32x4.convert_i32x4_${sign}`, vector)];
    case "float64":
      return [vector, highHalf(vector)].map((half) => op(`f64x2.convert_low_i32x4_${sign}`, half));
    case "int64":
      return ["low", "high"].map((half) => op(`i64x2.extend_${half}_i32x4_${sign}`, vector));
    default:
      return [vector];
  }
}

function eachInt64(f: FunctionBuilder, element: (k: number) => Expr): Expr[] {
  return [0, 2].map((k) =>
    f.let(lane("i64x2.replace_lane", 1, op("i64x2.splat", element(k)), element(k + 1))),
  );
}

/** Reinterprets the bits. */
export function bitcastLanes(from: DType, to: DType, lanes: Lanes): Expr[] {
  if (isWide(from) !== isWide(to) || (from === "bool") !== (to === "bool")) {
    throw new TypeError(`bitcast from ${from} to ${to}: the widths differ`);
  }
  return [...lanes];
}
