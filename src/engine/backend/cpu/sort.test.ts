import { describe, expect, test } from "vitest";
import type { DType, HostArray } from "../../core/dtype.ts";
import { ExprBuilder } from "../../kernel/expr-builder.ts";
import type { SortKernel } from "../../kernel/kernel.ts";
import { SortProgram } from "./sort.ts";
import { runKernel } from "./testing/run-kernel.ts";
import { runRoutine } from "./testing/run-routine.ts";

/** Sorts rows of `data`, carrying positions along. */
function sort(dtype: DType, outer: number, length: number, data: HostArray): [HostArray, HostArray] {
  const b = new ExprBuilder();
  const [i, j] = [b.index(0, outer), b.index(1, length)];
  const key = b.load(0, dtype, b.indexAdd(b.indexMultiply(i, length), j));
  const [keys, positions] = runKernel(
    { kind: "sort", outer, length, values: [key, j], inputs: [dtype], params: [], outputs: [dtype, "int32"] },
    [data],
  );
  return [keys!, positions!];
}

/** Sorts rows of `data` alone. */
function sortKeys(dtype: DType, outer: number, length: number, data: HostArray): HostArray {
  const b = new ExprBuilder();
  const key = b.load(0, dtype, b.indexAdd(b.indexMultiply(b.index(0, outer), length), b.index(1, length)));
  const kernel = { outer, length, values: [key], inputs: [dtype], params: [], outputs: [dtype] };
  return runKernel({ kind: "sort", ...kernel }, [data])[0]!;
}

/** The bytes of an array: NaN by their payloads, zeros by their signs. */
function bytesOf(data: HostArray): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function random(length: number): number[] {
  let state = 99;
  return Array.from({ length }, () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0));
}

