import { sizeOf } from "../../core/aval.ts";
import type { DType, HostArray, HostScalar } from "../../core/dtype.ts";
import type { Kernel, MapKernel, ReduceKernel, ScanKernel, ScatterKernel } from "../../kernel/kernel.ts";
import {
  counters,
  type Backend,
  type CompiledKernel,
  type DeviceBuffer,
  type DeviceDescription,
  type DeviceMemory,
  type PreparedKernel,
} from "../backend.ts";
import { DotProgram } from "./dot.ts";
import { BufferPool, type MemoryLimits, type Storage } from "./buffers.ts";
import { LinalgProgram } from "./linalg/linalg.ts";
import type { KernelProgram, PreparedProgram } from "./program.ts";
import type { RoutineHost } from "./routine-host.ts";
import { SortProgram } from "./sort.ts";
import { threadHost } from "./thread-host.ts";
import { Threads } from "./threads.ts";
import type { KernelModule } from "./wasm/kernel-module.ts";
import { mapModule } from "./wasm/map.ts";
import { reduceModule } from "./wasm/reduce.ts";
import { scanModule } from "./wasm/scan.ts";
import { scatterModule } from "./wasm/scatter.ts";
import { TaskFunctions, WasmProgram } from "./wasm-program.ts";
import { WasmMemory } from "./wasm-memory.ts";

class CpuBuffer implements DeviceBuffer {
  readonly backend: CpuBackend;
  readonly dtype: DType;
  readonly length: number;
  readonly bytes: number;
  /** undefined once released. */
  storage: Storage | undefined;

  constructor(backend: CpuBackend, dtype: DType, length: number, storage: Storage) {
    this.backend = backend;
    this.dtype = dtype;
    this.length = length;
    this.bytes = storage.bytes;
    this.storage = storage;
  }
}

interface CpuKernel extends CompiledKernel {
  readonly program: KernelProgram;
}

/**
 * The device every reader has: kernels compiled to JavaScript, running on the thread that dispatches them, with
 * native float64. All work is finished when `dispatch` returns.
 */
export class CpuBackend implements Backend {
  readonly kind = "cpu";
  readonly description: DeviceDescription;
  readonly maxKernelBuffers = 256;
  /** Longer functions take more than linear time to optimise. */
  readonly maxKernelWork = 2048;
  readonly cpuIsFaster = { elements: Infinity, factorized: Infinity };
  /** A processor is not lost. */
  readonly lost = new Promise<string>(() => undefined);
  readonly #pool: BufferPool;
  readonly #compiled = new WeakMap<Kernel, CpuKernel>();
  readonly #threads: Threads;
  readonly #functions: TaskFunctions;
  readonly #routines: RoutineHost;

