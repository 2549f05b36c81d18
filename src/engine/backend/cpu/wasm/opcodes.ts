/** What a WebAssembly local or stack slot holds. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** How an instruction's immediate bytes follow its opcode. */
export type Immediate = "none" | "memory" | "lane" | "memoryLane";

export interface Opcode {
  readonly bytes: readonly number[];
  readonly operands: readonly ValueType[];
  readonly result: ValueType | undefined;
  readonly immediate: Immediate;
  /** Bytes a memory instruction reads or writes: its natural alignment. */
  readonly width: number;
}

const letters: Record<string, ValueType> = { i: "i32", l: "i64", f: "f32", d: "f64", v: "v128" };

/** Every instruction the compiler uses, by its name in the WebAssembly specification (core 2.0, with SIMD). */
export const opcodes = new Map<string, Opcode>();

function define(
  signature: string,
  first: number,
  names: string,
  immediate: Immediate = "none",
  prefix?: number,
): void {
  const [operands = "", result = ""] = signature.split(">");
  names.split(" ").forEach((name, k) => {
    if (name === "-") return;
    const code = first + k;
    const bytes = prefix === undefined ? [code] : [prefix, ...unsigned(code)];
    opcodes.set(name, {
      bytes,
      operands: operands.split("").map((letter) => letters[letter]!),
      result: letters[result],
      immediate,
      width: widthOf(name),
    });
  });
}

/** Names in order of their codes, "-" for a code left out. */
const simd = (signature: string, first: number, names: string, immediate: Immediate = "none"): void =>
  define(signature, first, names, immediate, 0xfd);

function widthOf(name: string): number {
  const bits = /(?:load|store)(\d+)(x\d)?/.exec(name);
  if (bits !== null) return bits[2] === undefined ? Number(bits[1]) / 8 : 8;
  return { i32: 4, f32: 4, i64: 8, f64: 8, v128: 16 }[name.split(".")[0]!] ?? 1;
}

