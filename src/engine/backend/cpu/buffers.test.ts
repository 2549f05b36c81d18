import { expect, test } from "vitest";
import { allocateHost } from "../../core/dtype.ts";
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

test.each(["bool", "int32", "uint32", "int64", "float32", "float64"] as const)(
  "copies of %s, short and long",
  (dtype) => {
    const pool = new BufferPool();
    expect(pool.take(dtype, 0).elements).toHaveLength(0);
    for (const length of [1, 5, 16, 17, 1000]) {
      const data = allocateHost(dtype, length);
      for (let k = 0; k < length; k++) {
        data[k] = dtype === "int64" ? -BigInt(k) : dtype === "bool" ? k % 2 : 4294967295 - k;
      }
      const [a, b] = [pool.take(dtype, length), pool.take(dtype, length + 3)];
      a.copyIn(data);
      expect(a.elements).toEqual(data);
      expect(a.copyOut(0, length)).toEqual(data);
      expect(a.copyOut(length - 1, 1)).toEqual(data.slice(length - 1));
      b.copyFrom(a, 3);
      expect(b.copyOut(3, length)).toEqual(data);
      const copy = a.copyOut(0, 1);
      copy[0] = dtype === "int64" ? 77n : 1;
      expect(a.copyOut(0, 1)).toEqual(data.slice(0, 1));
    }
  },
);

test("what an array holds stays when memory grows", () => {
  const pool = new BufferPool();
  const storage = pool.take("float32", 4);
  storage.copyIn(Float32Array.from([1, 2, 3, 4]));
  const { buffer } = pool.memory;
  pool.take("bool", 300 * mebibyte);
  expect(pool.memory.buffer === buffer).toBe(false);
  expect([...storage.elements]).toEqual([1, 2, 3, 4]);
  storage.elements[0] = 7;
  expect(storage.copyOut(0, 1)[0]).toBe(7);
});
