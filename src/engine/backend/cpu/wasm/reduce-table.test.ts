import { describe, expect, test } from "vitest";
import { allocateHost, type DType, type HostArray } from "../../../core/dtype.ts";
import { ExprBuilder } from "../../../kernel/expr-builder.ts";
import type { ReduceKernel, ReduceOp } from "../../../kernel/kernel.ts";
import { flatten, runKernel } from "../testing/run-kernel.ts";
import { reduceModule } from "./reduce.ts";
import { runModule } from "./testing/run-module.ts";

const dtypes: DType[] = ["float32", "float64", "int32", "uint32", "int64", "bool"];
const floatOps: ReduceOp[] = ["sum", "prod", "max", "min", "argmax", "argmin"];
const opsOf = (dtype: DType): ReduceOp[] =>
  dtype === "float32" || dtype === "float64" ? floatOps : [...floatOps, "and", "or"];

/** All reductions of `data` over `axes`, in one kernel. */
function kernelOf(dtype: DType, shape: readonly number[], axes: readonly number[]): ReduceKernel {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const b = new ExprBuilder();
  const index = new Array(shape.length).fill(b.int(0));
  [...kept, ...axes].forEach((axis, loop) => (index[axis] = b.index(loop, shape[axis]!)));
  const value = b.load(0, dtype, flatten(b, index, shape));
  const reductions = opsOf(dtype).map((op) => ({
    op,
    value,
    dtype: op.startsWith("arg") ? ("int32" as const) : dtype,
  }));
  return {
    kind: "reduce",
    shape: kept.map((axis) => shape[axis]!),
    reduceShape: axes.map((axis) => shape[axis]!),
    inputs: [dtype],
    params: [],
    outputs: reductions.map((reduction) => reduction.dtype),
    reductions,
    values: reductions.map((reduction, k) => b.accumulator(k, reduction.dtype)),
  };
}

/** Numbers with ties, few enough ones apart from 1 that products stay finite. */
function sample(dtype: DType, length: number): HostArray {
  const data = allocateHost(dtype, length);
  let state = 99;
  for (let k = 0; k < length; k++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const whole = ((state >>> 20) % 41) - 20;
    if (dtype === "int64") (data as BigInt64Array)[k] = BigInt(whole) * 3_000_000_000n;
    else if (dtype === "bool") (data as Uint8Array)[k] = whole > -19 ? 1 : 0;
    else if (dtype === "float32" || dtype === "float64") (data as Float64Array)[k] = 1 + whole / 2 ** 14;
    else (data as Int32Array)[k] = whole * 100_000_000;
  }
  return data;
}

const wrap: Record<string, (x: bigint) => bigint> = {
  int32: (x) => BigInt.asIntN(32, x),
  uint32: (x) => BigInt.asUintN(32, x),
  int64: (x) => BigInt.asIntN(64, x),
  bool: (x) => (x !== 0n ? 1n : 0n),
};

/** The exact results; floats in double. */
function expected(op: ReduceOp, dtype: DType, values: readonly (number | bigint)[]): number | bigint {
  const isFloat = dtype.startsWith("float");
  const better = (sign: 1 | -1): number => {
    let best = 0;
    values.forEach((value, k) => {
      if (sign > 0 ? value > values[best]! : value < values[best]!) best = k;
    });
    return best;
  };
  if (op === "argmax" || op === "argmin") return better(op === "argmax" ? 1 : -1);
  if (op === "max" || op === "min") return values[better(op === "max" ? 1 : -1)]!;
  if (isFloat) {
    return values.reduce(
      (a: number, b) => (op === "sum" ? a + Number(b) : a * Number(b)),
      op === "sum" ? 0 : 1,
    );
  }
  const folds: Record<string, [bigint, (a: bigint, b: bigint) => bigint]> = {
    sum: [0n, (a, b) => a + b],
    prod: [1n, (a, b) => a * b],
    and: [-1n, (a, b) => a & b],
    or: [0n, (a, b) => a | b],
  };
  const [start, fold] = folds[op]!;
  const first = dtype === "bool" && op === "and" ? 1n : start;
  const result = wrap[dtype]!(values.map(BigInt).reduce((a, b) => wrap[dtype]!(fold(a, b)), first));
  return dtype === "int64" ? result : Number(result);
}

/** The values of each kept point, in row-major order of the reduced axes. */
function grouped(data: HostArray, shape: readonly number[], axes: readonly number[]): (number | bigint)[][] {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const groups: (number | bigint)[][] = [];
  data.forEach((value: number | bigint, position: number) => {
    let rest = position;
    const index = [...shape].reverse().map((extent) => {
      const coordinate = rest % extent;
      rest = Math.floor(rest / extent);
      return coordinate;
    });
    index.reverse();
    const group = kept.reduce((at, axis) => at * shape[axis]! + index[axis]!, 0);
    (groups[group] ??= []).push(value);
  });
  return groups;
}

