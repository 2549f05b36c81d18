/** What hand-written kernels share: buffers, and a session that encodes the same few dispatches on each call. */
import type { Results, Session } from "../session.ts";

const STORAGE = 0x80 | 0x4 | 0x8; // STORAGE | COPY_SRC | COPY_DST

export function upload(
  device: GPUDevice,
  data: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
): GPUBuffer {
  const buffer = empty(device, data.length);
  device.queue.writeBuffer(buffer, 0, data);
  return buffer;
}

/** Memory for `length` numbers of four bytes, rounded up to whole vec4s. */
export function empty(device: GPUDevice, length: number): GPUBuffer {
  return device.createBuffer({ size: Math.ceil(length / 4) * 16, usage: STORAGE });
}

/** The first `length` numbers of a buffer. */
export async function download(device: GPUDevice, buffer: GPUBuffer, length: number): Promise<Float32Array> {
  const staging = device.createBuffer({ size: length * 4, usage: 0x1 | 0x8 });
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, length * 4);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(1);
  const copy = new Float32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  return copy;
}

/**
 * How many workgroups of 64 keep a device busy: on a software adapter a thread costs more than what it does, so few of
 * them go on for long.
 */
export function groupsOn(device: GPUDevice): number {
  const { adapterInfo } = device as { adapterInfo?: GPUAdapterInfo };
  return adapterInfo?.architecture === "swiftshader" ? 16 : 1024;
}

/** One dispatch. Steps follow each other in one pass. */
export interface Step {
  readonly code: string;
  readonly entry?: string;
  /** Values of the code's `override` constants. */
  readonly constants?: Record<string, number>;
  readonly buffers: readonly GPUBuffer[];
  readonly groups: number | readonly [number, number];
}

interface Plan {
  readonly steps: readonly Step[];
  /** Every buffer, freed at the end. */
  readonly buffers: readonly GPUBuffer[];
  /** What `results` reads after the scalar, if there is one. */
  readonly outputs?: readonly { readonly buffer: GPUBuffer; readonly length: number }[];
  /** A scalar result: partial values that the host finishes. */
  readonly scalar?: {
    readonly partials: GPUBuffer;
    readonly length: number;
    readonly finish: (partials: Float32Array) => number;
  };
}

interface Encoded {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly groups: readonly [number, number];
}

/** Compiles on the first call, as a library would, and encodes, submits and waits on every call. */
export function kernelSession(device: GPUDevice, plan: Plan): Session {
  let encoded: readonly Encoded[] | undefined;
  let value = NaN;
  const { scalar } = plan;
  const staging =
    scalar === undefined ? undefined : device.createBuffer({ size: scalar.length * 4, usage: 0x1 | 0x8 });
  const call = async (): Promise<void> => {
    encoded ??= compile(device, plan.steps);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const step of encoded) {
      pass.setPipeline(step.pipeline);
      pass.setBindGroup(0, step.bindGroup);
      pass.dispatchWorkgroups(...step.groups);
    }
    pass.end();
    if (scalar === undefined || staging === undefined) {
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
      return;
    }
    encoder.copyBufferToBuffer(scalar.partials, 0, staging, 0, scalar.length * 4);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(1);
    value = scalar.finish(new Float32Array(staging.getMappedRange()));
    staging.unmap();
  };
  const results = async (): Promise<Results> => {
    const arrays = await Promise.all(
      (plan.outputs ?? []).map(({ buffer, length }) => download(device, buffer, length)),
    );
    return scalar === undefined ? arrays : [[value], ...arrays];
  };
  const release = (): void => {
    for (const buffer of plan.buffers) buffer.destroy();
    staging?.destroy();
  };
  return { call, results, release };
}

function compile(device: GPUDevice, steps: readonly Step[]): readonly Encoded[] {
  const modules = new Map<string, GPUShaderModule>();
  const pipelines = new Map<string, GPUComputePipeline>();
  return steps.map(({ code, entry = "main", constants = {}, buffers, groups }) => {
    const module = modules.get(code) ?? device.createShaderModule({ code });
    modules.set(code, module);
    const key = JSON.stringify([entry, constants, [...modules.keys()].indexOf(code)]);
    const pipeline =
      pipelines.get(key) ??
      device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: entry, constants } });
    pipelines.set(key, pipeline);
    const bindGroup = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    return { pipeline, bindGroup, groups: typeof groups === "number" ? [groups, 1] : groups };
  });
}

export function sumOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
