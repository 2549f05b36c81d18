import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DType, HostArray } from "../core/dtype.ts";
import { ExprBuilder } from "../kernel/expr-builder.ts";
import { linalgOutputs, outputSizes, type LinalgKernel, type MatrixOperation } from "../kernel/kernel.ts";
import type { Backend } from "./backend.ts";
import { CpuBackend } from "./cpu/cpu-backend.ts";
import { tunings } from "./webgpu/device.ts";
import { testDevice } from "./webgpu/test-device.ts";

// Residuals of every factorization, by plain loops in double: neither backend checks itself.

type Matrix = Float64Array;

function kernelOf(
  operation: MatrixOperation,
  dtype: DType,
  [batch, m, n]: readonly [number, number, number],
): LinalgKernel {
  const b = new ExprBuilder();
  const load = (buffer: number, rows: number, columns: number): ReturnType<ExprBuilder["load"]> => {
    const index = [batch, rows, columns].map((extent, axis) => b.index(axis, extent));
    return b.load(buffer, dtype, b.flatten(index, [batch, rows, columns]));
  };
  const solves = operation.op === "triangular_solve";
  const right = solves && operation.columns ? load(1, n, m) : load(1, m, n);
  const outputs: DType[] = linalgOutputs(operation, m, n).map((_, k) =>
    operation.op === "lu" && k > 0 ? "int32" : dtype,
  );
  return {
    kind: "linalg",
    operation,
    batch,
    m,
    n,
    operands: solves ? [load(0, m, m), right] : [load(0, m, n)],
    inputs: solves ? [dtype, dtype] : [dtype],
    params: [],
    outputs,
  };
}

async function run(backend: Backend, kernel: LinalgKernel, data: readonly HostArray[]): Promise<HostArray[]> {
  const inputs = data.map((array, k) => backend.upload(kernel.inputs[k]!, array));
  const outputs = outputSizes(kernel).map((size, k) => {
    // Memory starts dirty, as reused memory does.
    backend.release(backend.upload("int32", new Int32Array(size * 2 + 2).fill(0x5a5a5a5a)));
    return backend.allocate(kernel.outputs[k]!, size);
  });
  backend.dispatch(backend.compile(kernel), inputs, [], outputs);
  const results = await Promise.all(outputs.map((buffer) => backend.read(buffer, 0, buffer.length)));
  for (const buffer of [...inputs, ...outputs]) backend.release(buffer);
  return results;
}

/** Numbers between -1 and 1, the same every time. */
function numbers(count: number, seed = 1): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  });
}

function product(a: Matrix, b: Matrix, m: number, k: number, n: number): Matrix {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let l = 0; l < k; l++) for (let j = 0; j < n; j++) c[i * n + j]! += a[i * k + l]! * b[l * n + j]!;
  return c;
}

function transposed(a: Matrix, m: number, n: number): Matrix {
  return Float64Array.from(a, (_, p) => a[(p % m) * n + Math.floor(p / m)]!);
}

function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let worst = a.length === b.length ? 0 : Infinity;
  for (let p = 0; p < a.length; p++) {
    const distance = Math.abs(a[p]! - b[p]!);
    if (!(distance <= worst)) worst = distance;
  }
  return worst;
}

function identity(n: number): Matrix {
  return Float64Array.from({ length: n * n }, (_, p) => (p % (n + 1) === 0 ? 1 : 0));
}

function upper(a: Matrix, m: number, n: number, k: number): Matrix {
  return Float64Array.from({ length: k * n }, (_, p) => {
    const [i, j] = [Math.floor(p / n), p % n];
    return i <= j && i < m ? a[i * n + j]! : 0;
  });
}

interface Setting {
  readonly name: string;
  readonly backend: () => Backend;
  readonly dtype: "float32" | "float64";
}

let cpu: CpuBackend;
beforeAll(() => {
  cpu = CpuBackend.create();
});
afterAll(() => {
  cpu.destroy();
});
const software = testDevice();
const hardware = testDevice(tunings.hardware);

const settings: readonly Setting[] = [
  { name: "cpu float32", backend: () => cpu, dtype: "float32" },
  { name: "cpu float64", backend: () => cpu, dtype: "float64" },
  { name: "webgpu", backend: software, dtype: "float32" },
  { name: "webgpu as on hardware", backend: hardware, dtype: "float32" },
];