function check(dtype: DType, shape: readonly number[], axes: readonly number[]): void {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = sample(dtype, size);
  const kernel = kernelOf(dtype, shape, axes);
  const results = runKernel(kernel, [data]);
  const groups = grouped(data, shape, axes);
  const narrow = dtype === "float32" ? 2 ** -24 : 2 ** -53;
  kernel.reductions.forEach(({ op }, k) => {
    const got = [...results[k]!];
    const want = groups.map((values) => expected(op, dtype, values));
    if (!dtype.startsWith("float") || (op !== "sum" && op !== "prod")) {
      expect(got, op).toEqual(want);
      return;
    }
    const steps = size / groups.length;
    // One rounding for a sum of float32; the error of a product, or of a double sum, grows with its length.
    const bound = op === "sum" && dtype === "float32" ? Math.min(steps, 8) : steps;
    want.forEach((value, at) => {
      const error = Math.abs(Number(got[at]) - Number(value)) / Math.abs(Number(value));
      expect(error, `${op} of ${at}`).toBeLessThanOrEqual(bound * narrow);
    });
  });
}

describe.each(dtypes)("%s", (dtype) => {
  test("all of an array, at sizes around those the loops are cut at", () => {
    for (const size of [1, 3, 4, 5, 8, 9, 16, 17, 511, 513, 4097, 100_003]) {
      check(dtype, [size], [0]);
    }
  });

  test("axes first, last, in the middle and around", () => {
    check(dtype, [1, 1], [0, 1]);
    check(dtype, [10, 3], []);
    check(dtype, [3, 100], [0]);
    check(dtype, [100, 3], [0]);
    check(dtype, [150, 37], [0]);
    check(dtype, [37, 150], [1]);
    check(dtype, [6, 13, 5], [1]);
    check(dtype, [6, 13, 5], [0, 2]);
    check(dtype, [2, 9, 2], [1]);
    check(dtype, [20, 30, 40], [0, 1]);
    check(dtype, [20, 30, 40], [1, 2]);
    check(dtype, [5, 2, 1, 31], [0, 3]);
    check(dtype, [9000, 13], [0]);
    check(dtype, [2, 5000, 3], [1]);
  });
});

describe("results do not depend on the order of tasks", () => {
  const cases: [number[], number[]][] = [
    [[300_001], [0]],
    [[40_000, 19], [0]],
    [[3, 70_003], [1]],
    [[700, 1500], [0]],
  ];
  test.each(cases)("shape %j over axes %j", (shape, axes) => {
    for (const dtype of ["float32", "float64"] as const) {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = sample(dtype, size);
      (data as Float64Array)[Math.floor(size / 3)] = 2 ** 20;
      const kernel = kernelOf(dtype, shape, axes);
      const module = reduceModule(kernel);
      const kept = kernel.shape.reduce((a, b) => a * b, 1);
      const outputs = kernel.outputs.map((output) => [output, kept] as const);
      expect(module.tasks).toBeGreaterThan(1);
      const forward = runModule(module, [data], outputs, "forward");
      expect(runModule(module, [data], outputs, "backward")).toEqual(forward);
      expect(runKernel(kernel, [data])).toEqual(forward);
    }
  });
});

test("an epilogue over kept points that are no multiple of four, along either axis", () => {
  for (const [rows, columns] of [
    [7, 300],
    [300, 7],
    [2, 1000],
    [1000, 2],
  ] as const) {
    for (const axis of [0, 1]) {
      const shape = [rows, columns];
      const data = sample("float32", rows * columns);
      const kept = shape[1 - axis]!;
      const scale = Float32Array.from({ length: kept }, (_, k) => k);
      const b = new ExprBuilder();
      const [i, j] =
        axis === 1 ? [b.index(0, rows), b.index(1, columns)] : [b.index(1, rows), b.index(0, columns)];
      const kernel: ReduceKernel = {
        kind: "reduce",
        shape: [kept],
        reduceShape: [shape[axis]!],
        inputs: ["float32", "float32"],
        params: ["float32"],
        outputs: ["float32", "bool"],
        reductions: [{ op: "max", value: b.load(0, "float32", flatten(b, [i, j], shape)), dtype: "float32" }],
        values: [
          b.binary(
            "add",
            b.binary("mul", b.accumulator(0, "float32"), b.load(1, "float32", b.index(0, kept))),
            b.param(0, "float32"),
          ),
          b.compare("gt", b.accumulator(0, "float32"), b.const("float32", 1)),
        ],
      };
      const [values, flags] = runKernel(kernel, [data, scale], [0.5]);
      grouped(data, shape, [axis]).forEach((group, k) => {
        const most = Math.max(...group.map(Number));
        expect(values![k]).toBe(Math.fround(Math.fround(most * k) + 0.5));
        expect(flags![k]).toBe(most > 1 ? 1 : 0);
      });
    }
  }
});

test("infinities and NaN in sums, products and extremes, wherever they stand", () => {
  for (const dtype of ["float32", "float64"] as const) {
    for (const place of [0, 3, 17, 513, 1029]) {
      const data = sample(dtype, 1030) as Float64Array;
      data[place] = Infinity;
      const [sum, prod, max, min, argmax] = runKernel(kernelOf(dtype, [1030], [0]), [data]);
      expect([sum![0], prod![0], max![0], argmax![0]]).toEqual([Infinity, Infinity, Infinity, place]);
      expect(min![0]).toBeLessThan(1);
      data[place] = NaN;
      const results = runKernel(kernelOf(dtype, [1030], [0]), [data]).map((values) => values[0]);
      expect(results).toEqual([NaN, NaN, NaN, NaN, place, place]);
    }
  }
});
