/** What an expert would write for each workload by hand, in WGSL: the limit. */
import * as reductions from "../kernels/reductions.ts";
import type { Session } from "../session.ts";
import type { System } from "../system.ts";

export async function openHandWritten(): Promise<System> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error("no WebGPU adapter");
  const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupStorageSize },
  });
  const on = (prepare: (device: GPUDevice, n: number) => Session | Promise<Session>) => (n: number) =>
    prepare(device, n);
  const { vendor, architecture, description } = adapter.info;
  return {
    device: [vendor, architecture, description].filter((part) => part !== "").join(" "),
    drawsAsJax: true,
    prepares: {
      jit: on(reductions.sumOfF),
      "jit-odd": on(reductions.sumOfF),
      sum: on(reductions.sum),
      max: on(reductions.max),
    },
  };
}
