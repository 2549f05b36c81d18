import { describe, expect, it } from "vitest";
import type { HostArray } from "../../core/dtype.ts";
import { ExprBuilder } from "../../kernel/expr-builder.ts";
import type { MapKernel } from "../../kernel/kernel.ts";
import type { ScalarExpr } from "../../kernel/scalar-expr.ts";
import { counters } from "../backend.ts";
import { runKernel } from "./run-kernel.ts";
import { testDevice } from "./test-device.ts";

const device = testDevice();

function mapKernel(
  parts: Pick<MapKernel, "inputs" | "shape" | "values"> & { params?: MapKernel["params"] },
): MapKernel {
  return { kind: "map", params: [], outputs: parts.values.map((value) => value.dtype), ...parts };
}

/** outputs = values(x) with x flat float32 of `n` elements. */
function flat(n: number, values: (b: ExprBuilder, x: ScalarExpr) => ScalarExpr[]): MapKernel {
  const b = new ExprBuilder();
  return mapKernel({
    inputs: ["float32"],
    shape: [n],
    values: values(b, b.load(0, "float32", b.index(0, n))),
  });
}

/** Where `actual` first differs, -1 for nowhere: fast on long arrays. */
function firstDifference(actual: HostArray, expected: (i: number) => number): number {
  for (let i = 0; i < actual.length; i += 1) if (!Object.is(actual[i], expected(i))) return i;
  return -1;
}