  constructor(limits?: MemoryLimits) {
    const host = threadHost();
    this.#pool = new BufferPool(new WasmMemory(host && { shared: true, source: host.makeMemory }), limits);
    this.#threads = new Threads(this.#pool, host);
    this.#functions = new TaskFunctions(this.#pool.memory, this.#threads);
    this.#routines = {
      pool: this.#pool,
      functions: this.#functions,
      compileMap: (kernel) => this.#compile(kernel),
      runTasks: (task, args, tasks) => {
        this.#functions.run(task, args, tasks);
      },
    };
    const { maxBufferSize, maxTotalSize } = this.#pool.limits;
    this.description = {
      kind: "cpu",
      name: "CPU",
      limits: [
        { name: "maxBufferSize", value: maxBufferSize },
        { name: "maxTotalSize", value: maxTotalSize },
      ],
      synchronousReads: true,
    };
  }

  static create(limits?: MemoryLimits): CpuBackend {
    return new CpuBackend(limits);
  }

  /** Resolves when there are threads for large work; without it, they come up on their own, after the work began. */
  async startThreads(): Promise<void> {
    await this.#threads.start();
  }

  supports(): boolean {
    return true;
  }

  allocate(dtype: DType, length: number): DeviceBuffer {
    return new CpuBuffer(this, dtype, length, this.#pool.take(dtype, length));
  }

  upload(dtype: DType, data: HostArray): DeviceBuffer {
    checkHost(data, dtype);
    const storage = this.#pool.take(dtype, data.length);
    storage.copyIn(data);
    return new CpuBuffer(this, dtype, data.length, storage);
  }

  release(buffer: DeviceBuffer): void {
    const own = this.#own(buffer);
    const storage = storageOf(own);
    own.storage = undefined;
    this.#pool.give(storage);
  }

  compile(kernel: Kernel): CompiledKernel {
    let compiled = this.#compiled.get(kernel);
    if (compiled === undefined) {
      const before = counters.compileMs;
      const start = performance.now();
      compiled = { kernel, program: this.#compile(kernel) };
      this.#compiled.set(kernel, compiled);
      counters.compileMs = before + performance.now() - start;
    }
    return compiled;
  }

  dispatch(
    compiled: CompiledKernel,
    inputs: readonly DeviceBuffer[],
    params: readonly HostScalar[],
    outputs: readonly DeviceBuffer[],
  ): void {
    const { program } = compiled as CpuKernel;
    const start = performance.now();
    program.run({ inputs: inputs.map(this.#storage), outputs: outputs.map(this.#storage), params });
    counters.runMs += performance.now() - start;
    counters.kernelsRun += 1;
  }

  prepare(
    compiled: CompiledKernel,
    inputs: readonly DeviceBuffer[],
    outputs: readonly DeviceBuffer[],
  ): PreparedKernel {
    const { program } = compiled as CpuKernel;
    const [from, to] = [inputs.map(this.#storage), outputs.map(this.#storage)];
    const prepared: PreparedProgram = program.prepare?.(from, to) ?? {
      run: (params) => program.run({ inputs: from, outputs: to, params }),
    };
    return {
      run: (params) => {
        const start = performance.now();
        prepared.run(params);
        counters.runMs += performance.now() - start;
        counters.kernelsRun += 1;
      },
      release: () => prepared.release?.(),
    };
  }

  copy(source: DeviceBuffer, target: DeviceBuffer, start: number): void {
    storageOf(this.#own(target)).copyFrom(storageOf(this.#own(source)), start);
  }

  async read(buffer: DeviceBuffer, start: number, length: number): Promise<HostArray> {
    return Promise.resolve(this.readSync(buffer, start, length));
  }

  readSync(buffer: DeviceBuffer, start: number, length: number): HostArray {
    const began = performance.now();
    const storage = storageOf(this.#own(buffer));
    if (start < 0 || length < 0 || start + length > storage.length) {
      throw new RangeError(`cannot read elements ${start} to ${start + length} of ${storage.length}`);
    }
    const copy = storage.copyOut(start, length);
    counters.readMs += performance.now() - began;
    return copy;
  }

  async synchronize(): Promise<void> {
    return Promise.resolve();
  }

  synchronizeSync(): boolean {
    return true;
  }

  memory(): DeviceMemory {
    return this.#pool.statistics();
  }

  trim(): void {
    this.#pool.trim();
  }

  destroy(): void {
    this.#threads.stop();
    this.#pool.trim();
  }

  #compile(kernel: Kernel): KernelProgram {
    if (kernel.kind === "dot") return new DotProgram(this.#routines, kernel);
    if (kernel.kind === "sort") return new SortProgram(this.#routines, kernel);
    if (kernel.kind === "linalg") return new LinalgProgram(this.#routines, kernel);
    if (kernel.kind === "map" && sizeOf(kernel.shape) === 0) return nothing;
    return new WasmProgram(this.#pool, this.#functions, moduleOf(kernel));
  }

  readonly #storage = (buffer: DeviceBuffer): Storage => storageOf(this.#own(buffer));

  #own(buffer: DeviceBuffer): CpuBuffer {
    if (!(buffer instanceof CpuBuffer) || buffer.backend !== this) {
      throw new TypeError("the buffer belongs to another device");
    }
    return buffer;
  }
}

function storageOf(buffer: CpuBuffer): Storage {
  if (buffer.storage === undefined) throw new Error("the buffer has been released");
  return buffer.storage;
}

const hostArrays = {
  bool: Uint8Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
};

function checkHost(data: HostArray, dtype: DType): void {
  const expected = hostArrays[dtype];
  if (data.constructor !== expected) {
    throw new TypeError(`expected ${expected.name} data, got ${data.constructor.name}`);
  }
}

const nothing: KernelProgram = {
  run: () => undefined,
  prepare: () => ({ run: () => undefined }),
};

function moduleOf(kernel: MapKernel | ReduceKernel | ScanKernel | ScatterKernel): KernelModule {
  switch (kernel.kind) {
    case "map":
      return mapModule(kernel);
    case "reduce":
      return reduceModule(kernel);
    case "scan":
      return scanModule(kernel);
    case "scatter":
      return scatterModule(kernel);
  }
}
