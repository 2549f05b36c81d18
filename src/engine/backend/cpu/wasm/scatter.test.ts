import { expect, test } from "vitest";
import type { DType, HostArray } from "../../../core/dtype.ts";
import { ExprBuilder } from "../../../kernel/expr-builder.ts";
import type { ScatterKernel } from "../../../kernel/kernel.ts";
import { runKernel } from "../testing/run-kernel.ts";

function scatter(
  op: ScatterKernel["op"],
  dtype: DType,
  operand: HostArray,
  target: readonly number[],
  update: HostArray,
): HostArray {
  const b = new ExprBuilder();
  const i = b.index(0, operand.length);
  const u = b.index(0, update.length);
  const kernel: ScatterKernel = {
    kind: "scatter",
    op,
    shape: [operand.length],
    updateShape: [update.length],
    operand: b.load(0, dtype, i),
    target: b.load(1, "int32", u),
    update: b.load(2, dtype, u),
    inputs: [dtype, "int32", dtype],
    params: [],
    outputs: [dtype],
  };
  return runKernel(kernel, [operand, Int32Array.from(target), update])[0]!;
}

test("every operation, with repeated and dropped targets", () => {
  const operand = Float32Array.from([1, 2, 3, 4]);
  const target = [0, 2, 2, -1];
  const update = Float32Array.from([10, 20, 2, 99]);
  const run = (op: ScatterKernel["op"]): number[] =>
    [...scatter(op, "float32", operand, target, update)] as number[];
  expect(run("set")).toEqual([10, 2, 2, 4]);
  expect(run("add")).toEqual([11, 2, 25, 4]);
  expect(run("mul")).toEqual([10, 2, 120, 4]);
  expect(run("max")).toEqual([10, 2, 20, 4]);
  expect(run("min")).toEqual([1, 2, 2, 4]);
});

test("every dtype", () => {
  const target = [1, 1];
  expect([
    ...scatter("add", "int32", Int32Array.from([0, 2147483647]), target, Int32Array.from([1, 1])),
  ]).toEqual([0, -2147483647]);
  expect([
    ...scatter("max", "uint32", Uint32Array.from([0, 5]), target, Uint32Array.from([2 ** 31, 7])),
  ]).toEqual([0, 2 ** 31]);
  expect([
    ...scatter("add", "int64", BigInt64Array.from([0n, 2n ** 60n]), target, BigInt64Array.from([1n, 2n])),
  ]).toEqual([0n, 2n ** 60n + 3n]);
  expect([...scatter("set", "bool", Uint8Array.from([0, 0]), target, Uint8Array.from([1, 1]))]).toEqual([
    0, 1,
  ]);
  expect([
    ...scatter("add", "float64", Float64Array.from([0, 0.5]), target, Float64Array.from([0.1, 0.2])),
  ]).toEqual([0, 0.5 + 0.1 + 0.2]);
});

test("a histogram of a million values", () => {
  const n = 1_000_000;
  const target = Array.from({ length: n }, (_, k) => (k * 7) % 10);
  const counts = scatter("add", "int32", new Int32Array(10), target, new Int32Array(n).fill(1));
  expect([...counts]).toEqual(new Array(10).fill(n / 10));
});

test("updates of any shape come in order, the last one sets", () => {
  for (const [rows, columns] of [
    [1, 1],
    [5, 3],
    [3, 7],
    [2, 9001],
    [9001, 2],
  ] as const) {
    for (const op of ["set", "add"] as const) {
      const size = 37;
      const target = Int32Array.from({ length: rows * columns }, (_, k) => ((k * 31) % (size + 4)) - 2);
      const update = Float64Array.from({ length: rows * columns }, (_, k) => k + 1);
      const operand = Float64Array.from({ length: size }, (_, k) => -k);
      const b = new ExprBuilder();
      const u = b.indexAdd(b.indexMultiply(b.index(0, rows), columns), b.index(1, columns));
      const kernel: ScatterKernel = {
        kind: "scatter",
        op,
        shape: [size],
        updateShape: [rows, columns],
        operand: b.load(0, "float64", b.index(0, size)),
        target: b.load(1, "int32", u),
        update: b.load(2, "float64", u),
        inputs: ["float64", "int32", "float64"],
        params: [],
        outputs: ["float64"],
      };
      const expected = operand.slice();
      update.forEach((value, k) => {
        const at = target[k]!;
        if (at >= 0 && at < size) expected[at] = op === "set" ? value : expected[at]! + value;
      });
      expect(runKernel(kernel, [operand, target, update])[0], `${op} ${rows}x${columns}`).toEqual(expected);
    }
  }
});

test("NaN spreads through extremes, and nothing is there to update", () => {
  const operand = Float32Array.from([1, NaN, 3]);
  const run = (op: ScatterKernel["op"], update: number[]): unknown[] => [
    ...scatter(op, "float32", operand, [0, 1], Float32Array.from(update)),
  ];
  expect(run("max", [NaN, 9])).toEqual([NaN, NaN, 3]);
  expect(run("min", [0, 9])).toEqual([0, NaN, 3]);
  expect([...scatter("add", "float32", new Float32Array(0), [], new Float32Array(0))]).toEqual([]);
  expect([...scatter("add", "float32", operand.subarray(2), [], new Float32Array(0))]).toEqual([3]);
});