describe("map kernels", () => {
  it.each([1, 2, 3, 4, 5, 1000, 1_000_003])("write %i elements, several outputs at once", async (n) => {
    const x = Float32Array.from({ length: n }, (_, i) => i % 1000);
    const kernel = flat(n, (b, v) => [
      b.binary("add", v, b.const("float32", 1)),
      b.compare("gt", v, b.const("float32", 500)),
      b.cast(v, "int32"),
    ]);
    const [plus, above, cast] = await runKernel(device(), kernel, [x]);
    expect(firstDifference(plus!, (i) => x[i]! + 1)).toBe(-1);
    expect(firstDifference(above!, (i) => (x[i]! > 500 ? 1 : 0))).toBe(-1);
    expect(firstDifference(cast!, (i) => x[i]!)).toBe(-1);
  });

  it("reach every element of 50,000,001", async () => {
    const n = 50_000_001;
    const b = new ExprBuilder();
    const kernel = mapKernel({ inputs: [], shape: [n], values: [b.index(0, n)] });
    const [result] = await runKernel(device(), kernel);
    expect(result).toHaveLength(n);
    expect(firstDifference(result!, (i) => i)).toBe(-1);
    device().trim();
  });

  // Rows that are shared out unevenly, more columns than threads of a workgroup, angles that leave the fast loop, and
  // values that vary along one axis only or along none.
  it.each([
    [16, 16],
    [37, 300],
    [1001, 2052],
  ])("go down the columns of %i x %i where loads allow it", async (rows, columns) => {
    const b = new ExprBuilder();
    const [i, j] = [b.index(0, rows), b.index(1, columns)];
    const [u, v] = [b.load(0, "float32", i), b.load(1, "float32", j)];
    const whole = b.load(2, "float32", b.flatten([i, j], [rows, columns]));
    const kernel = mapKernel({
      inputs: ["float32", "float32", "float32"],
      params: ["float32"],
      shape: [rows, columns],
      values: [
        b.binary("add", b.binary("mul", u, v), whole),
        b.binary("mul", v, v),
        b.binary("add", u, b.param(0, "float32")),
        b.unary("cos", b.binary("mul", b.unary("abs", u), v)),
        b.param(0, "float32"),
      ],
    });
    const x = Float32Array.from({ length: rows }, (_, k) => (k % 10 === 9 ? 1000 : k % 7));
    const y = Float32Array.from({ length: columns }, (_, k) => k % 5);
    const z = Float32Array.from({ length: rows * columns }, (_, k) => k % 1009);
    const results = await runKernel(device(), kernel, [x, y, z], [0.5]);
    const at = (k: number): [number, number] => [x[Math.floor(k / columns)]!, y[k % columns]!];
    expect(firstDifference(results[0]!, (k) => at(k)[0] * at(k)[1] + z[k]!)).toBe(-1);
    expect(firstDifference(results[1]!, (k) => at(k)[1] ** 2)).toBe(-1);
    expect(firstDifference(results[2]!, (k) => at(k)[0] + 0.5)).toBe(-1);
    const cosines = results[3] as Float32Array;
    const isOff = (value: number, k: number): boolean =>
      Math.abs(value - Math.cos(at(k)[0] * at(k)[1])) > 2e-7;
    expect(cosines.findIndex(isOff)).toBe(-1);
    expect(firstDifference(results[4]!, () => 0.5)).toBe(-1);
  });

  it("take parameters and extents from outside the shader's text", async () => {
    const before = counters.kernelsCompiled;
    for (let k = 1; k <= 100; k += 1) {
      const b = new ExprBuilder();
      const x = b.load(0, "float32", b.index(0, 6 + k));
      const kernel = mapKernel({
        inputs: ["float32"],
        params: ["float32", "bool", "uint32"],
        shape: [6 + k],
        values: [
          b.select(b.param(1, "bool"), b.binary("mul", x, b.param(0, "float32")), x),
          b.binary("add", b.param(2, "uint32"), b.const("uint32", 1)),
        ],
      });
      const [scaled, next] = await runKernel(
        device(),
        kernel,
        [new Float32Array(6 + k).fill(3)],
        [k, true, 2 ** 31 + k],
      );
      expect(scaled).toEqual(new Float32Array(6 + k).fill(3 * k));
      expect(next![5 + k]).toBe(2 ** 31 + k + 1);
    }
    expect(counters.kernelsCompiled - before).toBe(1);
  });

  it.each([
    [3, 8],
    [5, 7],
    [2, 3, 4],
    [3, 2, 5],
    [1, 9],
    [7, 1],
  ])("derive the loop variables of shape %i x %i", async (...shape) => {
    const b = new ExprBuilder();
    const n = shape.reduce((p, e) => p * e, 1);
    const indices = shape.map((extent, axis) => b.index(axis, extent));
    const last = shape.length - 1;
    const kernel = mapKernel({
      inputs: ["int32"],
      shape,
      values: [
        ...indices,
        // at its own place, transposed, reversed along the last axis, and one row broadcast
        b.load(0, "int32", b.flatten(indices, shape)),
        b.load(0, "int32", b.flatten([...indices].reverse(), [...shape].reverse())),
        b.load(
          0,
          "int32",
          b.flatten(
            [...indices.slice(0, -1), b.indexSubtract(b.int(shape[last]! - 1), indices[last]!)],
            shape,
          ),
        ),
        b.load(0, "int32", indices[last]!),
        b.load(0, "int32", indices[0]!),
      ],
    });
    const data = Int32Array.from({ length: n }, (_, i) => i * 10 + 7);
    const results = await runKernel(device(), kernel, [data]);
    const expected = results.map(() => new Int32Array(n));
    for (let i = 0; i < n; i += 1) {
      const at: number[] = [];
      let rest = i;
      for (let axis = last; axis >= 0; axis -= 1) {
        at[axis] = rest % shape[axis]!;
        rest = Math.floor(rest / shape[axis]!);
      }
      const flatten = (index: number[], of: number[]): number =>
        index.reduce((sum, v, k) => sum * of[k]! + v, 0);
      const reversed = [...at.slice(0, -1), shape[last]! - 1 - at[last]!];
      const positions = [
        i,
        flatten([...at].reverse(), [...shape].reverse()),
        flatten(reversed, shape),
        at[last]!,
        at[0]!,
      ];
      at.forEach((v, axis) => (expected[axis]![i] = v));
      positions.forEach((p, k) => (expected[shape.length + k]![i] = data[p]!));
    }
    expect(results).toEqual(expected);
  });

  it.each([100, 103])("flatten, shift and gather views within %i elements", async (n) => {
    const b = new ExprBuilder();
    const i = b.index(0, n);
    const row = b.indexRemainder(i, 12);
    const kernel = mapKernel({
      inputs: ["float32", "bool"],
      params: ["int32"],
      shape: [n],
      values: [
        b.load(0, "float32", row),
        b.load(0, "float32", b.indexDivide(i, 4)),
        b.load(0, "float32", b.indexDivide(i, 3)),
        b.load(0, "float32", b.binary("add", i, b.param(0, "int32"))),
        b.load(0, "float32", b.cast(b.load(0, "float32", i), "int32")),
        b.load(1, "bool", b.indexSubtract(b.int(n - 1), i)),
        b.load(0, "float32", b.param(0, "int32")),
      ],
    });
    const x = Float32Array.from({ length: n + 5 }, (_, k) => (k * 7) % n);
    const flags = Uint8Array.from({ length: n }, (_, k) => (k % 3 === 0 ? 1 : 0));
    const results = await runKernel(device(), kernel, [x, flags], [5]);
    const expected = [
      (k: number) => x[k % 12]!,
      (k: number) => x[k >> 2]!,
      (k: number) => x[Math.floor(k / 3)]!,
      (k: number) => x[k + 5]!,
      (k: number) => x[x[k]!]!,
      (k: number) => flags[n - 1 - k]!,
      () => x[5]!,
    ];
    results.forEach((result, k) =>
      expect(Array.from(result as Int32Array), `value ${k}`).toEqual(
        Array.from({ length: n }, (_, at) => expected[k]!(at)),
      ),
    );
  });
});

