import type { DType } from "../../../core/dtype.ts";
import { i32, i64, load, op, select, store, type Expr, type Local, type Statement } from "./assembler.ts";

/**
 * What is moved while sorting: an unsigned key that orders as the values do and, where values are carried along, the
 * position it came from. Equal keys stay in the order of their positions.
 */
export interface RecordKind {
  readonly dtype: DType;
  /** Whether the record has its position beside the key. */
  readonly carries: boolean;
  /** Whether the key has 64 bits. */
  readonly isWide: boolean;
  /** Bytes of a record, and of a value in memory. */
  readonly bytes: 4 | 8 | 16;
  readonly valueBytes: 1 | 4 | 8;
}

export function recordOf(dtype: DType, carries: boolean): RecordKind {
  const isWide = dtype === "int64" || dtype === "float64";
  const valueBytes = dtype === "bool" ? 1 : isWide ? 8 : 4;
  const bytes = isWide ? (carries ? 16 : 8) : carries ? 8 : 4;
  return { dtype, carries, isWide, bytes, valueBytes };
}

/** Whether different values can have one key: zeros of both signs, all NaN. */
export function hasEqualKeys({ dtype }: RecordKind): boolean {
  return dtype === "float32" || dtype === "float64";
}

/** The bits of a value: i32, or i64 where it is wide. */
export function loadBits({ dtype, isWide }: RecordKind, address: Expr): Expr {
  return load(isWide ? "i64.load" : dtype === "bool" ? "i32.load8_u" : "i32.load", address);
}

export function storeBits({ dtype, isWide }: RecordKind, address: Expr, bits: Expr): Statement {
  return store(isWide ? "i64.store" : dtype === "bool" ? "i32.store8" : "i32.store", address, bits);
}

const signBit = i32(-0x80000000);
const wideSignBit = i64(-(2n ** 63n));

/** The key of a value given by its bits. A float's bits order as its value does once the sign is folded in. */
export function keyOf({ dtype }: RecordKind, bits: Local): Expr {
  switch (dtype) {
    case "bool":
    case "uint32":
      return bits;
    case "int32":
      return op("i32.xor", bits, signBit);
    case "int64":
      return op("i64.xor", bits, wideSignBit);
    case "float32": {
      const folded = op("i32.xor", bits, op("i32.or", op("i32.shr_s", bits, i32(31)), signBit));
      return select(isZero(dtype, bits), signBit, select(isNan(dtype, bits), i32(-1), folded));
    }
    case "float64": {
      const folded = op("i64.xor", bits, op("i64.or", op("i64.shr_s", bits, i64(63n)), wideSignBit));
      return select(isZero(dtype, bits), wideSignBit, select(isNan(dtype, bits), i64(-1n), folded));
    }
  }
}

/** The bits that have a key: of zeros the positive one, and some NaN. */
export function bitsOf({ dtype }: RecordKind, key: Local): Expr {
  switch (dtype) {
    case "bool":
    case "uint32":
      return key;
    case "int32":
      return op("i32.xor", key, signBit);
    case "int64":
      return op("i64.xor", key, wideSignBit);
    case "float32":
      return op("i32.xor", key, op("i32.or", op("i32.xor", op("i32.shr_s", key, i32(31)), i32(-1)), signBit));
    case "float64":
      return op(
        "i64.xor",
        key,
        op("i64.or", op("i64.xor", op("i64.shr_s", key, i64(63n)), i64(-1n)), wideSignBit),
      );
  }
}

export function isZero(dtype: DType, bits: Expr): Expr {
  return dtype === "float32"
    ? op("i32.eqz", op("i32.shl", bits, i32(1)))
    : op("i64.eqz", op("i64.shl", bits, i64(1n)));
}

export function isNan(dtype: DType, bits: Expr): Expr {
  if (dtype === "float32") {
    const value = op("f32.reinterpret_i32", bits);
    return op("f32.ne", value, value);
  }
  const value = op("f64.reinterpret_i64", bits);
  return op("f64.ne", value, value);
}

/** Whether a value would come back from its key as another: 1 or 0. */
export function isSpecial({ dtype }: RecordKind, bits: Local): Expr {
  const isNegativeZero = dtype === "float32" ? op("i32.eq", bits, signBit) : op("i64.eq", bits, wideSignBit);
  return op("i32.or", isNegativeZero, isNan(dtype, bits));
}

/** Key and position at an address, and the key alone. */
export function storeRecord(
  { carries, isWide }: RecordKind,
  at: Expr,
  key: Expr,
  position: Expr,
): Statement[] {
  if (!isWide && carries) {
    return [store("i32.store", at, position), store("i32.store", at, key, 4)];
  }
  const stored = store(isWide ? "i64.store" : "i32.store", at, key);
  return carries ? [stored, store("i32.store", at, position, 8)] : [stored];
}

export function loadKey({ carries, isWide }: RecordKind, address: Expr): Expr {
  return isWide ? load("i64.load", address) : load("i32.load", address, carries ? 4 : 0);
}

export function loadPosition({ isWide }: RecordKind, address: Expr): Expr {
  return load("i32.load", address, isWide ? 8 : 0);
}

export function moveRecord({ bytes }: RecordKind, to: Expr, from: Expr): Statement {
  if (bytes === 16) return store("v128.store", to, load("v128.load", from));
  const type = bytes === 8 ? "i64" : "i32";
  return store(`${type}.store`, to, load(`${type}.load`, from));
}

/** Four times the digit of a key that begins at bit `shift`; `mask` has the digit's bits, two further left. */
export function digitOffset({ isWide }: RecordKind, key: Expr, shift: Expr, mask: Expr): Expr {
  const moved = isWide
    ? op("i32.wrap_i64", op("i64.shr_u", key, op("i64.extend_i32_u", shift)))
    : op("i32.shr_u", key, shift);
  return op("i32.and", op("i32.shl", moved, i32(2)), mask);
}
