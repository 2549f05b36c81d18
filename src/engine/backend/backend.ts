import type { DType, HostArray, HostScalar } from "../core/dtype.ts";
import type { Kernel } from "../kernel/kernel.ts";

/** What `jax.devices()` and the notebook's badge show. */
export interface DeviceDescription {
  readonly kind: "cpu" | "webgpu";
  /** The adapter's own name, or "CPU". */
  readonly name: string;
  /** Limits that decide what fits, as WebGPU names them. */
  readonly limits: readonly { readonly name: string; readonly value: number }[];
  /** Whether `readSync` and `synchronizeSync` work here. */
  readonly synchronousReads: boolean;
}

/** Bytes of device memory: held by arrays and programs now, at most so far, and kept for reuse. */
export interface DeviceMemory {
  readonly liveBytes: number;
  readonly peakBytes: number;
  readonly pooledBytes: number;
}

/** Device memory for `length` elements. Opaque outside its backend. */
export interface DeviceBuffer {
  readonly backend: Backend;
  readonly dtype: DType;
  readonly length: number;
  /** Bytes it takes on the device (a backend may widen bool). */
  readonly bytes: number;
}

/** A kernel ready to run; made by, and opaque outside, its backend. */
export interface CompiledKernel {
  readonly kernel: Kernel;
}

/** A kernel with the buffers of all its runs, for loops. */
export interface PreparedKernel {
  /** Queues one run. */
  run(params: readonly HostScalar[]): void;
  /** Gives back what the preparation holds; the buffers are not its own. */
  release(): void;
}

/** How large the largest value of a program may be for the program to be faster on the CPU, inputs not counted. */
export interface CpuIsFaster {
  /** Elements, of any program. */
  readonly elements: number;
  /** Elements, of a program that factorizes matrices. */
  readonly factorized: number;
}

/**
 * A device. Work is queued in order: a buffer may be released while work that uses it is still queued, and what a
 * later dispatch writes to reused memory comes after it.
 */
export interface Backend {
  readonly kind: "cpu" | "webgpu";
  readonly description: DeviceDescription;
  /** How many buffers (inputs and outputs together) one kernel may use. */
  readonly maxKernelBuffers: number;
  /** Work per element, in additions, beyond which a kernel takes too long to compile. */
  readonly maxKernelWork: number;
  /** For how many elements the CPU is faster; nothing is faster than the CPU on the CPU. */
  readonly cpuIsFaster: CpuIsFaster;

  supports(dtype: DType): boolean;

  /** Uninitialised memory. Throws a RangeError that names the device limit when the size is over it. */
  allocate(dtype: DType, length: number): DeviceBuffer;

  /** Memory holding a copy of `data` (NumPy's layout). */
  upload(dtype: DType, data: HostArray): DeviceBuffer;

  /** Gives the memory back, to the pool first. Each buffer is released once. */
  release(buffer: DeviceBuffer): void;

  /** Compiles, or finds the kernel compiled before: equal structure is compiled once. */
  compile(kernel: Kernel): CompiledKernel;

  /** Queues one run. `params` has one value per parameter slot. */
  dispatch(
    compiled: CompiledKernel,
    inputs: readonly DeviceBuffer[],
    params: readonly HostScalar[],
    outputs: readonly DeviceBuffer[],
  ): void;

  /** Makes ready many runs on the same buffers, which must not be released before the preparation. */
  prepare(
    compiled: CompiledKernel,
    inputs: readonly DeviceBuffer[],
    outputs: readonly DeviceBuffer[],
  ): PreparedKernel;

  /** Queues a copy of all of `source` into another buffer of its dtype, from element `start` on. */
  copy(source: DeviceBuffer, target: DeviceBuffer, start: number): void;

  /** Elements `start` to `start + length` in NumPy's layout, a copy. */
  read(buffer: DeviceBuffer, start: number, length: number): Promise<HostArray>;

  /** As `read`, waiting for the device. Throws an Error that says to `await x.data()` where that cannot be done. */
  readSync(buffer: DeviceBuffer, start: number, length: number): HostArray;

  /** Resolves when everything queued so far has run. */
  synchronize(): Promise<void>;

  /** Waits for everything queued so far; false where this device cannot wait. */
  synchronizeSync(): boolean;

  memory(): DeviceMemory;

  /** Gives pooled memory back to the system. */
  trim(): void;

  /** Resolves with the reason when the device is lost; never for a backend that cannot be lost. */
  readonly lost: Promise<string>;

  /** Frees everything; the backend is unusable afterwards. */
  destroy(): void;
}

/** Where the time of a stretch of work went; grows monotonically. All times in milliseconds. */
export interface Counters {
  traceMs: number;
  compileMs: number;
  kernelsCompiled: number;
  kernelsRun: number;
  runMs: number;
  readMs: number;
}

/** The engine's one set of counters; backends and dispatch add to it, timings take differences. */
export const counters: Counters = {
  traceMs: 0,
  compileMs: 0,
  kernelsCompiled: 0,
  kernelsRun: 0,
  runMs: 0,
  readMs: 0,
};