describe("IEEE details", () => {
  const special = Float32Array.of(
    0,
    -0,
    1,
    -1,
    1.5,
    -2.5,
    0.5,
    1e30,
    -1e30,
    Infinity,
    -Infinity,
    NaN,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    3e9,
  );
  /** Any number of values: a few outputs at a time. */
  const kernelOf = async (values: (b: ExprBuilder, x: ScalarExpr) => ScalarExpr[]): Promise<HostArray[]> => {
    const results: HostArray[] = [];
    for (let from = 0; ; from += 8) {
      let rest = 0;
      const kernel = flat(special.length, (b, x) => {
        const part = values(b, x).slice(from);
        rest = part.length - 8;
        return part.slice(0, 8);
      });
      results.push(...(await runKernel(device(), kernel, [special])));
      if (rest <= 0) return results;
    }
  };

  it("compares NaN as unordered", async () => {
    const ops = ["eq", "ne", "lt", "le", "gt", "ge"] as const;
    const results = await kernelOf((b, x) => [
      ...ops.map((op) => b.compare(op, x, x)),
      ...ops.map((op) => b.compare(op, x, b.const("float32", NaN))),
      ...ops.map((op) => b.compare(op, x, b.const("float32", 1))),
      b.unary("isFinite", x),
    ]);
    const compare = {
      eq: (a: number, c: number) => a === c,
      ne: (a: number, c: number) => a !== c,
      lt: (a: number, c: number) => a < c,
      le: (a: number, c: number) => a <= c,
      gt: (a: number, c: number) => a > c,
      ge: (a: number, c: number) => a >= c,
    };
    const bytes = (f: (v: number) => boolean): Uint8Array => Uint8Array.from(special, (v) => (f(v) ? 1 : 0));
    expect(results).toEqual([
      ...ops.map((op) => bytes((v) => compare[op](v, v))),
      ...ops.map((op) => bytes((v) => compare[op](v, NaN))),
      ...ops.map((op) => bytes((v) => compare[op](v, 1))),
      bytes(Number.isFinite),
    ]);
  });

  it("rounds, converts and propagates as NumPy", async () => {
    const results = await kernelOf((b, x) => [
      b.unary("round", x),
      b.unary("floor", x),
      b.unary("sign", x),
      b.cast(x, "int32"),
      b.cast(x, "uint32"),
      b.cast(x, "bool"),
      b.binary("max", x, b.const("float32", 1)),
      b.binary("min", b.const("float32", 1), x),
      b.unary("neg", x),
      b.const("float32", -Infinity),
      b.const("float32", -0),
      b.cast(b.bitcast(x, "uint32"), "int32"),
    ]);
    const saturate = (v: number, low: number, high: number): number =>
      Number.isNaN(v) ? 0 : Math.min(Math.max(Math.trunc(v), low), high);
    const even = (v: number): number => (Math.abs(v % 1) === 0.5 ? 2 * Math.round(v / 2) : Math.round(v));
    const f = (g: (v: number) => number): Float32Array => special.map(g);
    const words = new Int32Array(special.buffer);
    expect(results[0]).toEqual(f((v) => (Object.is(v, -0) ? -0 : even(v))));
    expect(results[1]).toEqual(f(Math.floor));
    expect(Array.from(results[2] as Float32Array, (v) => v + 0)).toEqual(
      Array.from(special, (v) => Math.sign(v) + 0),
    );
    expect(results[3]).toEqual(Int32Array.from(special, (v) => saturate(v, -(2 ** 31), 2 ** 31 - 1)));
    expect(results[4]).toEqual(Uint32Array.from(special, (v) => saturate(v, 0, 2 ** 32 - 1)));
    expect(results[5]).toEqual(Uint8Array.from(special, (v) => (v !== 0 ? 1 : 0)));
    expect(results[6]).toEqual(f((v) => Math.max(v, 1)));
    expect(results[7]).toEqual(f((v) => Math.min(v, 1)));
    expect(results[8]).toEqual(f((v) => -v));
    expect(results[9]).toEqual(f(() => -Infinity));
    expect(results[10]).toEqual(f(() => -0));
    expect(results[11]).toEqual(words);
  });

  it("does integer arithmetic as XLA", async () => {
    const left = Int32Array.of(7, -7, 7, -7, 5, 0, -(2 ** 31), 3, -1, 2, 2);
    const right = Int32Array.of(2, 2, -2, -2, 0, 0, -1, 5, 31, 32, -1);
    const b = new ExprBuilder();
    const n = left.length;
    const [x, y] = [b.load(0, "int32", b.index(0, n)), b.load(1, "int32", b.index(0, n))];
    const ops = [
      "div",
      "rem",
      "shiftLeft",
      "shiftRightLogical",
      "shiftRightArithmetic",
      "pow",
      "max",
      "xor",
    ] as const;
    const kernel = mapKernel({
      inputs: ["int32", "int32"],
      shape: [n],
      values: ops.map((op) => b.binary(op, x, y)),
    });
    const results = await runKernel(device(), kernel, [left, right]);
    const inRange = (c: number): boolean => c >= 0 && c < 32;
    const power = (a: number, c: number): number => {
      if (c < 0) return a === 1 ? 1 : a === -1 ? (c % 2 === 0 ? 1 : -1) : 0;
      return Number(BigInt.asIntN(32, BigInt(a) ** BigInt(c)));
    };
    const rules: ((a: number, c: number) => number)[] = [
      (a, c) => (c === 0 ? -1 : Math.trunc(a / c)),
      (a, c) => (c === 0 ? a : a % c),
      (a, c) => (inRange(c) ? a << c : 0),
      (a, c) => (inRange(c) ? a >>> c : 0),
      (a, c) => (inRange(c) ? a >> c : a < 0 ? -1 : 0),
      power,
      Math.max,
      (a, c) => a ^ c,
    ];
    results.forEach((result, k) => {
      expect(result, ops[k]).toEqual(left.map((a, i) => rules[k]!(a, right[i]!)));
    });
  });

  it("divides unsigned integers by zero to all ones", async () => {
    const b = new ExprBuilder();
    const x = b.load(0, "uint32", b.index(0, 2));
    const zero = b.binary("sub", x, x);
    const kernel = mapKernel({
      inputs: ["uint32"],
      shape: [2],
      values: [b.binary("div", x, zero), b.binary("rem", x, zero), b.unary("neg", x)],
    });
    const results = await runKernel(device(), kernel, [Uint32Array.of(5, 2 ** 31)]);
    expect(results).toEqual([
      Uint32Array.of(2 ** 32 - 1, 2 ** 32 - 1),
      Uint32Array.of(5, 2 ** 31),
      Uint32Array.of(2 ** 32 - 5, 2 ** 31),
    ]);
  });
});

