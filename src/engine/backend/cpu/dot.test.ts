import { describe, expect, test } from "vitest";
import type { DType, HostArray } from "../../core/dtype.ts";
import { ExprBuilder } from "../../kernel/expr-builder.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { flatten, runKernel } from "./testing/run-kernel.ts";

type Extents = readonly [batch: number, m: number, n: number, k: number];

/** lhs (batch, m, k) times rhs (batch, k, n). */
function dot(dtype: DType, [batch, m, n, k]: Extents, lhs: HostArray, rhs: HostArray): HostArray {
  const b = new ExprBuilder();
  const [bi, mi, ni, ki] = [batch, m, n, k].map((extent, axis) => b.index(axis, extent));
  const kernel: Kernel = {
    kind: "dot",
    batch,
    m,
    n,
    k,
    inputs: [dtype, dtype],
    params: [],
    outputs: [dtype],
    lhs: b.load(0, dtype, flatten(b, [bi!, mi!, ki!], [batch, m, k])),
    rhs: b.load(1, dtype, flatten(b, [bi!, ki!, ni!], [batch, k, n])),
  };
  return runKernel(kernel, [lhs, rhs])[0]!;
}

/** Whole numbers small enough that every sum is exact in every dtype. */
function wholes(length: number, seed: number): number[] {
  return Array.from({ length }, (_, k) => (((k + seed) * 2654435761) % 11) - 5);
}

function plain([batch, m, n, k]: Extents, lhs: number[], rhs: number[]): number[] {
  const result: number[] = [];
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let t = 0; t < k; t++) sum += lhs[(b * m + i) * k + t]! * rhs[(b * k + t) * n + j]!;
        result.push(sum);
      }
    }
  }
  return result;
}

describe("matrix products", () => {
  const shapes: Extents[] = [
    [1, 1, 1, 3],
    [1, 1, 1, 1000],
    [1, 5, 1, 300],
    [1, 1, 70, 300],
    [1, 8, 8, 8],
    [1, 9, 13, 300],
    [2, 70, 131, 259],
    [5, 3, 4, 6],
    [1, 4, 3, 0],
  ];
  test.each(shapes)("batch %i, m %i, n %i, k %i", (...extents) => {
    const [batch, m, n, k] = extents;
    const lhs = wholes(batch * m * k, 1);
    const rhs = wholes(batch * k * n, 7);
    const expected = plain(extents, lhs, rhs);
    const make = {
      float32: (x: number[]) => Float32Array.from(x),
      float64: (x: number[]) => Float64Array.from(x),
      int32: (x: number[]) => Int32Array.from(x),
      int64: (x: number[]) => BigInt64Array.from(x.map(BigInt)),
    };
    for (const dtype of ["float32", "float64", "int32", "int64"] as const) {
      const actual = dot(dtype, extents, make[dtype](lhs), make[dtype](rhs));
      expect(Array.from(actual as Float64Array, Number), dtype).toEqual(expected.map((x) => x + 0));
    }
    const unsigned = dot("uint32", extents, Uint32Array.from(lhs), Uint32Array.from(rhs));
    expect([...unsigned]).toEqual(expected.map((x) => x >>> 0));
  });
});

test("a short dot rounds at every step", () => {
  const vector = Float32Array.from([1, 3.2, -1.5]);
  expect(dot("float32", [1, 1, 1, 3], vector, vector)[0]).toBe(Math.fround(13.490001));
});

test("bools: whether any pair is true in both", () => {
  const product = dot("bool", [1, 2, 2, 2], Uint8Array.from([1, 0, 0, 0]), Uint8Array.from([0, 1, 1, 1]));
  expect([...product]).toEqual([0, 1, 0, 0]);
});

test("operands may be expressions", () => {
  const n = 40;
  const b = new ExprBuilder();
  const [i, j, k] = [b.index(1, n), b.index(2, n), b.index(3, n)];
  const kernel: Kernel = {
    kind: "dot",
    batch: 1,
    m: n,
    n,
    k: n,
    inputs: ["float64"],
    params: ["float64"],
    outputs: ["float64"],
    // (2 A) A^T
    lhs: b.binary("mul", b.param(0, "float64"), b.load(0, "float64", b.indexAdd(b.indexMultiply(i, n), k))),
    rhs: b.load(0, "float64", b.indexAdd(b.indexMultiply(j, n), k)),
  };
  const a = Float64Array.from(wholes(n * n, 3));
  const [result] = runKernel(kernel, [a], [2]);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      let sum = 0;
      for (let t = 0; t < n; t++) sum += 2 * a[row * n + t]! * a[column * n + t]!;
      expect(result![row * n + column]).toBe(sum);
    }
  }
});
