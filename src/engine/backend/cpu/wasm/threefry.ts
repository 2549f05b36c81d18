import { i32, i32x4, op, shuffle, type Expr, type FunctionRef, type ModuleBuilder } from "./assembler.ts";

/** Bits the second word is turned by in each round, four rounds to a group. */
const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];

/**
 * Threefry-2x32 blocks with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011),
 * four at a time: (key schedule of three words, counter of two) to two words.
 */
export function threefryFunction(module: ModuleBuilder): FunctionRef {
  const vectors = (count: number) => new Array<"v128">(count).fill("v128");
  return module.shared("threefry", vectors(5), vectors(2), (f, k0, k1, k2, x0, x1) => {
    const keys = [k0, k1, k2];
    const a = f.let(op("i32x4.add", x0, k0));
    const b = f.let(op("i32x4.add", x1, k1));
    for (let group = 0; group < 5; group++) {
      for (const bits of rotations[group % 2]!) {
        f.set(a, op("i32x4.add", a, b));
        f.set(b, op("v128.xor", rotate(b, bits), a));
      }
      f.set(a, op("i32x4.add", a, keys[(group + 1) % 3]!));
      f.set(b, op("i32x4.add", op("i32x4.add", b, keys[(group + 2) % 3]!), i32x4(group + 1)));
    }
    return [a, b];
  });
}

function rotate(x: Expr, bits: number): Expr {
  if (bits % 8 === 0) {
    // Whole bytes: one shuffle.
    const bytes = Array.from({ length: 16 }, (_, k) => (k & 12) | ((k - bits / 8) & 3));
    return shuffle(bytes, x, x);
  }
  return op("v128.or", op("i32x4.shl", x, i32(bits)), op("i32x4.shr_u", x, i32(32 - bits)));
}
