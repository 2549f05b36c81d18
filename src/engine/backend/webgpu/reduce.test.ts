import { describe, expect, it } from "vitest";
import { allocateHost, type DType, type HostArray } from "../../core/dtype.ts";
import { ExprBuilder } from "../../kernel/expr-builder.ts";
import type { ReduceKernel, ReduceOp } from "../../kernel/kernel.ts";
import type { ScalarExpr } from "../../kernel/scalar-expr.ts";
import { tunings } from "./device.ts";
import { runKernel } from "./run-kernel.ts";
import { testDevice } from "./test-device.ts";

describe.each(["software", "hardware"] as const)("laid out for %s", (layout) => {
  const device = testDevice(tunings[layout]);

  /** Several reductions of inputs[0] at `position`, over the trailing axes. */
  function reduceKernel(
    dtype: DType,
    shape: readonly number[],
    reduceShape: readonly number[],
    ops: readonly ReduceOp[],
    position?: (b: ExprBuilder, axes: ScalarExpr[]) => ScalarExpr,
  ): ReduceKernel {
    const b = new ExprBuilder();
    const whole = [...shape, ...reduceShape];
    const axes = whole.map((extent, axis) => b.index(axis, extent));
    const value = b.load(0, dtype, position === undefined ? b.flatten(axes, whole) : position(b, axes));
    const reductions = ops.map((op) => ({
      op,
      value,
      dtype: op === "argmax" || op === "argmin" ? ("int32" as const) : dtype,
    }));
    const values = reductions.map((reduction, slot) => b.accumulator(slot, reduction.dtype));
    return {
      kind: "reduce",
      inputs: [dtype],
      params: [],
      outputs: values.map((v) => v.dtype),
      shape,
      reduceShape,
      reductions,
      values,
    };
  }

  const generators = new Map<string, (i: number) => number>([
    ["float32", (i) => Math.sin(i * 12.9898) * 100],
    ["int32", (i) => ((i * 7919) % 2003) - 1001],
    ["uint32", (i) => (i * 7919) % 2003],
    ["bool", (i) => (i % 3 === 0 ? 1 : 0)],
  ]);

  function numbers(dtype: DType, n: number): HostArray {
    const at = generators.get(dtype)!;
    return allocateHost(dtype, n).map((_: number | bigint, i: number) => at(i) as never);
  }

  /** What `op` over `values` should give. */
  function expected(op: ReduceOp, values: readonly number[], dtype: DType): number {
    const best = (better: (a: number, b: number) => boolean): number => {
      const nan = values.findIndex(Number.isNaN);
      if (nan >= 0) return nan;
      let at = 0;
      values.forEach((v, i) => {
        if (better(v, values[at]!)) at = i;
      });
      return at;
    };
    switch (op) {
      case "sum":
        return values.reduce((s, v) => s + v, 0);
      case "prod":
        return values.reduce((s, v) => (dtype === "int32" ? Math.imul(s, v) : s * v), 1);
      case "max":
        return values[best((a, b) => a > b)] ?? (dtype === "float32" ? -Infinity : -(2 ** 31));
      case "min":
        return values[best((a, b) => a < b)] ?? (dtype === "float32" ? Infinity : 2 ** 31 - 1);
      case "and":
        return values.reduce((s, v) => s & v, dtype === "bool" ? 1 : -1);
      case "or":
        return values.reduce((s, v) => s | v, 0);
      case "argmax":
        return best((a, b) => a > b);
      case "argmin":
        return best((a, b) => a < b);
    }
  }

  async function check(
    dtype: DType,
    shape: readonly number[],
    reduceShape: readonly number[],
    ops: readonly ReduceOp[],
    data: HostArray,
    place: (out: number, r: number) => number,
    position?: (b: ExprBuilder, axes: ScalarExpr[]) => ScalarExpr,
  ): Promise<void> {
    const results = await runKernel(device(), reduceKernel(dtype, shape, reduceShape, ops, position), [data]);
    const outputs = shape.reduce((p, e) => p * e, 1);
    const extent = reduceShape.reduce((p, e) => p * e, 1);
    for (let out = 0; out < outputs; out += 1) {
      const values = Array.from({ length: extent }, (_, r) => Number(data[place(out, r)]));
      const scale = dtype === "float32" ? values.reduce((s, v) => s + Math.abs(v), 1) : 0;
      ops.forEach((op, k) => {
        const actual = Number(results[k]![out]);
        const should = expected(op, values, dtype);
        if (op === "sum" && dtype === "float32")
          expect(Math.abs(actual - should)).toBeLessThanOrEqual(2e-7 * scale);
        else expect(actual, `${op} at ${out}`).toBe(should);
      });
    }
  }

  describe("reductions", () => {
    const sizes = [1, 2, 7, 31, 33, 100, 1023, 5000, 70_001, 300_000];
    it.each(sizes)("of all %i elements", async (n) => {
      const ops: ReduceOp[] = ["sum", "max", "min", "argmax", "argmin"];
      await check("float32", [], [n], ops, numbers("float32", n), (_, r) => r);
      await check("int32", [], [n], [...ops, "prod", "and", "or"], numbers("int32", n), (_, r) => r);
      await check("uint32", [], [n], ["sum", "max", "argmin"], numbers("uint32", n), (_, r) => r);
      await check("bool", [], [n], ["and", "or", "max", "min"], numbers("bool", n), (_, r) => r);
    });

    it.each([
      [3, 5],
      [5, 40],
      [100, 37],
      [33, 1000],
      [2, 40_001],
      [5000, 33],
      [1, 64],
    ])("of rows of %i x %i", async (rows, columns) => {
      const data = numbers("float32", rows * columns);
      await check("float32", [rows], [columns], ["sum", "max", "argmin"], data, (o, r) => o * columns + r);
    });

    it.each([
      [40, 5],
      [37, 100],
      [1000, 32],
      [20_001, 8],
      [33, 4000],
      [3, 7],
    ])("of columns of %i x %i", async (rows, columns) => {
      const data = numbers("float32", rows * columns);
      const position = (b: ExprBuilder, [c, r]: ScalarExpr[]): ScalarExpr =>
        b.flatten([r!, c!], [rows, columns]);
      await check(
        "float32",
        [columns],
        [rows],
        ["sum", "max", "argmax"],
        data,
        (o, r) => r * columns + o,
        position,
      );
    });

    it("over several axes at once", async () => {
      const data = numbers("int32", 3 * 4 * 5 * 7);
      await check("int32", [3, 4], [5, 7], ["sum", "argmax"], data, (o, r) => o * 35 + r);
      // the kept axes are the last two of (5, 7, 3, 4)
      const position = (b: ExprBuilder, [k, l, r, s]: ScalarExpr[]): ScalarExpr =>
        b.flatten([r!, s!, k!, l!], [5, 7, 3, 4]);
      await check("int32", [3, 4], [5, 7], ["sum", "argmin"], data, (o, r) => r * 12 + o, position);
    });

    it("of nothing are the identities", async () => {
      const ops: ReduceOp[] = ["sum", "prod", "max", "min"];
      const results = await runKernel(device(), reduceKernel("float32", [3], [0], ops), [
        new Float32Array(0),
      ]);
      expect(results).toEqual([0, 1, -Infinity, Infinity].map((v) => new Float32Array(3).fill(v)));
    });

    it("propagate NaN, and its first position", async () => {
      for (const n of [5, 100, 10_000]) {
        const data = numbers("float32", n) as Float32Array;
        data[n - 2] = NaN;
        data[2] = Infinity;
        const ops: ReduceOp[] = ["sum", "max", "min", "argmax", "argmin"];
        const results = await runKernel(device(), reduceKernel("float32", [], [n], ops), [data]);
        expect(results.map((r) => r[0])).toEqual([NaN, NaN, NaN, n - 2, n - 2]);
      }
    });

    it("overflow to infinity, not to NaN", async () => {
      const data = new Float32Array(10_000).fill(3e38);
      const [sum] = await runKernel(device(), reduceKernel("float32", [], [10_000], ["sum"]), [data]);
      expect(sum![0]).toBe(Infinity);
    });

    it("add up to eight floats from left to right", async () => {
      const data = Float32Array.of(1, 3.2, -1.5);
      const [sum] = await runKernel(device(), reduceKernel("float32", [], [3], ["sum"]), [data]);
      expect(sum![0]).toBe(Math.fround(Math.fround(1 + Math.fround(3.2)) - 1.5));
      expect(String(sum![0])).toMatch(/^2\.6999998/);
    });

    it("take the epilogue's loads, parameters and loop variables", async () => {
      const b = new ExprBuilder();
      const [i, j] = [b.index(0, 6), b.index(1, 50)];
      const value = b.load(0, "float32", b.flatten([i, j], [6, 50]));
      const mean = b.binary("mul", b.accumulator(0, "float32"), b.param(0, "float32"));
      const kernel: ReduceKernel = {
        kind: "reduce",
        inputs: ["float32", "float32"],
        params: ["float32"],
        outputs: ["float32", "int32"],
        shape: [6],
        reduceShape: [50],
        reductions: [{ op: "sum", value, dtype: "float32" }],
        values: [b.binary("add", mean, b.load(1, "float32", i)), i],
      };
      const inputs = [new Float32Array(300).fill(2), Float32Array.of(1, 2, 3, 4, 5, 6)];
      const [result, at] = await runKernel(device(), kernel, inputs, [0.5]);
      expect(result).toEqual(Float32Array.of(51, 52, 53, 54, 55, 56));
      expect(at).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5));
    });
  });

  describe("float32 sums at the lecture's sizes", () => {
    const generated = (n: number, make: (b: ExprBuilder, i: ScalarExpr) => ScalarExpr): ReduceKernel => {
      const b = new ExprBuilder();
      return {
        kind: "reduce",
        inputs: [],
        params: ["float32"],
        outputs: ["float32"],
        shape: [],
        reduceShape: [n],
        reductions: [{ op: "sum", value: make(b, b.index(0, n)), dtype: "float32" }],
        values: [b.binary("mul", b.accumulator(0, "float32"), b.param(0, "float32"))],
      };
    };

    it.each([20_000_000, 50_000_000, 50_000_001])("of %i ones is exact", async (n) => {
      const ones = generated(n, (b) => b.const("float32", 1));
      expect((await runKernel(device(), ones, [], [1]))[0]![0]).toBe(Math.fround(n));
      expect((await runKernel(device(), ones, [], [1 / n]))[0]![0]).toBe(1);
    });

    it("of random numbers is within one part in 1e7", async () => {
      const n = 10_000_000;
      const data = new Float32Array(n);
      let state = 1;
      for (let i = 0; i < n; i += 1) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        data[i] = state / 2 ** 32;
      }
      let exact = 0;
      for (const v of data) exact += v;
      const [sum] = await runKernel(device(), reduceKernel("float32", [], [n], ["sum"]), [data]);
      expect(Math.abs((sum![0] as number) / exact - 1)).toBeLessThan(1e-7);
      device().trim();
    });
  });
});
