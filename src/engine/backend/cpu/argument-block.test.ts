import { expect, test } from "vitest";
import { ArgumentBlock } from "./argument-block.ts";
import { paramsOffset } from "./wasm/argument-layout.ts";
import { BufferPool } from "./buffers.ts";
import { WasmMemory } from "./wasm-memory.ts";

test("addresses first, then eight bytes for each parameter", () => {
  const pool = new BufferPool();
  const block = new ArgumentBlock(pool);
  const arrays = [pool.take("float32", 10), pool.take("int32", 5000), pool.take("bool", 3)];
  const dtypes = ["bool", "int32", "uint32", "float32", "float64", "int64"] as const;
  const address = block.write(arrays, dtypes, [true, -7, 4294967295, 0.1, 0.1, -3n]);
  const view = new DataView(pool.memory.buffer, address);
  expect(address % 8).toBe(0);
  expect(arrays.map((_, k) => view.getUint32(4 * k, true))).toEqual(arrays.map((array) => array.address));
  const at = (k: number): number => paramsOffset(3) + 8 * k;
  expect(paramsOffset(3)).toBe(16);
  expect(view.getInt32(at(0), true)).toBe(1);
  expect(view.getInt32(at(1), true)).toBe(-7);
  expect(view.getUint32(at(2), true)).toBe(4294967295);
  expect(view.getFloat32(at(3), true)).toBe(Math.fround(0.1));
  expect(view.getFloat64(at(4), true)).toBe(0.1);
  expect(view.getBigInt64(at(5), true)).toBe(-3n);
  expect(() => block.write(arrays, dtypes, [true])).toThrow("parameter 1");
});

test("a longer list of arguments finds room, and what is released is free again", () => {
  const pool = new BufferPool(new WasmMemory({ shared: true }));
  const arrays = Array.from({ length: 300 }, () => pool.take("int32", 1));
  const { usedBytes } = pool.memory;
  const block = new ArgumentBlock(pool);
  block.write(arrays.slice(0, 3), [], []);
  const address = block.write(arrays, ["int32"], [42]);
  const words = new Int32Array(pool.memory.buffer, address, 302);
  expect([...words.subarray(0, 300)]).toEqual(arrays.map((array) => array.address));
  expect(words[300]).toBe(42);
  block.release();
  expect(pool.memory.usedBytes).toBeLessThanOrEqual(usedBytes + 16384);
});
