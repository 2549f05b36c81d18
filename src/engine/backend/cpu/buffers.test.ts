import { expect, test } from "vitest";
import { BufferPool } from "./buffers.ts";

const limits = { maxBufferSize: 4000, maxTotalSize: 10000, maxPooledSize: 3000 };

test("released memory is handed out again for a similar size", () => {
  const pool = new BufferPool();
  const first = pool.take("float32", 1000);
  pool.give(first);
  expect(pool.memory()).toMatchObject({ liveBytes: 0, peakBytes: 4000 });
  expect(pool.memory().pooledBytes).toBeGreaterThanOrEqual(4000);
  const second = pool.take("int32", 990);
  expect(second.memory).toBe(first.memory);
  expect(second.elements).toHaveLength(990);
  expect(pool.memory()).toMatchObject({ liveBytes: 3960, pooledBytes: 0 });
  pool.give(second);
  pool.trim();
  expect(pool.memory().pooledBytes).toBe(0);
  expect(pool.take("float32", 1000).memory).not.toBe(first.memory);
});

test("sizes over a limit are refused by the limit's name", () => {
  const pool = new BufferPool(limits);
  expect(() => pool.take("float64", 501)).toThrow(/maxBufferSize of 4000/);
  expect(() => pool.take("float64", 501)).toThrow(RangeError);
  pool.take("float32", 1000);
  pool.take("float32", 1000);
  expect(() => pool.take("float32", 1000)).toThrow(/maxTotalSize of 10000/);
  expect(() => new BufferPool().take("bool", 2 ** 31)).toThrow(RangeError);
  expect(() => new BufferPool().take("float64", 2 ** 33)).toThrow(RangeError);
});

test("what is kept stays under the cap", () => {
  const pool = new BufferPool(limits);
  const taken = [500, 300, 300].map((length) => pool.take("float32", length));
  for (const storage of taken) pool.give(storage);
  expect(pool.memory().pooledBytes).toBeLessThanOrEqual(3000);
  expect(pool.memory().pooledBytes).toBeGreaterThan(0);
});

test("empty arrays and uint32 bits", () => {
  const pool = new BufferPool();
  expect(pool.take("float64", 0).elements).toHaveLength(0);
  const storage = pool.take("uint32", 1);
  storage.words[0] = -1;
  expect(storage.elements[0]).toBe(4294967295);
});
