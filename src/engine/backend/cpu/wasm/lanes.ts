import type { DType } from "../../../core/dtype.ts";
import {
  f64x2,
  i32,
  i32x4,
  lane,
  load,
  loadLane,
  op,
  shuffle32,
  shuffle64,
  store,
  storeLane,
  type Expr,
  type FunctionBuilder,
} from "./assembler.ts";

/**
 * The values of four neighbouring points: one vector for 32-bit dtypes and for bool (a mask of all ones or zeros), two
 * for 64-bit dtypes (points 0 and 1, points 2 and 3). The expressions are locals or constants: repeating them is free.
 */
export type Lanes = readonly Expr[];

/** Points a vector step handles. */
export const laneCount = 4;

export function isWide(dtype: DType): boolean {
  return dtype === "float64" || dtype === "int64";
}

/** log2 of an element's bytes in memory. */
export function sizeShift(dtype: DType): number {
  return dtype === "bool" ? 0 : isWide(dtype) ? 3 : 2;
}

export const zeroVector = i32x4(0);
export const onesVector = i32x4(-1);

/** The high half of a vector, where the low half was. */
export const highHalf = (vector: Expr): Expr => shuffle64([1, 1], vector, vector);

/** Masks of two 64-bit lanes each, as one mask of four 32-bit lanes. */
export const narrowMask = (low: Expr, high: Expr): Expr => shuffle32([0, 2, 4, 6], low, high);

/** A mask of four 32-bit lanes as two of 64-bit lanes. */
export const wideMask = (mask: Expr): [Expr, Expr] => [
  op("i64x2.extend_low_i32x4_s", mask),
  op("i64x2.extend_high_i32x4_s", mask),
];

/** Two vectors of two floats, rounded to one of four. */
export const demote = (low: Expr, high: Expr): Expr =>
  shuffle64([0, 2], op("f32x4.demote_f64x2_zero", low), op("f32x4.demote_f64x2_zero", high));

export const promote = (vector: Expr): [Expr, Expr] => [
  op("f64x2.promote_low_f32x4", vector),
  op("f64x2.promote_low_f32x4", highHalf(vector)),
];

/** Bytes in memory to a mask: whatever is not 0 is true. */
const maskOfWords = (vector: Expr): Expr => op("i32x4.ne", vector, zeroVector);

/** Four elements one after another. */
export function loadContiguous(dtype: DType, address: Expr, offset = 0): Expr[] {
  if (dtype === "bool") {
    const bytes = op("i16x8.extend_low_i8x16_u", load("v128.load32_zero", address, offset));
    return [maskOfWords(op("i32x4.extend_low_i16x8_u", bytes))];
  }
  const low = load("v128.load", address, offset);
  return isWide(dtype) ? [low, load("v128.load", address, offset + 16)] : [low];
}

/** One element, four times. */
export function loadSplat(dtype: DType, address: Expr): Expr[] {
  if (dtype === "bool") return [maskOfWords(op("i32x4.splat", load("i32.load8_u", address)))];
  if (!isWide(dtype)) return [load("v128.load32_splat", address)];
  const both = load("v128.load64_splat", address);
  return [both, both];
}

/** Elements at four addresses. */
export function loadGathered(dtype: DType, addresses: readonly Expr[]): Expr[] {
  const [a, b, c, d] = addresses as [Expr, Expr, Expr, Expr];
  if (isWide(dtype)) {
    return [
      [a, b],
      [c, d],
    ].map(([first, second]) => loadLane("v128.load64_lane", 1, second!, load("v128.load64_zero", first!)));
  }
  if (dtype === "bool") {
    let vector = zeroVector;
    addresses.forEach((address, k) => (vector = loadLane("v128.load8_lane", 4 * k, address, vector)));
    return [maskOfWords(vector)];
  }
  let vector = load("v128.load32_zero", a);
  [b, c, d].forEach((address, k) => (vector = loadLane("v128.load32_lane", k + 1, address, vector)));
  return [vector];
}

/** Writes four elements one after another. */
export function storeContiguous(f: FunctionBuilder, dtype: DType, address: Expr, lanes: Lanes): void {
  if (dtype === "bool") {
    const halves = op("i16x8.narrow_i32x4_s", lanes[0]!, lanes[0]!);
    const bytes = op("i8x16.narrow_i16x8_s", halves, halves);
    f.do(storeLane("v128.store32_lane", 0, address, op("v128.and", bytes, i32x4(0x01010101))));
    return;
  }
  lanes.forEach((vector, k) => f.do(store("v128.store", address, vector, 16 * k)));
}

/** Writes point `k`'s element. */
export function storeOne(f: FunctionBuilder, dtype: DType, address: Expr, lanes: Lanes, k: number): void {
  if (dtype === "bool") {
    const bit = op("i32.and", lane("i32x4.extract_lane", k, lanes[0]!), i32(1));
    f.do(store("i32.store8", address, bit));
  } else if (isWide(dtype)) f.do(storeLane("v128.store64_lane", k % 2, address, lanes[k >> 1]!));
  else f.do(storeLane("v128.store32_lane", k, address, lanes[0]!));
}

/** Numbers that every dtype's lanes hold four times. */
export function constantLanes(dtype: DType, value: number | bigint | boolean): Expr[] {
  switch (dtype) {
    case "bool":
      return [Number(value) !== 0 ? onesVector : zeroVector];
    case "int32":
    case "uint32":
      return [i32x4(Number(value) | 0)];
    case "float32": {
      return [f32Bits(Number(value))];
    }
    case "float64": {
      const both = f64x2(Number(value));
      return [both, both];
    }
    case "int64": {
      const both = i64Bits(typeof value === "bigint" ? value : BigInt(value));
      return [both, both];
    }
  }
}

function f32Bits(value: number): Expr {
  return i32x4(new Int32Array(Float32Array.of(value).buffer)[0]!);
}

function i64Bits(value: bigint): Expr {
  const word = BigInt.asUintN(64, value);
  const low = Number(word & 0xffffffffn) | 0;
  const high = Number(word >> 32n) | 0;
  return i32x4(low, high, low, high);
}
