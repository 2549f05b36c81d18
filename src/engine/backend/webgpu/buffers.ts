import type { DType } from "../../core/dtype.ts";
import type { DeviceMemory } from "../backend.ts";
import { bufferUsage } from "./device.ts";

const storage = bufferUsage.storage | bufferUsage.copySrc | bufferUsage.copyDst;
/** Kept for reuse at most; beyond this the buffers idle for longest go back to the system. */
const pooledCap = 1024 * 2 ** 20;

interface PooledBuffer {
  readonly buffer: GPUBuffer;
  readonly size: number;
  /** Grows from one release to the next. */
  readonly freed: number;
}

export interface BufferPoolHooks {
  /** Submits what is queued: a buffer must not be destroyed while unsubmitted work uses it. */
  readonly flush: () => void;
  /** Watches an error scope opened around an allocation. */
  readonly watch: (scope: Promise<GPUError | null>, doing: string) => void;
}

/**
 * Device memory by size. Buffers are handed out again as soon as they are released: the queue runs in order, so what
 * the next owner writes comes after everything the last owner asked for.
 */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #hooks: BufferPoolHooks;
  /** Free buffers by size, idle for longest first. */
  readonly #free = new Map<number, PooledBuffer[]>();
  #releases = 0;
  readonly #sizes = new Map<GPUBuffer, number>();
  #live = 0;
  #peak = 0;
  #pooled = 0;

  constructor(device: GPUDevice, hooks: BufferPoolHooks) {
    this.#device = device;
    this.#hooks = hooks;
  }

  memory(): DeviceMemory {
    return { liveBytes: this.#live, peakBytes: this.#peak, pooledBytes: this.#pooled };
  }

  /** A storage buffer of at least `bytes`, a multiple of 16 so that it can be read in blocks of four elements. */
  acquire(bytes: number): { readonly buffer: GPUBuffer; readonly bytes: number; readonly reused: boolean } {
    const size = bucket(bytes);
    const found = this.#takeFree(size);
    const buffer = found?.buffer ?? this.#create(size);
    const taken = found?.size ?? size;
    this.#live += taken;
    this.#peak = Math.max(this.#peak, this.#live);
    return { buffer, bytes: taken, reused: found !== undefined };
  }

  release(buffer: GPUBuffer): void {
    const size = this.#sizes.get(buffer);
    if (size === undefined) throw new Error("a device buffer was released after the device was destroyed");
    this.#live -= size;
    this.#pooled += size;
    this.#releases += 1;
    const entry = { buffer, size, freed: this.#releases };
    const known = this.#free.get(size);
    if (known === undefined) this.#free.set(size, [entry]);
    else known.push(entry);
    if (this.#pooled > pooledCap) this.#shrink(pooledCap);
  }

  trim(): void {
    this.#shrink(0);
  }

  destroy(): void {
    for (const buffer of this.#sizes.keys()) buffer.destroy();
    this.#sizes.clear();
    this.#free.clear();
    this.#live = 0;
    this.#pooled = 0;
  }

  /** The buffer released last of the size, or of the next larger one that wastes little. */
  #takeFree(size: number): PooledBuffer | undefined {
    let best = this.#free.has(size) ? size : Infinity;
    if (best === Infinity) {
      const most = size < 2 ** 20 ? size * 2 : size * 1.125;
      for (const other of this.#free.keys()) if (other > size && other <= most && other < best) best = other;
    }
    const taken = this.#free.get(best)?.pop();
    if (taken === undefined) return undefined;
    this.#dropEmpty(best);
    this.#pooled -= taken.size;
    return taken;
  }

  #dropEmpty(size: number): void {
    if (this.#free.get(size)?.length === 0) this.#free.delete(size);
  }

  #create(size: number): GPUBuffer {
    this.#device.pushErrorScope("out-of-memory");
    const buffer = this.#device.createBuffer({ size, usage: storage });
    this.#hooks.watch(this.#device.popErrorScope(), `allocating ${formatBytes(size)}`);
    this.#sizes.set(buffer, size);
    return buffer;
  }

  #shrink(toBytes: number): void {
    if (this.#pooled <= toBytes) return;
    this.#hooks.flush();
    while (this.#pooled > toBytes) {
      const oldest = this.#takeOldest();
      if (oldest === undefined) break;
      this.#pooled -= oldest.size;
      this.#sizes.delete(oldest.buffer);
      oldest.buffer.destroy();
    }
  }

  #takeOldest(): PooledBuffer | undefined {
    let oldest: PooledBuffer | undefined;
    for (const [first] of this.#free.values()) {
      if (first !== undefined && first.freed < (oldest?.freed ?? Infinity)) oldest = first;
    }
    if (oldest === undefined) return undefined;
    this.#free.get(oldest.size)!.shift();
    this.#dropEmpty(oldest.size);
    return oldest;
  }
}

/** Small sizes share powers of two; large ones are exact but for the 16-byte block. */
function bucket(bytes: number): number {
  if (bytes <= 256) return 256;
  if (bytes < 2 ** 16) return 2 ** Math.ceil(Math.log2(bytes));
  return Math.ceil(bytes / 256) * 256;
}

/** Throws when an array of this size cannot be bound by a kernel on this device. */
export function checkSize(limits: GPUSupportedLimits, dtype: DType, length: number): void {
  const bytes = bucket(length * 4);
  for (const name of ["maxStorageBufferBindingSize", "maxBufferSize"] as const) {
    const limit = limits[name];
    if (bytes > limit) {
      throw new RangeError(
        `allocating ${formatBytes(length * 4)} (${dtype}[${length}]) exceeds this device's ${name} of ` +
          formatBytes(limit),
      );
    }
  }
}

/** "4.0 GB", in powers of 1000. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${units[unit]!}`;
}
