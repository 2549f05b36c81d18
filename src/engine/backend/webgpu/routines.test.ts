import { describe, expect, it } from "vitest";
import { allocateHost, type DType, type HostArray } from "../../core/dtype.ts";
import { ExprBuilder } from "../../kernel/expr-builder.ts";
import type { DotKernel, ScanKernel, ScatterKernel, SortKernel } from "../../kernel/kernel.ts";
import type { ScalarExpr } from "../../kernel/scalar-expr.ts";
import { tunings } from "./device.ts";
import { runKernel } from "./run-kernel.ts";
import { testDevice } from "./test-device.ts";

describe.each(["software", "hardware"] as const)("laid out for %s", (layout) => {
  const device = testDevice(tunings[layout]);

  /** Repeatable numbers in 0..1. */
  function randomNumbers(n: number, seed = 1): Float64Array {
    let state = seed;
    return Float64Array.from({ length: n }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    });
  }

  function array(dtype: DType, n: number, at: (i: number) => number): HostArray {
    const made = allocateHost(dtype, n) as Float32Array;
    for (let i = 0; i < n; i += 1) made[i] = at(i);
    return made;
  }

  /** Where `actual` is first further from `expected` than `tolerance`, -1 for nowhere. */
  function firstDifference(actual: HostArray, expected: ArrayLike<number>, tolerance = 0): number {
    for (let i = 0; i < actual.length; i += 1) {
      const [a, e] = [Number(actual[i]), expected[i]!];
      if (!(Object.is(a, e) || Math.abs(a - e) <= tolerance)) return i;
    }
    return actual.length === expected.length ? -1 : actual.length;
  }

  describe("dot", () => {
    function dotKernel(
      dtype: DType,
      [batch, m, n, k]: readonly [number, number, number, number],
      transposed = false,
    ): DotKernel {
      const b = new ExprBuilder();
      const [ib, im, inn, ik] = [b.index(0, batch), b.index(1, m), b.index(2, n), b.index(3, k)];
      const left = b.load(0, dtype, b.flatten([ib, im, ik], [batch, m, k]));
      const right = transposed
        ? b.load(1, dtype, b.flatten([ib, inn, ik], [batch, n, k]))
        : b.load(1, dtype, b.flatten([ib, ik, inn], [batch, k, n]));
      const lhs = dtype === "bool" ? left : b.binary("add", left, b.number(dtype, 1));
      return {
        kind: "dot",
        inputs: [dtype, dtype],
        params: [],
        outputs: [dtype],
        batch,
        m,
        n,
        k,
        lhs,
        rhs: right,
      };
    }

    it.each([
      [1, 1, 1, 1],
      [1, 3, 4, 5],
      [1, 1, 50, 40],
      [1, 70, 1, 300],
      [1, 64, 64, 64],
      [1, 65, 33, 70],
      [3, 20, 100, 31],
      [2, 8, 8, 1000],
      [1, 128, 9, 17],
      [1, 4, 4, 0],
    ] as const)("multiplies batch %i, %i x %i over %i", async (batch, m, n, k) => {
      for (const dtype of ["float32", "int32", "uint32", "bool"] as const) {
        const scale = dtype === "float32" ? 2 : dtype === "bool" ? 1.02 : 100;
        const shift = dtype === "bool" ? 0 : 1;
        const round = (v: number): number =>
          dtype === "float32" ? Math.fround(v * scale - 1) : Math.floor(v * scale);
        const a = array(dtype, batch * m * k, (i) => round(randomNumbers(1, i * 7 + 3)[0]!));
        const c = array(dtype, batch * k * n, (i) => round(randomNumbers(1, i * 13 + 5)[0]!));
        const expected = new Float64Array(batch * m * n);
        let magnitude = 1;
        for (let b = 0; b < batch; b += 1)
          for (let i = 0; i < m; i += 1)
            for (let j = 0; j < n; j += 1) {
              let sum = 0;
              for (let l = 0; l < k; l += 1) {
                sum += (Number(a[(b * m + i) * k + l]) + shift) * Number(c[(b * k + l) * n + j]);
              }
              expected[(b * m + i) * n + j] = dtype === "bool" ? Math.min(sum, 1) : sum;
              magnitude = Math.max(magnitude, Math.abs(sum));
            }
        const [result] = await runKernel(device(), dotKernel(dtype, [batch, m, n, k]), [a, c]);
        const tolerance = dtype === "float32" ? 2e-7 * Math.max(k, 4) : 0;
        expect(firstDifference(result!, expected, tolerance), dtype).toBe(-1);
      }
    });

    it("takes operands in any order of memory", async () => {
      const [m, n, k] = [40, 50, 60];
      const a = array("float32", m * k, (i) => (i % 7) - 3);
      const c = array("float32", n * k, (i) => (i % 5) - 2);
      const [result] = await runKernel(device(), dotKernel("float32", [1, m, n, k], true), [a, c]);
      const expected = Float64Array.from({ length: m * n }, (_, at) => {
        let sum = 0;
        for (let l = 0; l < k; l += 1)
          sum += (Number(a[Math.floor(at / n) * k + l]) + 1) * Number(c[(at % n) * k + l]);
        return sum;
      });
      expect(firstDifference(result!, expected)).toBe(-1);
    });
  });

  describe("dot of operands read in place", () => {
    const [batch, m, n, k] = [2, 19, 22, 24];
    const room = 24;
    /** Positions of an operand's elements: by rows, by columns, the same matrix for every batch, from block 1 on. */
    const layouts = {
      "along k": (at: number, own: number, l: number) => (at * room + own) * room + l,
      "along its own axis": (at: number, own: number, l: number) => (at * room + l) * room + own,
      "shared by the batch": (_: number, own: number, l: number) => 4 + l * room + own,
    };
    const names = Object.keys(layouts) as (keyof typeof layouts)[];

    it.each(names.flatMap((left) => names.map((right) => [left, right] as const)))(
      "left %s, right %s",
      async (left, right) => {
        const b = new ExprBuilder();
        const [ib, im, inn, ik] = [b.index(0, batch), b.index(1, m), b.index(2, n), b.index(3, k)];
        const load = (buffer: number, name: keyof typeof layouts, own: ScalarExpr): ScalarExpr => {
          const terms = [ib, own, ik].map((index, axis) =>
            b.indexMultiply(index, layouts[name](...unit(axis)) - layouts[name](0, 0, 0)),
          );
          const start = b.int(layouts[name](0, 0, 0));
          return b.load(
            buffer,
            "float32",
            terms.reduce((sum, term) => b.indexAdd(sum, term), start),
          );
        };
        const unit = (axis: number) => [0, 1, 2].map((i) => Number(i === axis)) as [number, number, number];
        const size = batch * room * room + 4;
        const data = [3, 5].map((seed) => {
          const random = randomNumbers(size, seed);
          return array("float32", size, (i) => Math.floor(random[i]! * 9) - 4);
        });
        const kernel: DotKernel = {
          kind: "dot",
          inputs: ["float32", "float32"],
          params: [],
          outputs: ["float32"],
          ...{ batch, m, n, k },
          lhs: load(0, left, im),
          rhs: load(1, right, inn),
        };
        const [result] = await runKernel(device(), kernel, data);
        const expected = Float64Array.from({ length: batch * m * n }, (_, at) => {
          const [matrix, row, column] = [Math.floor(at / (m * n)), Math.floor(at / n) % m, at % n];
          let sum = 0;
          for (let l = 0; l < k; l += 1) {
            const factor = Number(data[0]![layouts[left](matrix, row, l)]);
            sum += factor * Number(data[1]![layouts[right](matrix, column, l)]);
          }
          return sum;
        });
        expect(firstDifference(result!, expected)).toBe(-1);
      },
    );
  });

  describe("scan", () => {
    function scanKernel(
      dtype: DType,
      op: ScanKernel["op"],
      [outer, length, inner]: readonly [number, number, number],
      reverse = false,
    ): ScanKernel {
      const b = new ExprBuilder();
      const shape = [outer, length, inner];
      const axes = shape.map((extent, axis) => b.index(axis, extent));
      const value = b.load(0, dtype, b.flatten(axes, shape));
      return {
        kind: "scan",
        inputs: [dtype],
        params: [],
        outputs: [dtype],
        op,
        outer,
        length,
        inner,
        reverse,
        value,
      };
    }

    it.each([
      [1, 1, 1],
      [1, 256, 1],
      [1, 257, 1],
      [3, 1000, 2],
      [1, 70_000, 1],
      [2, 100_000, 3],
      [40, 5, 7],
    ] as const)("runs along axis 1 of (%i, %i, %i)", async (outer, length, inner) => {
      const n = outer * length * inner;
      const data = array("int32", n, (i) => ((i * 7919) % 201) - 100);
      for (const op of ["sum", "max", "min", "prod"] as const) {
        for (const reverse of [false, true]) {
          const combine = {
            sum: (a: number, c: number) => (a + c) | 0,
            prod: Math.imul,
            max: Math.max,
            min: Math.min,
          };
          const expected = new Float64Array(n);
          for (let o = 0; o < outer; o += 1)
            for (let i = 0; i < inner; i += 1) {
              let state: number | undefined;
              for (let s = 0; s < length; s += 1) {
                const at = (o * length + (reverse ? length - 1 - s : s)) * inner + i;
                state = state === undefined ? Number(data[at]) : combine[op](state, Number(data[at]));
                expected[at] = state;
              }
            }
          const [result] = await runKernel(
            device(),
            scanKernel("int32", op, [outer, length, inner], reverse),
            [data],
          );
          expect(firstDifference(result!, expected), `${op} ${reverse}`).toBe(-1);
        }
      }
    });

    it("adds up 10 million floats along the way", async () => {
      const n = 10_000_000;
      const kernel = scanKernel("float32", "sum", [1, n, 1]);
      const [ones] = await runKernel(device(), kernel, [new Float32Array(n).fill(1)]);
      let wrong = 0;
      for (let i = 0; i < n; i += 1) if (ones![i] !== i + 1) wrong += 1;
      expect(wrong).toBe(0);
      const data = Float32Array.from(randomNumbers(n));
      const [sums] = await runKernel(device(), kernel, [data]);
      let sum = 0;
      let worst = 0;
      for (let i = 0; i < n; i += 1) {
        sum += data[i]!;
        worst = Math.max(worst, Math.abs(Number(sums![i]) / sum - 1));
      }
      expect(worst).toBeLessThan(3e-7);
      device().trim();
    });

    it("propagates NaN from where it stands", async () => {
      const data = Float32Array.of(1, 5, NaN, 2, Infinity);
      for (const op of ["sum", "max"] as const) {
        const [result] = await runKernel(device(), scanKernel("float32", op, [1, 5, 1]), [data]);
        expect(result).toEqual(Float32Array.of(1, op === "sum" ? 6 : 5, NaN, NaN, NaN));
      }
    });
  });

  describe("sort", () => {
    /** Sorts rows and carries the positions along. */
    function sortKernel(dtype: DType, outer: number, length: number): SortKernel {
      const b = new ExprBuilder();
      const [row, column] = [b.index(0, outer), b.index(1, length)];
      const key = b.load(0, dtype, b.flatten([row, column], [outer, length]));
      const values: ScalarExpr[] = [key, column];
      return { kind: "sort", inputs: [dtype], params: [], outputs: [dtype, "int32"], outer, length, values };
    }

    async function check(dtype: DType, outer: number, length: number, data: HostArray): Promise<void> {
      const [sorted, positions] = await runKernel(device(), sortKernel(dtype, outer, length), [data]);
      const expectedPositions = new Float64Array(outer * length);
      const expectedValues = new Float64Array(outer * length);
      for (let row = 0; row < outer; row += 1) {
        const order = Array.from({ length }, (_, i) => i);
        const at = (i: number): number => Number(data[row * length + i]);
        order.sort((a, c) => {
          const [x, y] = [at(a), at(c)];
          if (Number.isNaN(x) || Number.isNaN(y))
            return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - c;
          return x === y ? a - c : x < y ? -1 : 1;
        });
        order.forEach((from, i) => {
          expectedPositions[row * length + i] = from;
          expectedValues[row * length + i] = at(from);
        });
      }
      expect(firstDifference(positions!, expectedPositions)).toBe(-1);
      expect(firstDifference(sorted!, expectedValues)).toBe(-1);
    }

    it.each([
      [1, 1],
      [3, 2],
      [5, 7],
      [2, 1000],
      [1, 1025],
      [3, 5000],
      [1, 70_000],
    ])("sorts %i rows of %i, stable, NaN last", async (outer, length) => {
      const random = randomNumbers(outer * length, length);
      const floats = Float32Array.from(random, (v, i) => (v - 0.5) * 10 ** (i % 7));
      for (let i = 3; i < floats.length; i += 11) floats[i] = [NaN, 0, -0, Infinity, -Infinity, 1][i % 6]!;
      await check("float32", outer, length, floats);
      await check(
        "int32",
        outer,
        length,
        Int32Array.from(random, (v) => Math.floor(v * 100) - 50),
      );
      await check(
        "uint32",
        outer,
        length,
        Uint32Array.from(random, (v) => Math.floor(v * 2 ** 32)),
      );
      await check(
        "bool",
        outer,
        length,
        Uint8Array.from(random, (v) => (v > 0.5 ? 1 : 0)),
      );
    });

    it("sorts keys alone, zeros of both signs in their order", async () => {
      for (const length of [100, 3000]) {
        const pool = [0, -0, NaN, Infinity, -Infinity, 2.5, -2.5];
        const random = randomNumbers(length, 4);
        const data = array("float32", length, (i) => pool[Math.floor(random[i]! * pool.length)]!);
        const { values, ...rest } = sortKernel("float32", 1, length);
        const keys = { ...rest, values: values.slice(0, 1), outputs: ["float32"] as const };
        const [sorted] = await runKernel(device(), keys, [data]);
        const numbers = Array.from(data, Number).filter((value) => !Number.isNaN(value));
        const strange = Array.from({ length: length - numbers.length }, () => NaN);
        // JavaScript's sort is stable, and takes -0 and 0 as equal here.
        const expected = [...numbers.sort((a, c) => (a < c ? -1 : Number(a > c))), ...strange];
        expect(Array.from(sorted!, Number)).toEqual(expected);
      }
    });

    it("sorts keys that take computing, and carries what takes computing", async () => {
      const [outer, length] = [3, 4000];
      const b = new ExprBuilder();
      const at = b.flatten([b.index(0, outer), b.index(1, length)], [outer, length]);
      const loaded = b.load(0, "float32", at);
      const values = [b.unary("neg", loaded), b.binary("add", loaded, b.number("float32", 1))];
      const kernel: SortKernel = {
        kind: "sort",
        inputs: ["float32"],
        params: [],
        outputs: ["float32", "float32"],
        ...{ outer, length, values },
      };
      const random = randomNumbers(outer * length, 8);
      const data = array("float32", outer * length, (i) => Math.floor(random[i]! * 1000) / 8);
      const [keys, carried] = await runKernel(device(), kernel, [data]);
      for (let row = 0; row < outer; row += 1) {
        const sorted = Array.from(data.slice(row * length, (row + 1) * length), Number).sort((a, c) => c - a);
        const part = (all: HostArray): number[] =>
          Array.from(all.slice(row * length, (row + 1) * length), Number);
        expect(part(keys!)).toEqual(sorted.map((value) => -value));
        expect(part(carried!)).toEqual(sorted.map((value) => value + 1));
      }
    });

    it("sorts a million floats", async () => {
      const data = Float32Array.from(randomNumbers(1_000_000));
      const [sorted] = await runKernel(device(), sortKernel("float32", 1, 1_000_000), [data]);
      expect(firstDifference(sorted!, data.sort())).toBe(-1);
      device().trim();
    });
  });

  describe("scatter", () => {
    function scatterKernel(
      dtype: DType,
      op: ScatterKernel["op"],
      size: number,
      updates: number,
    ): ScatterKernel {
      const b = new ExprBuilder();
      return {
        kind: "scatter",
        inputs: [dtype, "int32", dtype],
        params: [],
        outputs: [dtype],
        op,
        shape: [size],
        operand: b.load(0, dtype, b.index(0, size)),
        updateShape: [updates],
        target: b.load(1, "int32", b.index(0, updates)),
        update: b.load(2, dtype, b.index(0, updates)),
      };
    }

    it.each(["add", "mul", "min", "max"] as const)("applies every update with %s", async (op) => {
      const [size, updates] = [100, 3000];
      for (const dtype of ["float32", "int32", "uint32"] as const) {
        const operand = array(dtype, size, (i) => i + 1);
        const target = array("int32", updates, (i) => ((i * 37) % 120) - 10);
        const values = array(dtype, updates, (i) => (op === "mul" ? [1, 2, 1, 1][i % 4]! : (i * 31) % 500));
        const expected = Float64Array.from(operand as Float32Array);
        const combine = {
          add: (a: number, c: number) => a + c,
          mul: (a: number, c: number) => a * c,
          min: Math.min,
          max: Math.max,
        };
        for (let i = 0; i < updates; i += 1) {
          const at = Number(target[i]);
          if (at >= 0 && at < size) expected[at] = combine[op](expected[at]!, Number(values[i]));
        }
        const wrapped =
          dtype === "float32" ? expected : expected.map((v) => (dtype === "int32" ? v | 0 : v >>> 0));
        if (op === "mul" && dtype !== "float32") {
          // products wrap: count the factors of two instead
          const powers = new Int32Array(size);
          for (let i = 0; i < updates; i += 1) {
            const at = Number(target[i]);
            if (at >= 0 && at < size && Number(values[i]) === 2) powers[at]! += 1;
          }
          for (let i = 0; i < size; i += 1) {
            const product = BigInt(i + 1) << BigInt(powers[i]!);
            wrapped[i] = Number(dtype === "int32" ? BigInt.asIntN(32, product) : BigInt.asUintN(32, product));
          }
        }
        const [result] = await runKernel(device(), scatterKernel(dtype, op, size, updates), [
          operand,
          target,
          values,
        ]);
        expect(firstDifference(result!, wrapped), dtype).toBe(-1);
      }
    });

    it("sets, drops negative targets, and leaves the rest", async () => {
      const target = Int32Array.of(3, -1, 0, 9, 12);
      for (const dtype of ["float32", "bool"] as const) {
        const operand = array(dtype, 10, () => 0);
        const values = array(dtype, 5, () => 1);
        const [result] = await runKernel(device(), scatterKernel(dtype, "set", 10, 5), [
          operand,
          target,
          values,
        ]);
        expect(Array.from(result as Uint8Array)).toEqual([1, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
      }
    });

    it("copies when there is nothing to update", async () => {
      const operand = Int32Array.of(1, 2, 3);
      const none = [new Int32Array(0), new Int32Array(0)];
      const [result] = await runKernel(device(), scatterKernel("int32", "add", 3, 0), [operand, ...none]);
      expect(result).toEqual(operand);
    });
  });
});

describe("a large product laid out for software", () => {
  const device = testDevice(tunings.software);

  it("is made in wide blocks, cut off at the edges", async () => {
    const [m, n, k] = [259, 261, 512];
    const b = new ExprBuilder();
    const [im, inn, ik] = [b.index(1, m), b.index(2, n), b.index(3, k)];
    const kernel: DotKernel = {
      kind: "dot",
      inputs: ["float32", "float32"],
      params: [],
      outputs: ["float32"],
      ...{ batch: 1, m, n, k },
      lhs: b.load(0, "float32", b.flatten([im, ik], [m, k])),
      rhs: b.load(1, "float32", b.flatten([inn, ik], [n, k])),
    };
    const left = Float32Array.from({ length: m * k }, (_, i) => ((i * 7919) % 17) - 8);
    const right = Float32Array.from({ length: n * k }, (_, i) => ((i * 104729) % 13) - 6);
    const [result] = await runKernel(device(), kernel, [left, right]);
    let wrong = 0;
    for (let i = 0; i < m; i += 1)
      for (let j = 0; j < n; j += 1) {
        let sum = 0;
        for (let l = 0; l < k; l += 1) sum += left[i * k + l]! * right[j * k + l]!;
        if (result![i * n + j] !== sum) wrong += 1;
      }
    expect(wrong).toBe(0);
  });
});