/** LEB128 of a whole number below 2^32. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest === 0 ? low : low | 128);
  } while (rest !== 0);
  return bytes;
}

const integer = (type: string, rest: string): string =>
  rest
    .split(" ")
    .map((name) => `${type}.${name}`)
    .join(" ");

define("i>i", 0x28, "i32.load", "memory");
define("i>l", 0x29, "i64.load", "memory");
define("i>f", 0x2a, "f32.load", "memory");
define("i>d", 0x2b, "f64.load", "memory");
define("i>i", 0x2c, integer("i32", "load8_s load8_u load16_s load16_u"), "memory");
define("i>l", 0x30, integer("i64", "load8_s load8_u load16_s load16_u load32_s load32_u"), "memory");
define("ii>", 0x36, "i32.store", "memory");
define("il>", 0x37, "i64.store", "memory");
define("if>", 0x38, "f32.store", "memory");
define("id>", 0x39, "f64.store", "memory");
define("ii>", 0x3a, integer("i32", "store8 store16"), "memory");
define("il>", 0x3c, integer("i64", "store8 store16 store32"), "memory");

const comparisons = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
define("i>i", 0x45, "i32.eqz");
define("ii>i", 0x46, integer("i32", comparisons));
define("l>i", 0x50, "i64.eqz");
define("ll>i", 0x51, integer("i64", comparisons));
define("ff>i", 0x5b, integer("f32", "eq ne lt gt le ge"));
define("dd>i", 0x61, integer("f64", "eq ne lt gt le ge"));
const arithmetic = "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr";
define("i>i", 0x67, integer("i32", "clz ctz popcnt"));
define("ii>i", 0x6a, integer("i32", arithmetic));
define("l>l", 0x79, integer("i64", "clz ctz popcnt"));
define("ll>l", 0x7c, integer("i64", arithmetic));
define("f>f", 0x8b, integer("f32", "abs neg ceil floor trunc nearest sqrt"));
define("ff>f", 0x92, integer("f32", "add sub mul div min max copysign"));
define("d>d", 0x99, integer("f64", "abs neg ceil floor trunc nearest sqrt"));
define("dd>d", 0xa0, integer("f64", "add sub mul div min max copysign"));
define("l>i", 0xa7, "i32.wrap_i64");
define("i>l", 0xac, "i64.extend_i32_s i64.extend_i32_u");
define("i>f", 0xb2, "f32.convert_i32_s f32.convert_i32_u");
define("l>f", 0xb4, "f32.convert_i64_s f32.convert_i64_u");
define("d>f", 0xb6, "f32.demote_f64");
define("i>d", 0xb7, "f64.convert_i32_s f64.convert_i32_u");
define("l>d", 0xb9, "f64.convert_i64_s f64.convert_i64_u");
define("f>d", 0xbb, "f64.promote_f32");
define("f>i", 0xbc, "i32.reinterpret_f32");
define("d>l", 0xbd, "i64.reinterpret_f64");
define("i>f", 0xbe, "f32.reinterpret_i32");
define("l>d", 0xbf, "f64.reinterpret_i64");
define("f>i", 0, "i32.trunc_sat_f32_s i32.trunc_sat_f32_u", "none", 0xfc);
define("d>i", 2, "i32.trunc_sat_f64_s i32.trunc_sat_f64_u", "none", 0xfc);
define("f>l", 4, "i64.trunc_sat_f32_s i64.trunc_sat_f32_u", "none", 0xfc);
define("d>l", 6, "i64.trunc_sat_f64_s i64.trunc_sat_f64_u", "none", 0xfc);

simd("i>v", 0, "v128.load", "memory");
simd("i>v", 1, integer("v128", "load8x8_s load8x8_u load16x4_s load16x4_u load32x2_s load32x2_u"), "memory");
simd("i>v", 7, integer("v128", "load8_splat load16_splat load32_splat load64_splat"), "memory");
simd("iv>", 11, "v128.store", "memory");
simd("vv>v", 14, "i8x16.swizzle");
simd("i>v", 15, "i8x16.splat i16x8.splat i32x4.splat");
simd("l>v", 18, "i64x2.splat");
simd("f>v", 19, "f32x4.splat");
simd("d>v", 20, "f64x2.splat");
simd("v>i", 21, "i8x16.extract_lane_s i8x16.extract_lane_u", "lane");
simd("vi>v", 23, "i8x16.replace_lane", "lane");
simd("v>i", 27, "i32x4.extract_lane", "lane");
simd("vi>v", 28, "i32x4.replace_lane", "lane");
simd("v>l", 29, "i64x2.extract_lane", "lane");
simd("vl>v", 30, "i64x2.replace_lane", "lane");
simd("v>f", 31, "f32x4.extract_lane", "lane");
simd("vf>v", 32, "f32x4.replace_lane", "lane");
simd("v>d", 33, "f64x2.extract_lane", "lane");
simd("vd>v", 34, "f64x2.replace_lane", "lane");
simd("vv>v", 35, integer("i8x16", comparisons));
simd("vv>v", 45, integer("i16x8", comparisons));
simd("vv>v", 55, integer("i32x4", comparisons));
simd("vv>v", 65, integer("f32x4", "eq ne lt gt le ge"));
simd("vv>v", 71, integer("f64x2", "eq ne lt gt le ge"));
simd("v>v", 77, "v128.not");
simd("vv>v", 78, integer("v128", "and andnot or xor"));
simd("vvv>v", 82, "v128.bitselect");
simd("v>i", 83, "v128.any_true");
simd("iv>v", 84, integer("v128", "load8_lane load16_lane load32_lane load64_lane"), "memoryLane");
simd("iv>", 88, integer("v128", "store8_lane store16_lane store32_lane store64_lane"), "memoryLane");
simd("i>v", 92, "v128.load32_zero v128.load64_zero", "memory");
simd("v>v", 94, "f32x4.demote_f64x2_zero f64x2.promote_low_f32x4");
simd("v>i", 99, "i8x16.all_true i8x16.bitmask");
simd("vv>v", 101, "i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u");
simd("v>v", 103, integer("f32x4", "ceil floor trunc nearest"));
simd("v>v", 116, "f64x2.ceil f64x2.floor");
simd("v>v", 122, "f64x2.trunc");
simd("vv>v", 133, "i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u");
simd(
  "v>v",
  135,
  integer("i16x8", "extend_low_i8x16_s extend_high_i8x16_s extend_low_i8x16_u extend_high_i8x16_u"),
);
simd("v>v", 148, "f64x2.nearest");
simd("v>v", 160, "i32x4.abs i32x4.neg");
simd("v>i", 163, "i32x4.all_true i32x4.bitmask");
simd(
  "v>v",
  167,
  integer("i32x4", "extend_low_i16x8_s extend_high_i16x8_s extend_low_i16x8_u extend_high_i16x8_u"),
);
simd("vi>v", 171, "i32x4.shl i32x4.shr_s i32x4.shr_u");
simd("vv>v", 174, "i32x4.add - - i32x4.sub - - - i32x4.mul i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u");
simd("v>v", 192, "i64x2.abs i64x2.neg");
simd("v>i", 195, "i64x2.all_true i64x2.bitmask");
simd(
  "v>v",
  199,
  integer("i64x2", "extend_low_i32x4_s extend_high_i32x4_s extend_low_i32x4_u extend_high_i32x4_u"),
);
simd("vi>v", 203, "i64x2.shl i64x2.shr_s i64x2.shr_u");
simd("vv>v", 206, "i64x2.add - - i64x2.sub - - - i64x2.mul");
simd("vv>v", 214, integer("i64x2", "eq ne lt_s gt_s le_s ge_s"));
simd(
  "vv>v",
  220,
  integer("i64x2", "extmul_low_i32x4_s extmul_high_i32x4_s extmul_low_i32x4_u extmul_high_i32x4_u"),
);
simd("v>v", 224, "f32x4.abs f32x4.neg - f32x4.sqrt");
simd("vv>v", 228, integer("f32x4", "add sub mul div min max pmin pmax"));
simd("v>v", 236, "f64x2.abs f64x2.neg - f64x2.sqrt");
simd("vv>v", 240, integer("f64x2", "add sub mul div min max pmin pmax"));
simd(
  "v>v",
  248,
  "i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s f32x4.convert_i32x4_u",
);
simd(
  "v>v",
  252,
  "i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u",
);
// Relaxed SIMD, which not every engine has: see relaxed-simd.ts.
simd("vvv>v", 261, "f32x4.relaxed_madd f32x4.relaxed_nmadd f64x2.relaxed_madd f64x2.relaxed_nmadd");
