import { describe, expect, test } from "vitest";
import { allocateHost, type DType, type HostArray } from "../../../core/dtype.ts";
import { ExprBuilder } from "../../../kernel/expr-builder.ts";
import type { ScanKernel } from "../../../kernel/kernel.ts";
import { flatten, runKernel } from "../testing/run-kernel.ts";
import { scanModule } from "./scan.ts";
import { runModule } from "./testing/run-module.ts";

type Shape = readonly [number, number, number];

/** A scan of the input, or of its square and one where `heavy`: a body that is not worth evaluating twice. */
function kernelOf(
  op: ScanKernel["op"],
  dtype: DType,
  [outer, length, inner]: Shape,
  { reverse = false, heavy = false } = {},
): ScanKernel {
  const b = new ExprBuilder();
  const index = [outer, length, inner].map((extent, axis) => b.index(axis, extent));
  let value = b.load(0, dtype, flatten(b, index, [outer, length, inner]));
  if (heavy) {
    for (let k = 0; k < 4; k++) {
      value = b.binary("add", b.binary("mul", value, value), b.number(dtype, k % 2 === 0 ? -1 : 1));
      value = b.binary("min", value, b.number(dtype, 3));
    }
  }
  return {
    kind: "scan",
    op,
    outer,
    length,
    inner,
    reverse,
    value,
    inputs: [dtype],
    params: [],
    outputs: [dtype],
  };
}

function sample(dtype: DType, length: number): HostArray {
  const data = allocateHost(dtype, length);
  let state = 7;
  for (let k = 0; k < length; k++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const whole = ((state >>> 20) % 9) - 4;
    if (dtype === "int64") (data as BigInt64Array)[k] = BigInt(whole) * 5_000_000_000n;
    else (data as Float64Array)[k] = dtype === "uint32" ? whole + 4 : whole;
  }
  return data;
}

function plain(
  op: ScanKernel["op"],
  data: HostArray,
  [outer, length, inner]: Shape,
  reverse: boolean,
): HostArray {
  const result = data.slice() as Float64Array;
  const folds = {
    sum: (a: number, b: number) => a + b,
    prod: (a: number, b: number) => a * b,
    max: (a: number, b: number) => (a > b ? a : b),
    min: (a: number, b: number) => (a < b ? a : b),
  };
  for (let block = 0; block < outer; block++) {
    for (let column = 0; column < inner; column++) {
      for (let step = 1; step < length; step++) {
        const row = reverse ? length - 1 - step : step;
        const at = (block * length + row) * inner + column;
        result[at] = folds[op](result[reverse ? at + inner : at - inner]!, result[at]!);
      }
    }
  }
  return result;
}

/** Where two arrays differ first; -1 where they do not. */
function firstDifference(a: HostArray, b: HostArray): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return k;
  return -1;
}

const lengths = [1, 3, 4, 5, 8, 9, 17, 1024, 1027, 5003];

describe.each(["float32", "float64", "int32", "uint32", "int64"] as const)("%s", (dtype) => {
  // Sums of small whole numbers are exact, in any order.
  test("rows of any length, both ways", () => {
    for (const length of lengths) {
      for (const op of ["sum", "min"] as const) {
        for (const reverse of [false, true]) {
          const shape = [2, length, 1] as const;
          const data = sample(dtype, 2 * length);
          const [result] = runKernel(kernelOf(op, dtype, shape, { reverse }), [data]);
          expect(
            firstDifference(result!, plain(op, data, shape, reverse)),
            `${op} ${length} ${reverse}`,
          ).toBe(-1);
        }
      }
    }
  });

  test("columns, few and many, of rows few and many", () => {
    for (const shape of [
      [2, 5, 2],
      [1, 300, 3],
      [3, 70, 4],
      [1, 700, 9],
      [2, 100, 66],
      [1, 600, 131],
      [1, 9, 2050],
    ] as const) {
      for (const reverse of [false, true]) {
        const data = sample(dtype, shape[0] * shape[1] * shape[2]);
        for (const op of reverse ? (["sum"] as const) : (["sum", "max"] as const)) {
          const [result] = runKernel(kernelOf(op, dtype, shape, { reverse }), [data]);
          expect(
            firstDifference(result!, plain(op, data, shape, reverse)),
            `${op} ${shape.join("x")} ${reverse}`,
          ).toBe(-1);
        }
      }
    }
  });
});

