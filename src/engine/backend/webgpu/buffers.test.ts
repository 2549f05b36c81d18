import { describe, expect, it } from "vitest";
import { testDevice } from "./test-device.ts";

describe("the pool", () => {
  const device = testDevice();

  it("hands the buffer released last out again, of its size or a little larger", () => {
    const backend = device();
    backend.trim();
    const [a, b, large] = [100_000, 100_000, 110_000].map((length) => backend.allocate("float32", length));
    const { liveBytes } = backend.memory();
    for (const buffer of [a!, b!, large!]) backend.release(buffer);
    const pooled = backend.memory().pooledBytes;
    expect(pooled).toBe(a!.bytes + b!.bytes + large!.bytes);
    // Of three free buffers the two of the size go first, then the larger one; then there is none.
    const taken = [0, 1, 2, 3].map(() => backend.allocate("float32", 100_000));
    expect(taken.map((buffer) => buffer.bytes)).toEqual([a!.bytes, a!.bytes, large!.bytes, a!.bytes]);
    expect(backend.memory().pooledBytes).toBe(0);
    expect(backend.memory().liveBytes).toBe(liveBytes + a!.bytes);
    for (const buffer of taken) backend.release(buffer);
    backend.trim();
    expect(backend.memory().pooledBytes).toBe(0);
  });

  it("does not stretch a buffer to something much smaller", () => {
    const backend = device();
    backend.release(backend.allocate("float32", 1_000_000));
    const small = backend.allocate("float32", 500_000);
    expect(small.bytes).toBeLessThan(2_100_000);
    backend.release(small);
    backend.trim();
  });
});
