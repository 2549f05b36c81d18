import { setFlagsFromString } from "node:v8";
import { expect, test } from "vitest";
import { dotModule } from "./dot.ts";
import { tileBytes } from "./dot-blocks.ts";
import { dotFields, dotPhases, type DotField, type DotPhase } from "./dot-task.ts";
import { tileColumns, tileRows } from "./dot-tile.ts";
import { arithmeticOf } from "./dot-arithmetic.ts";
import { hasRelaxedSimd } from "./relaxed-simd.ts";

// Engines from before relaxed SIMD was finished have it behind a flag.
setFlagsFromString("--experimental-wasm-relaxed-simd");

test.each(["float32", "float64"] as const)("products of %s with fused multiply-adds", (dtype) => {
  expect(hasRelaxedSimd()).toBe(true);
  const [m, n, k] = [13, 21, 300];
  const kind = arithmeticOf(dtype);
  const memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 });
  const compiled = new WebAssembly.Module(dotModule(dtype, { fused: true }).finish({ shared: false }));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  const task = exports["task"] as (args: number, index: number) => void;
  const view = (address: number, length: number): Float32Array | Float64Array =>
    dtype === "float32"
      ? new Float32Array(memory.buffer, address, length)
      : new Float64Array(memory.buffer, address, length);
  const at = {
    lhs: 65536,
    rhs: 131072,
    result: 262144,
    lhsPanels: 327680,
    rhsPanels: 393216,
    scratch: 524288,
  };
  const fields: Partial<Record<DotField, number>> = { ...at, m, n, k };
  Object.assign(fields, { lhsRow: k * kind.size, lhsTerm: kind.size });
  Object.assign(fields, { rhsColumn: kind.size, rhsTerm: n * kind.size });
  const lhs = view(at.lhs, m * k).map((_, p) => Math.sin(p));
  const rhs = view(at.rhs, k * n).map((_, p) => Math.cos(p));
  view(at.lhs, m * k).set(lhs);
  view(at.rhs, k * n).set(rhs);
  const run = (phase: DotPhase, step: number, otherStep = 0): void => {
    const all = { ...fields, phase: dotPhases.indexOf(phase), step, otherStep };
    dotFields.forEach((field, word) => (new Int32Array(memory.buffer, 1024)[word] = all[field] ?? 0));
    task(1024, 0);
  };
  run("packLhs", Math.ceil(m / tileRows));
  run("packRhs", Math.ceil(n / tileColumns(kind)));
  run("multiply", Math.ceil(m / tileRows), Math.ceil(n / tileColumns(kind)));
  expect(tileBytes).toBeGreaterThanOrEqual(tileRows * tileColumns(kind) * kind.size);
  const result = view(at.result, m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let t = 0; t < k; t++) sum += lhs[i * k + t]! * rhs[t * n + j]!;
      expect(Math.abs(result[i * n + j]! - sum)).toBeLessThan(dtype === "float32" ? 2e-5 : 1e-13);
    }
  }
});
