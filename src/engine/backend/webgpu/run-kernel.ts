import type { HostArray, HostScalar } from "../../core/dtype.ts";
import { outputSizes, type Kernel } from "../../kernel/kernel.ts";
import type { WebGPUBackend } from "./webgpu-backend.ts";

/** Uploads, runs once, reads every output back and releases all of it: for the tests. */
export async function runKernel(
  backend: WebGPUBackend,
  kernel: Kernel,
  data: readonly HostArray[] = [],
  params: readonly HostScalar[] = [],
): Promise<HostArray[]> {
  const inputs = data.map((array, k) => backend.upload(kernel.inputs[k]!, array));
  const sizes = outputSizes(kernel);
  const outputs = kernel.outputs.map((dtype, k) => backend.allocate(dtype, sizes[k]!));
  backend.dispatch(backend.compile(kernel), inputs, params, outputs);
  const results = await Promise.all(outputs.map((buffer) => backend.read(buffer, 0, buffer.length)));
  for (const buffer of [...inputs, ...outputs]) backend.release(buffer);
  return results;
}