describe.each(settings)("on $name", ({ name, backend, dtype }) => {
  const epsilon = dtype === "float32" ? 2 ** -23 : 2 ** -52;
  const stored = (a: Matrix): HostArray => (dtype === "float32" ? Float32Array.from(a) : a.slice());
  /** Each matrix of the batch and its results, in double. */
  const factorize = async (
    operation: MatrixOperation,
    shape: readonly [number, number, number],
    data: readonly Matrix[],
  ): Promise<{ operands: Matrix[]; results: Matrix[] }[]> => {
    const [batch] = shape;
    const given = data.map(stored);
    const results = await run(backend(), kernelOf(operation, dtype, shape), given);
    const part = (array: HostArray, b: number): Matrix => {
      const size = array.length / batch;
      return Float64Array.from(array.subarray(b * size, (b + 1) * size) as Float64Array);
    };
    return Array.from({ length: batch }, (_, b) => ({
      operands: given.map((array) => part(array, b)),
      results: results.map((array) => part(array, b)),
    }));
  };
  const isHardware = name.endsWith("hardware");
  const sizes = isHardware ? [1, 3, 33] : [1, 2, 3, 17, 64, 130];
  // What a software adapter takes a few thousand passes for is left to the CPU.
  const jacobiSizes = name === "webgpu" ? [1, 2, 3, 17, 66] : isHardware ? [1, 3, 21] : [...sizes, 256];
  const isSlow = (n: number): boolean => name.startsWith("webgpu") && n > (isHardware ? 16 : 64);
  const shapes = [
    ...sizes.map((n): [number, number, number] => [n < 20 ? 3 : 1, n, n]),
    [2, 70, 20],
    [2, 20, 70],
    [1, 40, 11],
    [1, 11, 40],
    [1, 5, 1],
    [1, 1, 5],
  ] as [number, number, number][];

  test.each(sizes)("cholesky of %i", async (n) => {
    const root = numbers(2 * n * n);
    const data = new Float64Array(2 * n * n);
    for (let b = 0; b < 2; b++) {
      const r = root.subarray(b * n * n, (b + 1) * n * n);
      const square = product(r, transposed(r, n, n), n, n, n);
      data.set(
        square.map((value, p) => value + (p % (n + 1) === 0 ? 1 : 0)),
        b * n * n,
      );
    }
    for (const { operands, results } of await factorize({ op: "cholesky" }, [2, n, n], [data])) {
      const l = results[0]!;
      expect(difference(product(l, transposed(l, n, n), n, n, n), operands[0]!)).toBeLessThan(
        (n * n + 1) * epsilon,
      );
      expect(difference(upper(transposed(l, n, n), n, n, n), transposed(l, n, n))).toBe(0);
    }
  });

  test("cholesky of what is not positive definite", async () => {
    const indefinite = identity(40);
    indefinite[20 * 41] = -1;
    const [one, other] = await factorize(
      { op: "cholesky" },
      [2, 40, 40],
      [Float64Array.of(...indefinite, ...identity(40))],
    );
    expect(one!.results[0]!.every(Number.isNaN)).toBe(true);
    expect(difference(other!.results[0]!, identity(40))).toBe(0);
  });

  test.each(shapes)("lu of %i x (%i, %i)", async (batch, m, n) => {
    const k = Math.min(m, n);
    for (const { operands, results } of await factorize(
      { op: "lu" },
      [batch, m, n],
      [numbers(batch * m * n)],
    )) {
      const [packed, pivots, permutation] = results as [Matrix, Matrix, Matrix];
      const lower = Float64Array.from({ length: m * k }, (_, p) => {
        const [i, j] = [Math.floor(p / k), p % k];
        return i === j ? 1 : i > j ? packed[i * n + j]! : 0;
      });
      const permuted = Float64Array.from(operands[0]!, (_, p) => {
        return operands[0]![permutation[Math.floor(p / n)]! * n + (p % n)]!;
      });
      expect(Math.max(...lower)).toBeLessThanOrEqual(1);
      expect(difference(product(lower, upper(packed, m, n, k), m, k, n), permuted)).toBeLessThan(
        (k + 5) * epsilon,
      );
      const order = Array.from({ length: m }, (_, i) => i);
      pivots.forEach((other, i) => ([order[i], order[other]] = [order[other]!, order[i]!]));
      expect([...permutation]).toEqual(order);
    }
  });

  test.each(shapes)("triangular_solve of %i x (%i, %i)", async (batch, m, n) => {
    const t = numbers(batch * m * m).map((value, p) =>
      (p % (m * m)) % (m + 1) === 0 ? 2 + value : value / m,
    );
    for (const lower of [true, false]) {
      for (const columns of [true, false]) {
        const unitDiagonal = lower !== columns;
        const operation = { op: "triangular_solve", lower, unitDiagonal, columns } as const;
        for (const { operands, results } of await factorize(
          operation,
          [batch, m, n],
          [t, numbers(batch * m * n, 7)],
        )) {
          const whole = Float64Array.from(operands[0]!, (value, p) => {
            const [i, j] = [Math.floor(p / m), p % m];
            if (i === j) return unitDiagonal ? 1 : value;
            return i > j === lower ? value : 0;
          });
          const [x, b] = [results[0]!, operands[1]!].map((a) => (columns ? transposed(a, n, m) : a));
          expect(difference(product(whole, x!, m, m, n), b!)).toBeLessThan((m + 5) * epsilon);
        }
      }
    }
  });

  test.each(shapes)("qr of %i x (%i, %i)", async (batch, m, n) => {
    for (const full of [true, false]) {
      const k = full ? m : Math.min(m, n);
      for (const { operands, results } of await factorize(
        { op: "qr", full },
        [batch, m, n],
        [numbers(batch * m * n)],
      )) {
        const [q, r] = results as [Matrix, Matrix];
        expect(difference(product(q, r, m, k, n), operands[0]!)).toBeLessThan((m + 9) * epsilon);
        expect(difference(product(transposed(q, m, k), q, k, m, k), identity(k))).toBeLessThan(
          (m + 9) * epsilon,
        );
        expect(difference(upper(r, k, n, k), r)).toBe(0);
      }
    }
  });

  test.each(jacobiSizes)("eigh of %i", async (n) => {
    const half = numbers(2 * n * n);
    const data = half.map((value, p) => {
      const [b, i, j] = [Math.floor(p / n / n), Math.floor(p / n) % n, p % n];
      return value + half[b * n * n + j * n + i]!;
    });
    for (const { operands, results } of await factorize({ op: "eigh" }, [2, n, n], [data])) {
      const [v, w] = results as [Matrix, Matrix];
      const scaled = v.map((value, p) => value * w[p % n]!);
      expect(difference(product(operands[0]!, v, n, n, n), scaled)).toBeLessThan(3 * (n + 3) * epsilon);
      expect(difference(product(transposed(v, n, n), v, n, n, n), identity(n))).toBeLessThan(
        2 * (n + 3) * epsilon,
      );
      expect(difference(w, w.toSorted())).toBe(0);
    }
  });

  test("eigh of identities, repeated values, zeros and NaN", async () => {
    const repeated = identity(33).map((value, p) => (p % 34 === 0 ? p % 3 : value));
    const strange = identity(33);
    strange[5] = NaN;
    const data = Float64Array.of(...identity(33), ...repeated, ...new Float64Array(33 * 33), ...strange);
    const [one, two, three, four] = await factorize({ op: "eigh" }, [4, 33, 33], [data]);
    expect([...one!.results[0]!]).toEqual([...identity(33)]);
    expect([...one!.results[1]!]).toEqual(new Array(33).fill(1));
    expect([...two!.results[1]!]).toEqual(Array.from({ length: 33 }, (_, i) => (i * 34) % 3).sort());
    expect([...three!.results[1]!]).toEqual(new Array(33).fill(0));
    expect(four!.results.every((result) => result.every(Number.isNaN))).toBe(true);
  });

  test.each(shapes.filter(([, m, n]) => !isSlow(Math.min(m, n))))(
    "svd of %i x (%i, %i)",
    async (batch, m, n) => {
      for (const full of [true, false]) {
        const [a, b] = full ? [m, n] : [Math.min(m, n), Math.min(m, n)];
        const k = Math.min(m, n);
        const data = numbers(batch * m * n);
        const found = await factorize({ op: "svd", full, vectors: true }, [batch, m, n], [data]);
        for (const { operands, results } of found) {
          const [s, u, vt] = results as [Matrix, Matrix, Matrix];
          const scaled = Float64Array.from({ length: m * k }, (_, p) => {
            return u[Math.floor(p / k) * a + (p % k)]! * s[p % k]!;
          });
          const limit = 2 * (Math.max(m, n) + 9) * epsilon;
          expect(difference(product(scaled, vt.subarray(0, k * n), m, k, n), operands[0]!)).toBeLessThan(
            limit,
          );
          expect(difference(product(transposed(u, m, a), u, a, m, a), identity(a))).toBeLessThan(limit);
          expect(difference(product(vt, transposed(vt, b, n), b, n, b), identity(b))).toBeLessThan(limit);
          expect(difference(s, s.toSorted().reverse())).toBe(0);
        }
        const values = await factorize({ op: "svd", full, vectors: false }, [batch, m, n], [data]);
        found.forEach(({ results }, i) => {
          const limit = 2 * (m + n) * epsilon;
          expect(difference(values[i]!.results[0]!, results[0]!)).toBeLessThan(limit);
        });
      }
    },
  );

  test("svd of rank one, of zeros, of great and small numbers", async () => {
    const ones = new Float64Array(400).fill(1);
    const data = Float64Array.of(...ones, ...ones.map(() => 0), ...ones.map((_, p) => (p === 0 ? 1e30 : 0)));
    const found = await factorize({ op: "svd", full: false, vectors: true }, [3, 20, 20], [data]);
    const first = [20, 0, 1e30];
    found.forEach(({ results: [s, u, vt] }, b) => {
      expect(Math.abs(s![0]! - first[b]!)).toBeLessThanOrEqual(first[b]! * 9 * epsilon);
      expect(s![1]!).toBeLessThanOrEqual(first[b]! * 9 * epsilon);
      expect(difference(product(transposed(u!, 20, 20), u!, 20, 20, 20), identity(20))).toBeLessThan(
        40 * epsilon,
      );
      expect(difference(product(vt!, transposed(vt!, 20, 20), 20, 20, 20), identity(20))).toBeLessThan(
        40 * epsilon,
      );
    });
  });

  test("ill-conditioned matrices", async () => {
    const n = 12;
    const hilbert = Float64Array.from({ length: n * n }, (_, p) => 1 / (1 + Math.floor(p / n) + (p % n)));
    const [found] = await factorize({ op: "svd", full: false, vectors: true }, [1, n, n], [hilbert]);
    const [s, u, vt] = found!.results as [Matrix, Matrix, Matrix];
    const back = product(
      u.map((value, p) => value * s[p % n]!),
      vt,
      n,
      n,
      n,
    );
    expect(difference(back, found!.operands[0]!)).toBeLessThan(20 * epsilon);
    const [eigen] = await factorize({ op: "eigh" }, [1, n, n], [hilbert]);
    expect(difference(eigen!.results[1]!.toReversed(), s)).toBeLessThan(20 * epsilon);
    const b = numbers(n);
    const solve = { op: "triangular_solve", lower: true, unitDiagonal: false, columns: false } as const;
    const graded = hilbert.map((value, p) => value * 10 ** -(p % n));
    const [solved] = await factorize(solve, [1, n, 1], [graded, b]);
    const lower = solved!.operands[0]!.map((value, p) => (p % n <= Math.floor(p / n) ? value : 0));
    const x = solved!.results[0]!;
    const scale = product(lower.map(Math.abs), x.map(Math.abs), n, n, 1);
    product(lower, x, n, n, 1).forEach((value, i) => {
      expect(Math.abs(value - solved!.operands[1]![i]!)).toBeLessThan(n * epsilon * scale[i]!);
    });
  });

  test("nothing to factorize", async () => {
    const none: MatrixOperation[] = [
      { op: "cholesky" },
      { op: "eigh" },
      { op: "lu" },
      { op: "qr", full: false },
      { op: "svd", full: true, vectors: true },
    ];
    for (const operation of none) {
      const results = await run(backend(), kernelOf(operation, dtype, [2, 0, 0]), [
        stored(new Float64Array(0)),
      ]);
      expect(results.map((result) => result.length)).toEqual(results.map(() => 0));
    }
    const [lu] = await factorize({ op: "lu" }, [1, 3, 0], [new Float64Array(0)]);
    expect([...lu!.results[2]!]).toEqual([0, 1, 2]);
    const [full] = await factorize(
      { op: "svd", full: true, vectors: true },
      [1, 0, 3],
      [new Float64Array(0)],
    );
    expect([...full!.results[2]!]).toEqual([...identity(3)]);
  });
});