/** NaN last, zeros equal. */
function compare(a: number | bigint, b: number | bigint): number {
  if (a !== a || b !== b) return Number(a !== a) - Number(b !== b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function check(dtype: DType, outer: number, length: number, data: HostArray): void {
  const [keys, positions] = sort(dtype, outer, length, data);
  expect(bytesOf(sortKeys(dtype, outer, length, data)).equals(bytesOf(keys))).toBe(true);
  for (let row = 0; row < outer; row++) {
    const part = (array: HostArray): HostArray => array.slice(row * length, (row + 1) * length);
    const values = part(data);
    const order = Int32Array.from({ length }, (_, k) => k).sort(
      (a, b) => compare(values[a]!, values[b]!) || a - b,
    );
    const expected = values.slice();
    order.forEach((from, to) => (expected[to] = values[from]!));
    expect(bytesOf(part(positions)).equals(bytesOf(order))).toBe(true);
    expect(bytesOf(part(keys)).equals(bytesOf(expected))).toBe(true);
  }
}

describe.each([
  [1, 1],
  [4, 7],
  [3, 1000],
  [2, 70000],
])("%i rows of %i", (outer, length) => {
  const bits = random(outer * length);
  const special = [NaN, -0, 0, Infinity, -Infinity, 5e-324, -1e-45, 1e308, -1e308];
  const reals = bits.map((x, k) =>
    k % 5 === 0 ? special[x % special.length]! : (x - 2 ** 31) / 2 ** (x % 60),
  );
  test("float32", () => check("float32", outer, length, Float32Array.from(reals)));
  test("float64", () => check("float64", outer, length, Float64Array.from(reals)));
  test("int32", () => check("int32", outer, length, Int32Array.from(bits)));
  test("uint32", () => check("uint32", outer, length, Uint32Array.from(bits)));
  test("bool", () =>
    check(
      "bool",
      outer,
      length,
      Uint8Array.from(bits, (x) => x >>> 31),
    ));
  test("few distinct keys", () =>
    check(
      "int32",
      outer,
      length,
      Int32Array.from(bits, (x) => (x % 3) - 1),
    ));
  test("int64", () => {
    const wide = BigInt64Array.from(
      bits,
      (x, k) => BigInt.asIntN(64, BigInt(x) << BigInt(x % 40)) - BigInt(k),
    );
    check("int64", outer, length, wide);
  });
});

test("NaN keep their payloads and their order, zeros their signs", () => {
  const words = Uint32Array.from(
    { length: 90000 },
    (_, k) => [0x7fc00000 + k, 0x80000000, 0xffc00001, 0][k % 4]!,
  );
  const sorted = sortKeys("float32", 1, words.length, new Float32Array(words.buffer));
  const zeros = words.filter((word) => word << 1 === 0);
  expect([...new Uint32Array(sorted.buffer)]).toEqual([...zeros, ...words.filter((word) => word << 1 !== 0)]);
});

test("values of all sizes are carried along", () => {
  const [outer, length] = [3, 500];
  const b = new ExprBuilder();
  const place = b.indexAdd(b.indexMultiply(b.index(0, outer), length), b.index(1, length));
  const dtypes: DType[] = ["int32", "bool", "float64", "uint32"];
  const keys = Int32Array.from(random(outer * length), (x) => x % 100);
  const data = [
    keys,
    Uint8Array.from(random(outer * length), (x) => x >>> 31),
    Float64Array.from(random(outer * length)),
    Uint32Array.from(random(outer * length), (x) => x >>> 1),
  ];
  const kernel = { outer, length, inputs: dtypes, params: [], outputs: [...dtypes, "int32" as const] };
  const values = [...dtypes.map((dtype, k) => b.load(k, dtype, place)), b.index(1, length)];
  const results = runKernel({ kind: "sort", ...kernel, values }, data);
  for (let row = 0; row < outer; row++) {
    const start = row * length;
    const order = Array.from({ length }, (_, k) => k).sort((i, j) => keys[start + i]! - keys[start + j]!);
    [...data, undefined].forEach((array, k) => {
      const expected = order.map((i) => (array === undefined ? i : array[start + i]!));
      expect([...results[k]!.subarray(start, start + length)]).toEqual(expected);
    });
  }
});

test("keys may be expressions, and rows may be read backwards", () => {
  const length = 300;
  const b = new ExprBuilder();
  const column = b.index(1, length);
  const backwards = b.indexAdd(b.indexMultiply(column, -1), b.int(length - 1));
  const value = b.unary("neg", b.load(0, "float32", backwards));
  const kernel = { outer: 1, length, inputs: ["float32"], params: [], outputs: ["float32"] } as const;
  const data = Float32Array.from(random(length), (x) => x % 1000);
  const [negated] = runKernel({ kind: "sort", ...kernel, values: [value] }, [data]);
  expect([...negated!]).toEqual([...data].map((x) => 0 - x).sort((x, y) => x - y));
  const [reversed] = runKernel({ kind: "sort", ...kernel, values: [b.load(0, "float32", backwards)] }, [
    data,
  ]);
  expect([...reversed!]).toEqual([...data].sort((x, y) => x - y));
});

test("the order of tasks and the number of threads change nothing", () => {
  const [outer, length] = [2, 150_000];
  const data = Float32Array.from(random(outer * length), (x) => (x % 4096) - 2048);
  const b = new ExprBuilder();
  const key = b.load(
    0,
    "float32",
    b.indexAdd(b.indexMultiply(b.index(0, outer), length), b.index(1, length)),
  );
  const kernel: SortKernel = {
    kind: "sort",
    outer,
    length,
    inputs: ["float32"],
    params: [],
    outputs: ["float32", "int32"],
    values: [key, b.index(1, length)],
  };
  const run = (order: "forward" | "backward"): HostArray[] =>
    runRoutine((host) => new SortProgram(host, kernel), kernel, [data], order);
  const expected = run("forward").map(bytesOf);
  for (const results of [run("backward"), runKernel(kernel, [data]), runKernel(kernel, [data])]) {
    expect(results.every((result, k) => bytesOf(result).equals(expected[k]!))).toBe(true);
  }
});
