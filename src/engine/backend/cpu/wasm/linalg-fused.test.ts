import { setFlagsFromString } from "node:v8";
import { expect, test } from "vitest";
import { linalgModule, type RowRoutines } from "./linalg.ts";

// Engines from before relaxed SIMD was finished have it behind a flag.
setFlagsFromString("--experimental-wasm-relaxed-simd");

const [rows, columns] = [11, 13];
const stride = 8 * columns;
const at = { a: 1024, b: 8192, c: 16384, v: 24576, w: 28672, scratch: 32768 };

/** Memory after some routines have worked on the same numbers. */
function work(fused: boolean, run: (routines: RowRoutines) => void): Float64Array {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
  const values = new Float64Array(memory.buffer).map((_, p) => Math.sin(p) + 1.5);
  new Float64Array(memory.buffer).set(values);
  const compiled = new WebAssembly.Module(linalgModule({ fused }).finish({ shared: false }));
  run(new WebAssembly.Instance(compiled, { env: { memory } }).exports as RowRoutines);
  return new Float64Array(memory.buffer, 0, at.scratch / 8);
}

test.each<[keyof RowRoutines, readonly number[]]>([
  ["product", [rows, columns, 9, at.a, stride, at.b, stride, at.c, stride, at.scratch]],
  ["subtractRows", [at.v, columns, at.w, 9, at.a, stride]],
  ["eliminate", [at.a, stride, rows, at.b, stride, 5, 9]],
  ["reflect", [at.v, columns, 0.01, at.a, stride, rows]],
  ["subtractOuter", [rows, at.a, stride, at.v, at.w]],
  ["subtractColumnTimesRow", [rows, columns, at.a, stride, at.v, at.w]],
  ["rotate", [at.a, stride, columns, at.v, at.w, rows - 1]],
])("%s with fused multiply-adds", (name, args) => {
  const plain = work(false, (routines) => routines[name](...args));
  const fused = work(true, (routines) => routines[name](...args));
  const before = work(false, () => undefined);
  let worst = 0;
  plain.forEach((value, p) => (worst = Math.max(worst, Math.abs(value - fused[p]!) / (1 + Math.abs(value)))));
  expect(worst).toBeLessThan(1e-11);
  expect(plain).not.toEqual(before);
});
