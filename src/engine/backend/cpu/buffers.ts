import { itemsize, viewHost, type DType, type HostArray } from "../../core/dtype.ts";
import type { DeviceMemory } from "../backend.ts";

export interface MemoryLimits {
  /** Most bytes one array may take. */
  readonly maxBufferSize: number;
  /** Most bytes all live arrays may take together. */
  readonly maxTotalSize: number;
  /** Most bytes kept for reuse. */
  readonly maxPooledSize: number;
}

const gibibyte = 2 ** 30;

export const defaultLimits: MemoryLimits = {
  maxBufferSize: 4 * gibibyte,
  maxTotalSize: 12 * gibibyte,
  maxPooledSize: 2 * gibibyte,
};

/** Index arithmetic is int32, so no array has more elements than that reaches. */
const maxElements = 2 ** 31 - 1;

/** Memory of one array: `elements` in NumPy's layout, `words` as compiled kernels see it. */
export interface Storage {
  readonly memory: ArrayBuffer;
  readonly elements: HostArray;
  /** As `elements`, with uint32 as Int32Array: kernels compute uint32 on the bits of int32. */
  readonly words: HostArray;
}

/**
 * Memory by size class. A fresh ArrayBuffer costs a page fault for every 4 KiB first touched (as long as a whole
 * elementwise kernel takes), so released memory is kept and handed out again.
 */
export class BufferPool {
  readonly limits: MemoryLimits;
  readonly #free = new Map<number, ArrayBuffer[]>();
  #pooledBytes = 0;
  #liveBytes = 0;
  #peakBytes = 0;

  constructor(limits: MemoryLimits = defaultLimits) {
    this.limits = limits;
  }

  /** Uninitialised memory for `length` elements. Throws a RangeError that names the limit it would exceed. */
  take(dtype: DType, length: number): Storage {
    const bytes = length * itemsize(dtype);
    this.#checkSize(dtype, length, bytes);
    const capacity = sizeClass(bytes);
    const memory = this.#free.get(capacity)?.pop();
    if (memory !== undefined) this.#pooledBytes -= capacity;
    const storage = view(memory ?? this.#create(capacity, dtype, length), dtype, length);
    this.#liveBytes += bytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#liveBytes);
    return storage;
  }

  /** Takes the memory of an array back; over the cap the largest kept block goes to the garbage collector. */
  give(storage: Storage): void {
    const capacity = storage.memory.byteLength;
    this.#liveBytes -= storage.elements.byteLength;
    let list = this.#free.get(capacity);
    if (list === undefined) this.#free.set(capacity, (list = []));
    list.push(storage.memory);
    this.#pooledBytes += capacity;
    while (this.#pooledBytes > this.limits.maxPooledSize) this.#dropLargest();
  }

  memory(): DeviceMemory {
    return { liveBytes: this.#liveBytes, peakBytes: this.#peakBytes, pooledBytes: this.#pooledBytes };
  }

  trim(): void {
    this.#free.clear();
    this.#pooledBytes = 0;
  }

  #checkSize(dtype: DType, length: number, bytes: number): void {
    const { maxBufferSize, maxTotalSize } = this.limits;
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
    if (this.#liveBytes + bytes > maxTotalSize) {
      const live = this.#liveBytes;
      throw new RangeError(
        `${what}; with ${live} bytes live it is over this device's maxTotalSize of ${maxTotalSize} bytes`,
      );
    }
  }

  #create(capacity: number, dtype: DType, length: number): ArrayBuffer {
    try {
      return new ArrayBuffer(capacity);
    } catch {
      this.trim(); // The system may have refused only because of what is kept here.
    }
    try {
      return new ArrayBuffer(capacity);
    } catch {
      const { maxBufferSize } = this.limits;
      throw new RangeError(
        `out of memory: the system refused ${capacity} bytes for ${dtype}[${length}] ` +
          `(${this.#liveBytes} bytes live; maxBufferSize is ${maxBufferSize} bytes)`,
      );
    }
  }

  #dropLargest(): void {
    let largest = -1;
    for (const [capacity, list] of this.#free) if (list.length > 0 && capacity > largest) largest = capacity;
    this.#free.get(largest)?.pop();
    this.#pooledBytes -= largest;
  }
}

/** Rounds up to a quarter step between powers of two: at most a quarter is wasted, and near sizes share memory. */
function sizeClass(bytes: number): number {
  if (bytes <= 64) return 64;
  const step = 2 ** Math.max(3, Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

function view(memory: ArrayBuffer, dtype: DType, length: number): Storage {
  const elements = viewHost(dtype, memory).subarray(0, length);
  return { memory, elements, words: wordsOf(elements) };
}

/** The array as compiled kernels see it: uint32 as the same bits in an Int32Array. */
export function wordsOf(elements: HostArray): HostArray {
  return elements instanceof Uint32Array
    ? new Int32Array(elements.buffer, elements.byteOffset, elements.length)
    : elements;
}
