import { expect, it } from "vitest";
import { fma } from "./math.ts";

it("fma rounds once", () => {
  let seed = 1;
  const random = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed;
  };
  for (let k = 0; k < 20_000; k++) {
    const a = random() * 2 ** 20 + random();
    const b = random() * 2 ** 20 - random();
    // Anything from far below the product to its own negative, rounded: then only what rounding lost is left.
    const c = k % 3 === 0 ? -(a * b) : (k % 3 === 1 ? -1 : 1) * random() * 2 ** (k % 70);
    expect(fma(a, b, c)).toBe(Number(BigInt(a) * BigInt(b) + BigInt(c)));
  }
});

it("fma of numbers too large to split, and of none", () => {
  expect(fma(1e300, 1e10, 1)).toBe(Infinity);
  expect(fma(1e300, 2, -1e300)).toBe(1e300);
  expect(fma(Infinity, 0, 1)).toBeNaN();
  expect(fma(2, 3, Infinity)).toBe(Infinity);
  expect(fma(-0, 1, -0)).toBe(-0);
});