describe("the device", () => {
  it("names the limit an allocation exceeds", () => {
    expect(() => device().allocate("float32", 1_000_000_000)).toThrow(
      /^allocating 4\.0 GB \(float32\[1000000000\]\) exceeds this device's max\w+ of 1\.1 GB$/,
    );
  });

  it("reuses released memory and counts it", async () => {
    const backend = device();
    backend.trim();
    const before = backend.memory();
    const kernel = flat(100_000, (b, x) => [b.unary("neg", x)]);
    for (let k = 0; k < 5; k += 1) await runKernel(backend, kernel, [new Float32Array(100_000)]);
    const after = backend.memory();
    expect(after.liveBytes).toBe(before.liveBytes);
    expect(after.pooledBytes).toBeLessThanOrEqual(2 * 400_384);
    expect(after.peakBytes).toBeGreaterThanOrEqual(800_000);
    backend.trim();
    expect(backend.memory().pooledBytes).toBe(0);
  });

  it("refuses to read synchronously where it cannot wait", () => {
    const buffer = device().allocate("int32", 1);
    expect(() => device().readSync(buffer, 0, 1)).toThrow("await x.data()");
    expect(device().synchronizeSync()).toBe(false);
    device().release(buffer);
  });

  it("reads a part, also of a bool array", async () => {
    const buffer = device().upload("bool", Uint8Array.of(1, 0, 0, 1, 1));
    expect(await device().read(buffer, 1, 3)).toEqual(Uint8Array.of(0, 0, 1));
    device().release(buffer);
  });

  it("throws at the next wait what failed on the device", async () => {
    const backend = device();
    // Input and output alias, which WebGPU forbids.
    const kernel = flat(4, (b, x) => [b.unary("neg", x)]);
    const buffer = backend.upload("float32", new Float32Array(4));
    backend.dispatch(backend.compile(kernel), [buffer], [], [buffer]);
    await expect(backend.synchronize()).rejects.toThrow(/the device failed/);
    await backend.synchronize();
    backend.release(buffer);
  });
});
