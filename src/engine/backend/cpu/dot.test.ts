import { describe, expect, test } from "vitest";
import type { DType, HostArray } from "../../core/dtype.ts";
import { ExprBuilder } from "../../kernel/expr-builder.ts";
import type { DotKernel, Kernel } from "../../kernel/kernel.ts";
import type { ScalarExpr } from "../../kernel/scalar-expr.ts";
import { DotProgram } from "./dot.ts";
import { flatten, runKernel } from "./testing/run-kernel.ts";
import { runRoutine } from "./testing/run-routine.ts";

type Extents = readonly [batch: number, m: number, n: number, k: number];

/** Which operands lie transposed in memory. */
interface Layout {
  readonly lhs: boolean;
  readonly rhs: boolean;
}
const layouts: Layout[] = [false, true].flatMap((lhs) => [false, true].map((rhs) => ({ lhs, rhs })));

/** lhs (batch, m, k) times rhs (batch, k, n). */
function dotKernel(dtype: DType, [batch, m, n, k]: Extents, turned = layouts[0]!): DotKernel {
  const b = new ExprBuilder();
  const [bi, mi, ni, ki] = [batch, m, n, k].map((extent, axis) => b.index(axis, extent));
  const load = (
    buffer: number,
    [row, column]: readonly ScalarExpr[],
    [rows, columns]: readonly number[],
    isTurned: boolean,
  ): ScalarExpr => {
    const position = isTurned
      ? flatten(b, [bi!, column!, row!], [batch, columns!, rows!])
      : flatten(b, [bi!, row!, column!], [batch, rows!, columns!]);
    return b.load(buffer, dtype, position);
  };
  return {
    kind: "dot",
    batch,
    m,
    n,
    k,
    inputs: [dtype, dtype],
    params: [],
    outputs: [dtype],
    lhs: load(0, [mi!, ki!], [m, k], turned.lhs),
    rhs: load(1, [ki!, ni!], [k, n], turned.rhs),
  };
}

function dot(
  dtype: DType,
  extents: Extents,
  lhs: HostArray,
  rhs: HostArray,
  turned = layouts[0]!,
): HostArray {
  return runKernel(dotKernel(dtype, extents, turned), [lhs, rhs])[0]!;
}

/** Each of several (rows, columns) matrices as (columns, rows). */
function transposed(values: number[], rows: number, columns: number): number[] {
  return values.map((_, position) => {
    const [matrix, within] = [Math.floor(position / (rows * columns)), position % (rows * columns)];
    return values[(matrix * rows + (within % rows)) * columns + Math.floor(within / rows)]!;
  });
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
    [3, 1, 1, 2],
    [2, 5, 7, 9],
    [1, 33, 1, 20],
    [2, 1, 33, 21],
    [1, 1, 2, 4000],
    [1, 20000, 1, 3],
    [1, 4, 8, 200],
    [1, 3, 70, 257],
    [1, 67, 35, 513],
    [1, 64, 64, 64],
    [0, 3, 3, 3],
    [2, 0, 3, 3],
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
    for (const turned of layouts.slice(1)) {
      const left = turned.lhs ? transposed(lhs, m, k) : lhs;
      const right = turned.rhs ? transposed(rhs, k, n) : rhs;
      const actual = dot("float32", extents, make.float32(left), make.float32(right), turned);
      expect(Array.from(actual as Float32Array), JSON.stringify(turned)).toEqual(expected.map((x) => x + 0));
    }
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

test.each<Extents>([
  [1, 130, 140, 600],
  [2, 300, 1, 700],
  [2, 1, 300, 700],
  [1, 1, 1, 300000],
  [50, 20, 9, 11],
])("the order of tasks and the number of threads change no bit: batch %i, m %i, n %i, k %i", (...extents) => {
  const [batch, m, n, k] = extents;
  const lhs = Float32Array.from({ length: batch * m * k }, (_, p) => Math.sin(p));
  const rhs = Float32Array.from({ length: batch * k * n }, (_, p) => Math.cos(3 * p));
  const kernel = dotKernel("float32", extents);
  const run = (order: "forward" | "backward"): HostArray =>
    runRoutine((host) => new DotProgram(host, kernel), kernel, [lhs, rhs], order)[0]!;
  const expected = run("forward");
  expect(run("backward")).toEqual(expected);
  for (let repeat = 0; repeat < 3; repeat++) expect(dot("float32", extents, lhs, rhs)).toEqual(expected);
});

test("sums are closer than those from left to right", () => {
  const [k, n] = [4000, 12];
  const lhs = Float32Array.from({ length: 12 * k }, (_, p) => 1 + Math.sin(p) / 3);
  const rhs = Float32Array.from({ length: k * n }, (_, p) => 1 + Math.cos(p) / 3);
  const blocked = dot("float32", [1, 12, n, k], lhs, rhs);
  const one = dot("float32", [1, 1, 1, k], lhs.subarray(0, k), rhs.subarray(0, k));
  let inner = 0;
  for (let t = 0; t < k; t++) inner += lhs[t]! * rhs[t]!;
  expect(one[0]).toBe(Math.fround(inner));
  let exact = 0;
  for (let t = 0; t < k; t++) exact += lhs[t]! * rhs[t * n]!;
  expect(Math.abs(Number(blocked[0]) - exact) / exact).toBeLessThan(3e-6);
});
