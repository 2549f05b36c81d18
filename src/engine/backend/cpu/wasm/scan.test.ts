import { expect, test } from "vitest";
import type { DType, HostArray } from "../../../core/dtype.ts";
import { ExprBuilder } from "../../../kernel/expr-builder.ts";
import type { ScanKernel } from "../../../kernel/kernel.ts";
import { flatten, runKernel } from "../testing/run-kernel.ts";

function scan(
  op: ScanKernel["op"],
  dtype: DType,
  shape: readonly [number, number, number],
  data: HostArray,
  reverse = false,
): HostArray {
  const [outer, length, inner] = shape;
  const b = new ExprBuilder();
  const index = shape.map((extent, axis) => b.index(axis, extent));
  const value = b.load(0, dtype, flatten(b, index, shape));
  return runKernel(
    { kind: "scan", op, outer, length, inner, reverse, value, inputs: [dtype], params: [], outputs: [dtype] },
    [data],
  )[0]!;
}

const folds = {
  sum: (a: number, b: number) => a + b,
  prod: (a: number, b: number) => a * b,
  max: Math.max,
  min: Math.min,
};

test.each([[[1, 5, 1]], [[1, 9000, 1]], [[3, 700, 1]], [[2, 300, 7]], [[1, 20, 1100]], [[2, 0, 3]]] as [
  [number, number, number],
][])("over %j, both ways", (shape) => {
  const [outer, length, inner] = shape;
  const data = Array.from({ length: outer * length * inner }, (_, k) => ((k * 7919) % 13) - 6);
  for (const op of ["sum", "max", "min"] as const) {
    for (const reverse of [false, true]) {
      const expected = new Array<number>(data.length);
      for (let block = 0; block < outer; block++) {
        for (let column = 0; column < inner; column++) {
          let running: number | undefined;
          for (let step = 0; step < length; step++) {
            const row = reverse ? length - 1 - step : step;
            const at = (block * length + row) * inner + column;
            running = running === undefined ? data[at]! : folds[op](running, data[at]!);
            expected[at] = running;
          }
        }
      }
      const what = `${op} ${reverse}`;
      expect([...scan(op, "float32", shape, Float32Array.from(data), reverse)], what).toEqual(expected);
      expect([...scan(op, "float64", shape, Float64Array.from(data), reverse)], what).toEqual(expected);
      expect([...scan(op, "int32", shape, Int32Array.from(data), reverse)], what).toEqual(expected);
      const big = scan(op, "int64", shape, BigInt64Array.from(data.map(BigInt)), reverse);
      expect([...big], what).toEqual(expected.map(BigInt));
    }
  }
});

test("products, unsigned extremes and NaN", () => {
  expect([...scan("prod", "float64", [1, 4, 1], Float64Array.from([2, 3, 0.5, -1]))]).toEqual([2, 6, 3, -3]);
  expect([...scan("max", "uint32", [1, 3, 1], Uint32Array.from([5, 2 ** 31, 7]))]).toEqual([
    5,
    2 ** 31,
    2 ** 31,
  ]);
  expect([...scan("max", "float32", [1, 3, 1], Float32Array.from([1, NaN, 2]))]).toEqual([1, NaN, NaN]);
  expect([...scan("sum", "float64", [1, 3, 1], Float64Array.from([1, Infinity, 2]))]).toEqual([
    1,
    Infinity,
    Infinity,
  ]);
});

test("ten million float32 ones count up exactly; float64 tenths stay close", () => {
  const counted = scan("sum", "float32", [1, 10_000_000, 1], new Float32Array(10_000_000).fill(1));
  expect(counted[9_999_999]).toBe(10_000_000);
  expect(counted[1234567]).toBe(1234568);
  const tenths = scan("sum", "float64", [1, 1_000_000, 1], new Float64Array(1_000_000).fill(0.1));
  expect(Math.abs((tenths[999_999] as number) - 100000)).toBeLessThan(1e-8);
});
