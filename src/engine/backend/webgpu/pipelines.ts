import { counters } from "../backend.ts";
import { bufferUsage, computeStage } from "./device.ts";
import type { Failures } from "./failures.ts";
import { headerWords, type Pass } from "./plan.ts";

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly storageLayout: GPUBindGroupLayout;
  /** Bind groups made for it lately, the newest last. */
  readonly groups: { readonly buffers: readonly GPUBuffer[]; readonly group: GPUBindGroup }[];
}

/** Compute pipelines by the text of their shader: equal text is compiled once. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #pipelines = new Map<string, Pipeline>();
  readonly #layouts = new Map<string, { storage: GPUBindGroupLayout; pipeline: GPUPipelineLayout }>();
  /** Group 1 of every pipeline: the uniforms at a dynamic offset. */
  readonly uniformLayout: GPUBindGroupLayout;

  constructor(device: GPUDevice, failures: Failures) {
    this.#device = device;
    this.#failures = failures;
    this.uniformLayout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: computeStage, buffer: { type: "uniform", hasDynamicOffset: true } },
      ],
    });
  }

  has(pass: Pass): boolean {
    return this.#pipelines.has(pass.code);
  }

  /** The pipeline of a pass, compiled if it is new. */
  get(pass: Pass): Pipeline {
    const known = this.#pipelines.get(pass.code);
    if (known !== undefined) return known;
    const device = this.#device;
    const most = device.limits.maxStorageBuffersPerShaderStage;
    if (pass.bindings.length > most) {
      throw new RangeError(
        `a kernel uses ${pass.bindings.length} buffers, over this device's maxStorageBuffersPerShaderStage of ${most}`,
      );
    }
    const layout = this.#layout(pass);
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ code: pass.code });
    const pipeline = device.createComputePipeline({
      layout: layout.pipeline,
      compute: { module, entryPoint: "main" },
    });
    this.#failures.watch(device.popErrorScope(), "compiling a kernel");
    const made = { pipeline, storageLayout: layout.storage, groups: [] };
    this.#pipelines.set(pass.code, made);
    counters.kernelsCompiled += 1;
    return made;
  }

  #layout(pass: Pass): { storage: GPUBindGroupLayout; pipeline: GPUPipelineLayout } {
    const key = pass.bindings.map((binding) => (binding.writable ? "w" : "r")).join("");
    const known = this.#layouts.get(key);
    if (known !== undefined) return known;
    const storage = this.#device.createBindGroupLayout({
      entries: pass.bindings.map((binding, k) => ({
        binding: k,
        visibility: computeStage,
        buffer: { type: binding.writable ? "storage" : "read-only-storage" },
      })),
    });
    const pipeline = this.#device.createPipelineLayout({ bindGroupLayouts: [storage, this.uniformLayout] });
    const made = { storage, pipeline };
    this.#layouts.set(key, made);
    return made;
  }
}

/** Bytes of uniforms a kernel with this many parameters takes. */
export function uniformBytes(params: number): number {
  return (headerWords + Math.ceil(params / 4) * 4) * 4;
}

export const uniformUsage = bufferUsage.uniform | bufferUsage.copyDst;
