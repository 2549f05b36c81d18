import { viewHost, type DType, type HostArray } from "../../../../core/dtype.ts";
import { argumentLayout } from "../argument-layout.ts";
import type { KernelModule } from "../kernel-module.ts";

/**
 * Runs a module without parameters in a memory of its own, its tasks first to last or last to first, and gives the
 * outputs. Scratch memory and outputs start dirty.
 */
export function runModule(
  kernel: KernelModule,
  inputs: readonly HostArray[],
  outputs: readonly (readonly [DType, number])[],
  order: "forward" | "backward",
): HostArray[] {
  const sizes = [
    ...inputs.map((data) => data.byteLength),
    ...outputs.map(([, length]) => 8 * length),
    kernel.scratchBytes ?? 0,
  ];
  const addresses: number[] = [];
  let end = 1024;
  for (const size of sizes) {
    addresses.push(end);
    end += Math.ceil((size + 32) / 64) * 64;
  }
  const memory = new WebAssembly.Memory({ initial: Math.ceil(end / 65536), maximum: 65536 });
  const bytes = new Uint8Array(memory.buffer).fill(0x5a);
  inputs.forEach((data, k) => {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), addresses[k]);
  });
  new Int32Array(memory.buffer).set(addresses);
  const layout = argumentLayout({ inputs: inputs.map(() => "bool"), outputs: [...outputs, 0], params: [] });
  if (layout.bytes > 1024) throw new Error("too many arguments");
  const compiled = new WebAssembly.Module(kernel.module.finish({ shared: false }));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  [kernel.tasks, ...(kernel.later ?? [])].forEach((tasks, entry) => {
    const task = exports[entry === 0 ? "task" : `task${entry}`] as (args: number, index: number) => void;
    for (let k = 0; k < tasks; k++) task(0, order === "forward" ? k : tasks - 1 - k);
  });
  return outputs.map(([dtype, length], k) => {
    const start = addresses[inputs.length + k]!;
    return viewHost(dtype, memory.buffer.slice(start, start + 8 * length)).slice(0, length);
  });
}
