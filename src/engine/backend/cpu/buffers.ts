import { allocateHost, itemsize, type DType, type HostArray } from "../../core/dtype.ts";
import type { DeviceMemory } from "../backend.ts";
import { WasmMemory, type MemoryViews, type Region } from "./wasm-memory.ts";

export interface MemoryLimits {
  /** Most bytes one array may take. */
  readonly maxBufferSize: number;
  /** Most bytes all live arrays may take together. */
  readonly maxTotalSize: number;
  /** Most bytes kept for reuse. */
  readonly maxPooledSize: number;
}

/** Of what WebAssembly's 32-bit addresses reach, kept for padding, argument blocks, kernels and scratch memory. */
const maxReserve = 16 * 2 ** 20;

/** What a memory of its own allows. */
export function limitsOf(memory: WasmMemory): MemoryLimits {
  const maxTotalSize = memory.maxBytes - Math.min(maxReserve, memory.maxBytes / 8);
  return { maxBufferSize: maxTotalSize, maxTotalSize, maxPooledSize: maxTotalSize / 2 };
}

/** Index arithmetic is int32, so no array has more elements than that reaches. */
const maxElements = 2 ** 31 - 1;

/** Less than this is not worth a new memory. */
const minShrink = 64 * 2 ** 20;

/** Memory nobody asked for in this time goes back to the system. */
const restMs = 60_000;

/** Whoever takes an array of so many bytes has work for several threads. */
const largeBytes = 2 ** 20;

/** Up to so many elements, a loop is done before a view would have been made. */
const fewElements = 16;

/**
 * Memory of one array. `address` and views change when memory grows or arrays move (`WasmMemory.epoch`), which any
 * allocation may cause: read them after the last one. Views are not kept here, for they would keep old memory.
 */
export class Storage {
  readonly dtype: DType;
  readonly length: number;
  readonly bytes: number;
  readonly region: Region;
  readonly #memory: WasmMemory;

  constructor(memory: WasmMemory, region: Region, dtype: DType, length: number, bytes: number) {
    this.#memory = memory;
    this.region = region;
    this.dtype = dtype;
    this.length = length;
    this.bytes = bytes;
  }

  /** Where it is now, in the memory that kernels import. */
  get address(): number {
    return this.region.address;
  }

