import { beforeAll, describe, expect, test } from "vitest";
import { deviceCard, renderCard } from "./device-card.ts";
import { initialize, modules, type EngineArray } from "./engine-door.ts";

const now = new Date(2024, 9, 1, 11, 6, 5);
const zeros = modules["jax/numpy"]!["zeros"] as (shape: number[], dtype?: string) => EngineArray;

beforeAll(async () => {
  await initialize("cpu");
});

const card = renderCard(
  {
    kind: "webgpu",
    name: "A graphics adapter whose name is longer than the column that holds it",
    limits: [
      { name: "maxBufferSize", value: 4 * 2 ** 30 },
      { name: "maxComputeWorkgroupStorageSize", value: 32768 },
      { name: "maxStorageBuffersPerShaderStage", value: 10 },
    ],
    synchronousReads: false,
  },
  { liveBytes: 2 * 2 ** 20, peakBytes: 2 ** 30, pooledBytes: 0 },
  [],
  now,
);

describe("the device's card", () => {
  test("is a box: every line as wide as the first", () => {
    const [date, ...box] = card.split("\n");
    expect(date).toBe("Tue Oct  1 11:06:05 2024");
    expect(new Set(box.map((line) => line.length))).toEqual(new Set([89]));
    for (const line of box) expect(line).toMatch(/^[|+].*[|+]$/);
  });

  test("names the adapter, its limits, and the memory in use", () => {
    expect(card).toContain("A graphics adapter whose name is longer...");
    expect(card).toContain("2MiB / 4096MiB");
    expect(card).toContain("peak 1024MiB");
    expect(card).toContain("API: WebGPU, WGSL");
    expect(card).toMatch(/maxComputeWorkgroupStorageSize\s+\|\s+32KiB/);
    expect(card).toMatch(/maxStorageBuffersPerShaderStage\s+\|\s+10 /);
    expect(card).toContain("64-bit arrays: on the CPU");
    expect(card).toContain("No running processes found");
  });

  test("lists the arrays that cells gave names, and where they live", () => {
    const x = zeros([2, 3]);
    const gone = zeros([2]);
    gone.delete();
    const text = deviceCard({ x, gone, n: 3, f: () => x }, now);
    expect(text).toMatch(/ 0 +x +float32\[2,3\] cpu +24B \|/);
    expect(text).not.toContain("gone");
    expect(text).not.toContain("No running");
  });

  test("counts what it does not list", () => {
    const array = zeros([1]);
    const slots = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`x${String(i)}`, array]));
    expect(deviceCard(slots, now)).toContain("and 5 more");
  });
});
