import { expect, test } from "vitest";
import { BufferPool, limitsOf } from "./buffers.ts";
import { WasmMemory } from "./wasm-memory.ts";

const limits = { maxBufferSize: 4000, maxTotalSize: 10000, maxPooledSize: 2 ** 30 };
const mebibyte = 2 ** 20;

test("released memory is handed out again for a similar size", () => {
  const pool = new BufferPool();
  const first = pool.take("float32", 1000);
  const { address } = first;
  pool.give(first);
  expect(pool.statistics()).toMatchObject({ liveBytes: 0, peakBytes: 4000 });
  expect(pool.statistics().pooledBytes).toBeGreaterThanOrEqual(4000);
  const second = pool.take("int32", 990);
  expect(second.address).toBe(address);
  expect(second.elements).toHaveLength(990);
  expect(pool.statistics()).toMatchObject({ liveBytes: 3960, peakBytes: 4000 });
});

test("sizes over a limit are refused by the limit's name", () => {
  const pool = new BufferPool(new WasmMemory(), limits);
  expect(() => pool.take("float64", 501)).toThrow(/maxBufferSize of 4000/);
  expect(() => pool.take("float64", 501)).toThrow(RangeError);
  pool.take("float32", 1000);
  pool.take("float32", 1000);
  expect(() => pool.take("float32", 1000)).toThrow(/maxTotalSize of 10000/);
  expect(() => new BufferPool().take("bool", 2 ** 31)).toThrow(/elements an array/);
  expect(() => new BufferPool().take("float64", 2 ** 29)).toThrow(/maxBufferSize of 4278190080/);
  expect(() => new BufferPool().take("float64", -1)).toThrow(RangeError);
});

test("what does not fit between the arrays is told from what is over the limit", () => {
  const pool = new BufferPool(new WasmMemory({ pages: 32 }), {
    ...limits,
    maxBufferSize: 2e6,
    maxTotalSize: 2e9,
  });
  pool.take("bool", 1.5 * mebibyte);
  expect(() => pool.take("bool", 0.5 * mebibyte)).toThrow(/^out of memory: .* bytes are left of 2097152 /);
  expect(() => pool.takeScratch(mebibyte)).toThrow(RangeError);
});

test("over the cap of what is kept, memory goes back to the system", () => {
  const pool = new BufferPool(new WasmMemory(), {
    ...limits,
    maxBufferSize: 2e7,
    maxTotalSize: 2e7,
    maxPooledSize: 4e6,
  });
  const kept = pool.take("int32", 3);
  kept.elements.set([1, 2, 3] as never);
  const taken = [500_000, 300_000, 300_000].map((length) => pool.take("float32", length));
  const { generation } = pool.memory;
  for (const storage of taken) pool.give(storage);
  expect(pool.memory.generation).toBeGreaterThan(generation);
  expect(pool.statistics().pooledBytes).toBeLessThan(1e6);
  expect(pool.memory.buffer.byteLength).toBeLessThan(1e6);
  expect([...kept.elements]).toEqual([1, 2, 3]);
});

test("memory is given back on request once it is much", () => {
  const pool = new BufferPool();
  const kept = pool.take("float64", 1000);
  (kept.elements as Float64Array).fill(0.5);
  pool.give(pool.take("bool", 100 * mebibyte));
  expect(pool.statistics().pooledBytes).toBeGreaterThanOrEqual(100 * mebibyte);
  pool.trim();
  expect(pool.statistics().pooledBytes).toBeLessThan(mebibyte);
  expect((kept.elements as Float64Array).every((x) => x === 0.5)).toBe(true);
});

test("memory that rests is given back by itself", async () => {
  const memory = new WasmMemory();
  const pool = new BufferPool(memory, limitsOf(memory), 20);
  const kept = pool.take("int32", 1);
  kept.elements[0] = 7;
  pool.give(pool.take("bool", 100 * mebibyte));
  expect(pool.statistics().pooledBytes).toBeGreaterThanOrEqual(100 * mebibyte);
  while (memory.generation === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(pool.statistics().pooledBytes).toBeLessThan(mebibyte);
  expect(kept.elements[0]).toBe(7);
});

test("empty arrays and uint32 bits", () => {
  const pool = new BufferPool();
  expect(pool.take("float64", 0).elements).toHaveLength(0);
  const storage = pool.take("uint32", 1);
  storage.words[0] = -1;
  expect(storage.elements[0]).toBe(4294967295);
});

test("views follow the memory when it grows", () => {
  const pool = new BufferPool();
  const storage = pool.take("float32", 4);
  storage.elements.set([1, 2, 3, 4] as never);
  const { words } = storage;
  pool.take("bool", 300 * mebibyte);
  expect(storage.words === words).toBe(false);
  expect([...storage.words]).toEqual([1, 2, 3, 4]);
  storage.words[0] = 7;
  expect(storage.elements[0]).toBe(7);
});
