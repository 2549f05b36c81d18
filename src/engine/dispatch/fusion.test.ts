import { describe, expect, test } from "vitest";
import { counters, jax, lax, type ArrayBase } from "../index.ts";
import { ArrayImpl } from "./array.ts";
import { randomInputs, randomProgram } from "../lax/random-program.ts";

/**
 * Fusion must not change what a program computes: random programs run equation by equation and fused, over all kinds
 * of lowering rules, with values shared, viewed in several ways, and returned beside what uses them.
 */

const list = (x: ArrayBase): unknown => (x instanceof ArrayImpl ? x.tolist() : undefined);

describe("fusion", () => {
  test("random programs compute the same, equation by equation and fused", () => {
    for (let seed = 1; seed <= 400; seed++) {
      const [x, y] = randomInputs(seed);
      const program = randomProgram(seed);
      const eager = program(x, y).map(list);
      const fused = jax.jit(program)(x, y).map(list);
      expect(fused, `program ${String(seed)}`).toEqual(eager);
    }
  });

  test("several outputs of one size come from one kernel", () => {
    const f = jax.jit((x: ArrayBase) => [lax.sin(x), lax.cos(x), lax.mul(lax.sin(x), 2)]);
    const x = lax.full([100], 1, "float32");
    f(x);
    const before = counters.kernelsRun;
    f(x);
    expect(counters.kernelsRun - before).toBe(1);
  });

  test("several reductions over one array are one kernel, with what follows them", () => {
    const f = jax.jit((x: ArrayBase) => {
      const mean = lax.div(lax.reduce_sum(x, [0]), 100);
      const square = lax.div(lax.reduce_sum(lax.mul(x, x), [0]), 100);
      return [mean, lax.sub(square, lax.mul(mean, mean)), lax.reduce_max(x, [0])];
    });
    const x = lax.iota("float32", 100);
    const [mean, variance, largest] = f(x);
    expect([mean, variance, largest].map((value) => list(value!))).toEqual([49.5, 833.25, 99]);
    const before = counters.kernelsRun;
    f(x);
    expect(counters.kernelsRun - before).toBe(1);
  });

  test("an expensive value read in two ways is computed once", () => {
    const heavy = (x: ArrayBase): ArrayBase => {
      let y = x;
      for (let k = 0; k < 8; k++) y = lax.sin(y);
      return y;
    };
    const f = jax.jit((x: ArrayBase) => {
      const y = heavy(x);
      return lax.add(y, lax.rev(y, [0]));
    });
    const x = lax.iota("float32", 50);
    f(x);
    const before = counters.kernelsRun;
    f(x);
    expect(counters.kernelsRun - before).toBe(2);
  });

  test("one kernel for a hundred scalars, one for a hundred positions", () => {
    const x = lax.iota("float32", 100);
    lax.mul(x, 0.5);
    lax.dynamic_slice(x, [0], [1]);
    const before = counters.kernelsCompiled;
    for (let k = 0; k < 100; k++) {
      expect(list(lax.mul(x, k + 0.25))).toEqual(
        Array.from({ length: 100 }, (_, i) => Math.fround(i * (k + 0.25))),
      );
      expect(list(lax.dynamic_slice(x, [k], [1]))).toEqual([k]);
    }
    expect(counters.kernelsCompiled - before).toBe(0);
  });

  test("an exponent that makes a root is part of the kernel, any other a parameter", () => {
    const x = lax.iota("float32", 3);
    expect(list(lax.pow(x, 1.5))).toEqual([0, 1, Math.fround(2 ** 1.5)]);
    expect(list(lax.pow(x, 0.5))).toEqual([0, 1, Math.fround(Math.SQRT2)]);
    lax.pow(x, 1.25);
    const before = counters.kernelsCompiled;
    lax.pow(x, 1.75);
    expect(counters.kernelsCompiled - before).toBe(0);
  });
});
