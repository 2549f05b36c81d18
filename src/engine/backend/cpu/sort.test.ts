import { describe, expect, test } from "vitest";
import type { DType, HostArray } from "../../core/dtype.ts";
import { ExprBuilder } from "../../kernel/expr-builder.ts";
import { runKernel } from "./testing/run-kernel.ts";

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

function random(length: number): number[] {
  let state = 99;
  return Array.from({ length }, () => (state = (Math.imul(state, 1103515245) + 12345) >>> 0));
}

/** Array.prototype.sort is stable; NaN last, zeros equal. */
function compare(a: number | bigint, b: number | bigint): number {
  if (a !== a || b !== b) return Number(a !== a) - Number(b !== b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function check(dtype: DType, outer: number, length: number, data: HostArray): void {
  const [keys, positions] = sort(dtype, outer, length, data);
  for (let row = 0; row < outer; row++) {
    const values = [...data.subarray(row * length, (row + 1) * length)] as number[];
    const order = values.map((_, k) => k).sort((a, b) => compare(values[a]!, values[b]!));
    expect([...positions.subarray(row * length, (row + 1) * length)]).toEqual(order);
    expect([...keys.subarray(row * length, (row + 1) * length)]).toEqual(order.map((k) => values[k]));
  }
}

describe.each([
  [1, 1],
  [4, 7],
  [3, 1000],
  [1, 70000],
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
