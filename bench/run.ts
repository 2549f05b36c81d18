import { create, globals } from "webgpu";
import { initialize } from "../src/engine/index.ts";
import { grid, HandWrittenReduction, matmul, sumOf, sumOfF } from "./hand-written.ts";
import { printRows, sideBySide, type Row } from "./measure.ts";
import { workloads } from "./workloads.ts";

const size = 50_000_000;

/** Runs the named workloads (all by default) on both devices and prints each beside its hand-written reference. */
export async function runBenchmarks(names: readonly string[]): Promise<void> {
  const wanted = (name: string): boolean => names.length === 0 || names.includes(name);
  await initialize("cpu");
  printRows("CPU backend (ms; ratio = engine / reference)", await onCpu(wanted));

  Object.assign(globalThis, globals);
  const gpu = create([]);
  Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
  const device = await initialize("webgpu");
  printRows(`WebGPU: ${device.name} (ms; ratio = engine / reference)`, await onGpu(gpu, wanted));
}

async function onCpu(wanted: (name: string) => boolean): Promise<Row[]> {
  const ones = new Float32Array(size).fill(1);
  const line = Float32Array.from({ length: 6000 }, (_, i) => -2 + (4 * i) / 5999);
  const square = Float32Array.from({ length: 1024 * 1024 }, (_, i) => i / (1024 * 1024 - 1));
  const z = new Float32Array(6000 * 6000);
  const product = new Float32Array(1024 * 1024);
  const references: Record<string, () => unknown> = {
    jit: () => sumOfF(ones),
    eager: () => sumOfF(ones.subarray(0, 5_000_000)),
    sum: () => sumOf(ones),
    grid: () => {
      grid(line, z);
    },
    matmul: () => {
      matmul(square, square, product, 1024);
    },
  };
  return rows(wanted, references, "JavaScript loop");
}

async function onGpu(gpu: GPU, wanted: (name: string) => boolean): Promise<Row[]> {
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error("no WebGPU adapter");
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  });
  const ones = new Float32Array(size).fill(1);
  const whole = new HandWrittenReduction(device, ones, "f");
  const part = new HandWrittenReduction(device, ones.slice(0, 5_000_000), "f");
  const plain = new HandWrittenReduction(device, ones, "sum");
  const result = await rows(
    wanted,
    { jit: () => whole.run(), eager: () => part.run(), sum: () => plain.run() },
    "hand-written WGSL, fused",
  );
  for (const reduction of [whole, part, plain]) reduction.destroy();
  device.destroy();
  return result;
}

async function rows(
  wanted: (name: string) => boolean,
  references: Record<string, () => unknown>,
  referenceName: string,
): Promise<Row[]> {
  const made: Row[] = [];
  for (const [name, make] of Object.entries(workloads())) {
    const reference = references[name];
    if (reference === undefined || !wanted(name)) continue;
    const workload = make();
    made.push(
      await sideBySide(workload.name, workload.run, referenceName, async () => {
        await reference();
      }),
    );
    workload.release();
  }
  return made;
}
