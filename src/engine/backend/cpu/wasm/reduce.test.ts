import { describe, expect, test } from "vitest";
import type { DType } from "../../../core/dtype.ts";
import { ExprBuilder } from "../../../kernel/expr-builder.ts";
import type { Kernel } from "../../../kernel/kernel.ts";
import { reduceArray, runKernel } from "../testing/run-kernel.ts";

const f = Math.fround;

function noise(length: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

describe("sums", () => {
  test("a few elements are summed left to right in float32", () => {
    expect(reduceArray("sum", Float32Array.from([1, 3.2, -1.5]), "float32", [3], [0])[0]).toBe(f(2.6999998));
    const eight = Float32Array.from([
      1,
      2 ** -24,
      2 ** -24,
      2 ** -24,
      2 ** -24,
      2 ** -24,
      2 ** -24,
      2 ** -24,
    ]);
    expect(reduceArray("sum", eight, "float32", [8], [0])[0]).toBe(1);
  });

  test("fifty million ones are fifty million, and the mean of twenty million is one", () => {
    const sumOfOnes = (n: number, scale: number): unknown => {
      const b = new ExprBuilder();
      const one = b.cast(b.compare("ge", b.index(0, n), b.int(0)), "float32");
      const kernel: Kernel = {
        kind: "reduce",
        shape: [],
        reduceShape: [n],
        inputs: [],
        params: ["float32"],
        outputs: ["float32"],
        reductions: [{ op: "sum", value: one, dtype: "float32" }],
        values: [b.binary("mul", b.accumulator(0, "float32"), b.param(0, "float32"))],
      };
      return runKernel(kernel, [], [scale])[0]![0];
    };
    expect(sumOfOnes(50_000_000, 1)).toBe(50_000_000);
    expect(sumOfOnes(20_000_000, 1 / 20_000_000)).toBe(1);
  });

  test("float64 sums are as good as pairwise", () => {
    const n = 1_000_003;
    const sum = reduceArray("sum", new Float64Array(n).fill(0.1), "float64", [n], [0])[0] as number;
    expect(Math.abs(sum - 100000.3) / 100000.3).toBeLessThan(3e-15);
    const columns = reduceArray("sum", new Float64Array(2 * n).fill(0.1), "float64", [n, 2], [0]);
    expect(Math.abs((columns[1] as number) - 100000.3) / 100000.3).toBeLessThan(3e-15);
  });

  test("integers wrap", () => {
    const big = new Int32Array(100).fill(2 ** 30);
    expect(reduceArray("sum", big, "int32", [100], [0])[0]).toBe((100 * 2 ** 30) | 0);
    const unsigned = new Uint32Array(3).fill(2 ** 31 + 1);
    expect(reduceArray("sum", unsigned, "uint32", [3], [0])[0]).toBe(2 ** 31 + 3);
    expect(reduceArray("sum", new BigInt64Array(2).fill(2n ** 62n), "int64", [2], [0])[0]).toBe(-(2n ** 63n));
    expect(reduceArray("prod", Int32Array.from([3, -4, 5]), "int32", [3], [0])[0]).toBe(-60);
  });
});

test("NaN wins every comparison, at its first place", () => {
  const data = Float64Array.from({ length: 5000 }, (_, k) => k % 97);
  data[3210] = NaN;
  data[4000] = NaN;
  expect(reduceArray("max", data, "float64", [5000], [0])[0]).toBeNaN();
  expect(reduceArray("min", data, "float64", [5000], [0])[0]).toBeNaN();
  expect(reduceArray("argmax", data, "float64", [5000], [0])[0]).toBe(3210);
  expect(reduceArray("argmin", data, "float64", [5000], [0])[0]).toBe(3210);
  expect(reduceArray("sum", data, "float64", [5000], [0])[0]).toBeNaN();
});

test("the first of equal extremes wins, also when all are the identity", () => {
  expect(reduceArray("argmax", new Float32Array(9000).fill(-Infinity), "float32", [9000], [0])[0]).toBe(0);
  expect(reduceArray("argmin", new Int32Array(9000).fill(2 ** 31 - 1), "int32", [9000], [0])[0]).toBe(0);
  expect(reduceArray("argmax", Uint32Array.from([1, 2 ** 31, 7, 2 ** 31]), "uint32", [4], [0])[0]).toBe(1);
  expect(reduceArray("argmax", BigInt64Array.from([-5n, -2n, -2n]), "int64", [3], [0])[0]).toBe(1);
  expect(reduceArray("argmax", Uint8Array.from([0, 1, 1]), "bool", [3], [0])[0]).toBe(1);
  expect(reduceArray("max", Uint32Array.from([1, 2 ** 31, 7]), "uint32", [3], [0])[0]).toBe(2 ** 31);
  expect(reduceArray("min", Uint32Array.from([2 ** 31, 7]), "uint32", [2], [0])[0]).toBe(7);
});

test("nothing to fold gives the identity", () => {
  const none = (op: Parameters<typeof reduceArray>[0], dtype: DType) => [
    ...reduceArray(op, dtype === "int64" ? new BigInt64Array(0) : new Float32Array(0), dtype, [2, 0], [1]),
  ];
  expect(none("sum", "float32")).toEqual([0, 0]);
  expect(none("prod", "float32")).toEqual([1, 1]);
  expect(none("max", "float32")).toEqual([-Infinity, -Infinity]);
  expect(none("sum", "int64")).toEqual([0n, 0n]);
  expect(none("min", "int64")).toEqual([2n ** 63n - 1n, 2n ** 63n - 1n]);
});

test("several reductions of one pass, and an epilogue over kept axes", () => {
  const rows = 50;
  const columns = 200;
  const data = noise(rows * columns);
  const scale = Float32Array.from({ length: rows }, (_, k) => k);
  const b = new ExprBuilder();
  const i = b.index(0, rows);
  const x = b.load(0, "float32", b.indexAdd(b.indexMultiply(i, columns), b.index(1, columns)));
  const kernel: Kernel = {
    kind: "reduce",
    shape: [rows],
    reduceShape: [columns],
    inputs: ["float32", "float32"],
    params: [],
    outputs: ["float32", "int32", "float32"],
    reductions: [
      { op: "sum", value: b.binary("mul", x, x), dtype: "float32" },
      { op: "argmax", value: x, dtype: "int32" },
      { op: "max", value: x, dtype: "float32" },
    ],
    values: [
      b.binary("mul", b.unary("sqrt", b.accumulator(0, "float32")), b.load(1, "float32", i)),
      b.accumulator(1, "int32"),
      b.accumulator(2, "float32"),
    ],
  };
  const [norms, places, maxima] = runKernel(kernel, [data, scale]);
  for (let row = 0; row < rows; row++) {
    const values = [...data.subarray(row * columns, (row + 1) * columns)];
    const norm = f(f(Math.sqrt(f(values.reduce((a, v) => a + f(v * v), 0)))) * row);
    expect(Math.abs((norms![row] as number) - norm)).toBeLessThanOrEqual(norm * 1.2e-7);
    expect(maxima![row]).toBe(Math.max(...values));
    expect(places![row]).toBe(values.indexOf(Math.max(...values)));
  }
});
