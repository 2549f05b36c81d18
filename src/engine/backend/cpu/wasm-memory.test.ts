import { expect, test } from "vitest";
import { reserveMemory, slackBytes, WasmMemory, type MemorySource, type Region } from "./wasm-memory.ts";

const mebibyte = 2 ** 20;

/** A small generator of numbers below `n`, the same every time. */
function numbers(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

interface Held {
  readonly region: Region;
  readonly bytes: number;
  readonly mark: number;
}

/** Writes a mark over a region and the slack behind it. */
function fill(memory: WasmMemory, { region, bytes, mark }: Held): void {
  memory.views.u8.fill(mark, region.address, region.address + bytes + slackBytes);
}

function isIntact(memory: WasmMemory, { region, bytes, mark }: Held): boolean {
  const end = region.address + bytes + slackBytes;
  const { u8 } = memory.views;
  for (let at = region.address; at < end; at++) if (u8[at] !== mark) return false;
  return true;
}

test.each([
  ["small", false, 1200, 4000],
  ["of all sizes", false, 300_000, 600],
  ["shared", true, 300_000, 600],
])("regions never overlap, in growing, compacted and replaced memory (%s)", (_, shared, largest, turns) => {
  const memory = new WasmMemory({ shared, pages: 256 });
  const next = numbers(largest);
  const held: Held[] = [];
  let refused = 0;
  for (let turn = 0; turn < turns; turn++) {
    if (next(100) < 55) {
      const bytes = next(next(2) === 0 ? largest : 300);
      const region = memory.allocate(bytes);
      if (region === undefined) refused += 1;
      else {
        expect(region.address % 16).toBe(0);
        const now = { region, bytes, mark: turn % 251 };
        fill(memory, now);
        held.push(now);
      }
    } else if (held.length > 0) {
      const [gone] = held.splice(next(held.length), 1);
      expect(isIntact(memory, gone!)).toBe(true);
      memory.free(gone!.region);
    }
    if (turn % 250 === 249) memory.shrink();
  }
  expect(held.every((one) => isIntact(memory, one))).toBe(true);
  for (const { region } of held) memory.free(region);
  // Some cells wait in the last slab of their size.
  expect(memory.usedBytes).toBeLessThanOrEqual(16 * 16384);
  expect(refused).toBeLessThan(turns / 10);
});

test("holes too short one by one are moved together", () => {
  const memory = new WasmMemory({ pages: 160 });
  const regions = Array.from({ length: 9 }, () => memory.allocate(mebibyte)!);
  regions.forEach((region, k) => memory.views.u8.fill(k + 1, region.address, region.address + mebibyte));
  for (const k of [0, 2, 4, 6]) memory.free(regions[k]!);
  const { epoch, generation } = memory;
  const region = memory.allocate(4 * mebibyte);
  expect(region).toBeDefined();
  expect(memory.epoch).toBeGreaterThan(epoch);
  expect(memory.generation).toBe(generation);
  memory.views.u8.fill(99, region!.address, region!.address + 4 * mebibyte);
  for (const k of [1, 3, 5, 7, 8]) {
    const { address } = regions[k]!;
    expect(memory.views.u8.subarray(address, address + mebibyte).every((byte) => byte === k + 1)).toBe(true);
  }
  expect(memory.allocate(2 * mebibyte)).toBeUndefined();
});

test("what was used before is used again before memory grows", () => {
  const memory = new WasmMemory();
  const block = (): Region => memory.allocate(8 * mebibyte)!;
  const [first, second] = [block(), block()];
  const { byteLength } = memory.buffer;
  for (let k = 0; k < 100; k++) {
    memory.free(second);
    memory.free(block());
    memory.allocate(1000);
  }
  expect(memory.buffer.byteLength).toBe(byteLength);
  expect(first.address).toBeLessThan(second.address);
});

test("another memory may come later, and be too small by then", async () => {
  const make = reserveMemory(true);
  let arrive: (() => void) | undefined;
  let isFirst = true;
  const memory = new WasmMemory({
    shared: true,
    source: (initial, maximum) => {
      if (isFirst) {
        isFirst = false;
        return make(initial, maximum);
      }
      return new Promise((resolve) => {
        arrive = () => {
          resolve(make(initial, maximum));
        };
      });
    },
  });
  let replaced = 0;
  memory.onReplaced(() => {
    replaced += 1;
  });
  const kept = { region: memory.allocate(1000)!, bytes: 1000, mark: 3 };
  fill(memory, kept);
  memory.free(memory.allocate(100 * mebibyte)!);
  memory.shrink();
  memory.shrink();
  const late = { region: memory.allocate(30 * mebibyte)!, bytes: 30 * mebibyte, mark: 4 };
  fill(memory, late);
  expect(memory.generation).toBe(0);
  arrive!();
  while (replaced === 0) await Promise.resolve();
  expect(memory.generation).toBe(1);
  expect(memory.buffer.byteLength).toBeLessThan(32 * mebibyte);
  expect(isIntact(memory, kept) && isIntact(memory, late)).toBe(true);
  await Promise.resolve();
  expect(replaced).toBe(1);
});

test("who would have to wait for shared memory has its own, and one that is refused changes nothing", async () => {
  const waiting = new WasmMemory({ shared: true, source: () => new Promise(() => undefined) });
  expect(waiting.shared).toBe(false);
  expect(waiting.allocate(1000)).toBeDefined();
  const make = reserveMemory(true);
  let calls = 0;
  const source: MemorySource = (initial, maximum) => {
    calls += 1;
    if (calls === 1) return make(initial, maximum);
    if (calls === 2) throw new RangeError("none");
    return Promise.reject(new RangeError("none"));
  };
  const memory = new WasmMemory({ shared: true, source });
  memory.free(memory.allocate(80 * mebibyte)!);
  memory.shrink();
  memory.shrink();
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(calls).toBe(3);
  expect(memory.generation).toBe(0);
  memory.shrink();
  expect(calls).toBe(4);
});
