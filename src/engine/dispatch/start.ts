import type { Backend, DeviceDescription, DeviceMemory } from "../backend/backend.ts";
import { WebGPUBackend } from "../backend/webgpu/webgpu-backend.ts";
import { backends, cpuBackend, defaultBackend, useBackend } from "./devices.ts";

/** The device in use, and why it is not another one where that needs saying. */
export interface StartedDevice extends DeviceDescription {
  readonly note?: string;
}

/**
 * Chooses the device that arrays live on from now on. "auto" takes WebGPU where the browser offers an adapter and the
 * CPU elsewhere. Rejects with an Error when "webgpu" is asked for and cannot be had.
 */
export async function initialize(device: "auto" | "cpu" | "webgpu" = "auto"): Promise<StartedDevice> {
  if (device === "cpu") return useCpu();
  const gpu = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  const found =
    gpu === undefined ? { unavailable: "This browser has no WebGPU." } : await WebGPUBackend.create(gpu);
  if (!("unavailable" in found)) {
    useBackend(found, true);
    await cpuBackend().startThreads();
    return found.description;
  }
  if (device === "webgpu") throw new Error(`WebGPU was asked for but cannot be used: ${found.unavailable}`);
  return useCpu(found.unavailable);
}

async function useCpu(note?: string): Promise<StartedDevice> {
  useBackend(cpuBackend());
  await cpuBackend().startThreads();
  return { ...cpuBackend().description, ...(note === undefined ? {} : { note }) };
}

/** The device that arrays live on now. */
export function describeDevice(): DeviceDescription {
  return defaultBackend().description;
}

/** Device memory over all backends. */
export function memory(): DeviceMemory {
  return backends()
    .map((backend) => backend.memory())
    .reduce((sum, part) => ({
      liveBytes: sum.liveBytes + part.liveBytes,
      peakBytes: sum.peakBytes + part.peakBytes,
      pooledBytes: sum.pooledBytes + part.pooledBytes,
    }));
}

/** Resolves when all work queued so far has run. */
export async function synchronize(): Promise<void> {
  await Promise.all(backends().map((backend) => backend.synchronize()));
}

/** Resolves with the reason when the device in use is lost. */
export function deviceLost(): Promise<string> {
  return defaultBackend().lost;
}

/** A device as JAX shows it. */
export class Device {
  /** Position among the devices of its platform. */
  readonly id = 0;
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** "cpu" or "webgpu". */
  get platform(): string {
    return this.#backend.kind;
  }

  /** The adapter's own name. */
  get device_kind(): string {
    return this.#backend.description.name;
  }

  /** Bytes in use now and at most so far. */
  memory_stats(): { bytes_in_use: number; peak_bytes_in_use: number; bytes_pooled: number } {
    const { liveBytes, peakBytes, pooledBytes } = this.#backend.memory();
    return { bytes_in_use: liveBytes, peak_bytes_in_use: peakBytes, bytes_pooled: pooledBytes };
  }

  toString(): string {
    return `${this.platform === "cpu" ? "CpuDevice" : "WebGPUDevice"}(id=${String(this.id)})`;
  }
}

/** As JAX lists them: the default device first. */
export function devices(): readonly Device[] {
  return backends().map((backend) => new Device(backend));
}