  /** A view of the array, in NumPy's layout. */
  get elements(): HostArray {
    return viewElements(this.dtype, this.#memory.buffer, this.address, this.length);
  }

  /** Copies `data`, of the same dtype and at most this length, to the start of the array. */
  copyIn(data: HostArray): void {
    const { length } = data;
    if (length > fewElements) {
      (this.elements as Uint8Array).set(data as Uint8Array);
      return;
    }
    const all = viewOf(this.#memory.views, this.dtype) as Uint8Array;
    const from = this.address / all.BYTES_PER_ELEMENT;
    for (let k = 0; k < length; k++) all[from + k] = data[k] as number;
  }

  /** A copy of elements `start` to `start + length`. */
  copyOut(start: number, length: number): HostArray {
    if (length > fewElements) {
      return this.elements.slice(start, start + length);
    }
    const all = viewOf(this.#memory.views, this.dtype) as Uint8Array;
    const from = this.address / all.BYTES_PER_ELEMENT + start;
    const copy = allocateHost(this.dtype, length);
    for (let k = 0; k < length; k++) copy[k] = all[from + k]!;
    return copy;
  }

  /** Copies all of another array of this dtype to element `start` and what follows. Throws a RangeError past the end. */
  copyFrom(source: Storage, start: number): void {
    if (start < 0 || start + source.length > this.length) {
      throw new RangeError(`${source.length} elements do not fit into ${this.length} from ${start} on`);
    }
    const { views } = this.#memory;
    const all = viewOf(views, this.dtype);
    const to = this.address / all.BYTES_PER_ELEMENT + start;
    const from = source.address / all.BYTES_PER_ELEMENT;
    if (source.length === 1) all[to] = all[from]!;
    else all.copyWithin(to, from, from + source.length);
  }
}

/** Hands out memory for arrays, within limits, and counts it. */
export class BufferPool {
  readonly memory: WasmMemory;
  readonly limits: MemoryLimits;
  /** Called when a large array is taken. */
  takesLarge: (() => void) | undefined;
  readonly #restMs: number;
  #liveBytes = 0;
  #peakBytes = 0;
  #taken = 0;
  #isWatched = false;

  /** What is not used for `rest` milliseconds goes back to the system. */
  constructor(memory: WasmMemory = new WasmMemory(), limits: MemoryLimits = limitsOf(memory), rest = restMs) {
    this.memory = memory;
    this.limits = limits;
    this.#restMs = rest;
  }

  /** Uninitialised memory for `length` elements. Throws a RangeError that names the limit it would exceed. */
  take(dtype: DType, length: number): Storage {
    const bytes = length * itemsize(dtype);
    this.#checkSize(dtype, length, bytes);
    const region = this.memory.allocate(bytes);
    if (region === undefined) throw this.#outOfMemory(dtype, length, bytes);
    this.#taken += 1;
    if (bytes >= largeBytes) this.takesLarge?.();
    this.#liveBytes += bytes;
    if (this.#liveBytes > this.#peakBytes) this.#peakBytes = this.#liveBytes;
    return new Storage(this.memory, region, dtype, length, bytes);
  }

  /** Takes the memory of an array back; what is over the cap goes back to the system. */
  give(storage: Storage): void {
    this.#liveBytes -= storage.bytes;
    this.memory.free(storage.region);
    if (this.memory.idleBytes > this.limits.maxPooledSize) this.memory.shrink();
    if (storage.bytes >= largeBytes && !this.#isWatched) this.#watch();
  }

  /**
   * Memory of a kernel's own, which is not counted as an array's. Arrays may move: addresses are read afterwards.
   * Throws a RangeError where there is none left.
   */
  takeScratch(bytes: number): Storage {
    const region = this.memory.allocate(bytes);
    if (region === undefined) throw this.#outOfMemory("bool", bytes, bytes);
    return new Storage(this.memory, region, "bool", bytes, bytes);
  }

  giveScratch(storage: Storage): void {
    this.memory.free(storage.region);
  }

  statistics(): DeviceMemory {
    const pooledBytes = this.memory.idleBytes;
    return { liveBytes: this.#liveBytes, peakBytes: this.#peakBytes, pooledBytes };
  }

  /** Gives unused memory back to the system, where it is enough to be worth moving the rest. */
  trim(): void {
    if (this.memory.idleBytes >= minShrink) this.memory.shrink();
  }

  /** Trims when nothing has been taken for a while. */
  #watch(): void {
    if (this.memory.idleBytes < minShrink) return;
    const taken = this.#taken;
    this.#isWatched = true;
    const timer: unknown = setTimeout(() => {
      this.#isWatched = false;
      if (taken === this.#taken) this.trim();
      else this.#watch();
    }, this.#restMs);
    // In Node, nobody should have to wait for it.
    (timer as { unref?: () => void }).unref?.();
  }

  #checkSize(dtype: DType, length: number, bytes: number): void {
    const { maxBufferSize, maxTotalSize } = this.limits;
    if (length >= 0 && length <= maxElements && bytes <= maxBufferSize && Number.isInteger(length)) {
      if (this.#liveBytes + bytes <= maxTotalSize) return;
    }
    const what = `${dtype}[${length}] takes ${bytes} bytes`;
    if (!Number.isSafeInteger(length) || length < 0) throw new RangeError(`invalid array length ${length}`);
    if (bytes > maxBufferSize) {
      throw new RangeError(`${what}, over this device's maxBufferSize of ${maxBufferSize} bytes`);
    }
    if (length > maxElements) {
      throw new RangeError(
        `${dtype}[${length}] is over this device's limit of ${maxElements} elements an array`,
      );
    }
    const live = this.#liveBytes;
    throw new RangeError(
      `${what}; with ${live} bytes live it is over this device's maxTotalSize of ${maxTotalSize} bytes`,
    );
  }

  #outOfMemory(dtype: DType, length: number, bytes: number): RangeError {
    const { maxBytes, usedBytes } = this.memory;
    const reason =
      usedBytes + bytes > maxBytes
        ? `${maxBytes - usedBytes} bytes are left of ${maxBytes}`
        : "the system refused more memory";
    return new RangeError(
      `out of memory: ${dtype}[${length}] takes ${bytes} bytes, and ${reason} ` +
        `(${this.#liveBytes} bytes live; maxTotalSize is ${this.limits.maxTotalSize} bytes)`,
    );
  }
}

function viewElements(dtype: DType, buffer: ArrayBufferLike, address: number, length: number): HostArray {
  switch (dtype) {
    case "bool":
      return new Uint8Array(buffer, address, length);
    case "int32":
      return new Int32Array(buffer, address, length);
    case "uint32":
      return new Uint32Array(buffer, address, length);
    case "int64":
      return new BigInt64Array(buffer, address, length);
    case "float32":
      return new Float32Array(buffer, address, length);
    case "float64":
      return new Float64Array(buffer, address, length);
  }
}

/** The whole memory as elements of a dtype. */
function viewOf(views: MemoryViews, dtype: DType): HostArray {
  switch (dtype) {
    case "bool":
      return views.u8;
    case "int32":
      return views.i32;
    case "uint32":
      return views.u32;
    case "int64":
      return views.i64;
    case "float32":
      return views.f32;
    case "float64":
      return views.f64;
  }
}