test("products wrap or grow", () => {
  const data = Int32Array.from({ length: 3000 }, (_, k) => (k % 3) + 1);
  const wrapped = Int32Array.from(data);
  for (let k = 1; k < 3000; k++) wrapped[k] = Math.imul(wrapped[k - 1]!, wrapped[k]!);
  expect(runKernel(kernelOf("prod", "int32", [1, 3000, 1]), [data])[0]).toEqual(wrapped);
  const powers = new Float64Array(900).fill(2);
  const [result] = runKernel(kernelOf("prod", "float64", [1, 900, 1]), [powers]);
  expect(result).toEqual(Float64Array.from(powers, (_, k) => 2 ** (k + 1)));
});

test("a value that is costly is evaluated once and stored in between", () => {
  for (const length of [900, 5003]) {
    const data = sample("float64", length);
    const value = (x: number): number => {
      for (let k = 0; k < 4; k++) x = Math.min(x * x + (k % 2 === 0 ? -1 : 1), 3);
      return x;
    };
    const values = Float64Array.from(data as Float64Array, value);
    for (const reverse of [false, true]) {
      const shape = [1, length, 1] as const;
      const [result] = runKernel(kernelOf("sum", "float64", shape, { reverse, heavy: true }), [data]);
      expect(result).toEqual(plain("sum", values, shape, reverse));
    }
  }
});

test("at most eight floats are added one after another, rounding each time", () => {
  const small = new Float32Array(8).fill(2 ** -24);
  small[0] = 1;
  expect(runKernel(kernelOf("sum", "float32", [1, 8, 1]), [small])[0]).toEqual(new Float32Array(8).fill(1));
  const longer = new Float32Array(9).fill(2 ** -24);
  longer[0] = 1;
  expect(runKernel(kernelOf("sum", "float32", [1, 9, 1]), [longer])[0]![8]).toBe(1 + 2 ** -21);
});

test("a running sum of what is not negative never falls, and ends where the order of tasks does not show", () => {
  for (const dtype of ["float32", "float64"] as const) {
    const length = 50_003;
    const data = allocateHost(dtype, length) as Float64Array;
    for (let k = 0; k < length; k++) data[k] = k % 5 === 0 ? ((k * 7919) % 1000) / 999 : 0;
    const module = scanModule(kernelOf("sum", dtype, [1, length, 1]));
    expect(module.tasks).toBeGreaterThan(1);
    const [forward] = runModule(module, [data], [[dtype, length]], "forward");
    expect(runModule(module, [data], [[dtype, length]], "backward")[0]).toEqual(forward);
    let falls = 0;
    for (let k = 1; k < length; k++) if (forward![k]! < forward![k - 1]!) falls += 1;
    expect(falls).toBe(0);
    const total = data.reduce((a, b) => a + b, 0);
    expect(Math.abs(Number(forward![length - 1]) - total) / total).toBeLessThan(
      dtype === "float32" ? 1e-7 : 1e-13,
    );
  }
});

test("NaN stays, infinities meet as NaN", () => {
  const data = new Float64Array(2100).fill(1);
  data[1500] = NaN;
  for (const op of ["sum", "max", "min", "prod"] as const) {
    const [result] = runKernel(kernelOf(op, "float64", [1, 2100, 1]), [data]);
    expect(result![1499], op).toBe(op === "sum" ? 1500 : 1);
    expect([result![1500], result![1501], result![2099]], op).toEqual([NaN, NaN, NaN]);
  }
  data[1500] = Infinity;
  data[1600] = -Infinity;
  const [result] = runKernel(kernelOf("sum", "float64", [1, 2100, 1]), [data]);
  expect([result![1499], result![1500], result![1599], result![1600]]).toEqual([
    1500,
    Infinity,
    Infinity,
    NaN,
  ]);
});
