import { setFlagsFromString } from "node:v8";
import { expect, test, vi } from "vitest";

test("erfInv in float32 has the same bits with fused multiply-adds as without", async () => {
  const ends = [-1, 1, 0, -0, 0.9966, -0.99661, 1 - 2 ** -24, 2 ** -126, 1.5, NaN];
  const inside = Array.from({ length: 100_000 }, (_, k) => Math.sin(k) * (1 - (k % 7) * 1e-3));
  const x = Float32Array.from([...ends, ...inside]);
  const apart = (await import("./testing/run-elementary.ts")).runElementary("erfInv", [x]);
  // Engines from before relaxed SIMD was finished have it behind a flag.
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  vi.resetModules();
  const { hasRelaxedSimd } = await import("../relaxed-simd.ts");
  expect(hasRelaxedSimd()).toBe(true);
  const fused = (await import("./testing/run-elementary.ts")).runElementary("erfInv", [x]);
  expect(new Int32Array(fused.buffer)).toEqual(new Int32Array(apart.buffer));
});
