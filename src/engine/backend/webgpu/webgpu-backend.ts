import type { DType, HostArray, HostScalar } from "../../core/dtype.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import {
  counters,
  type Backend,
  type CompiledKernel,
  type CpuIsFaster,
  type DeviceBuffer,
  type DeviceDescription,
  type DeviceMemory,
  type PreparedKernel,
} from "../backend.ts";
import { CanvasReadback } from "./canvas-readback.ts";
import { BufferPool, checkSize } from "./buffers.ts";
import { CommandQueue } from "./command-queue.ts";
import { openDevice, type OpenDevice, type Tuning } from "./device.ts";
import { Failures } from "./failures.ts";
import { fromDeviceWords, toDeviceWords } from "./host-format.ts";
import { PipelineCache, type Pipeline } from "./pipelines.ts";
import { planKernel } from "./plan-kernel.ts";
import type { BufferRef, Plan } from "./plan.ts";
import { StagingReadback } from "./staging-readback.ts";

class WebGPUBuffer implements DeviceBuffer {
  readonly backend: WebGPUBackend;
  readonly dtype: DType;
  readonly length: number;
  readonly bytes: number;
  readonly buffer: GPUBuffer;
  isReleased = false;

  constructor(backend: WebGPUBackend, dtype: DType, length: number, buffer: GPUBuffer, bytes: number) {
    this.backend = backend;
    this.dtype = dtype;
    this.length = length;
    this.buffer = buffer;
    this.bytes = bytes;
  }
}

class WebGPUKernel implements CompiledKernel {
  readonly kernel: Kernel;
  readonly plan: Plan;
  readonly pipelines: readonly Pipeline[];

  constructor(kernel: Kernel, plan: Plan, pipelines: readonly Pipeline[]) {
    this.kernel = kernel;
    this.plan = plan;
    this.pipelines = pipelines;
  }
}

/** A kernel with the buffers of a run. */
interface BoundKernel {
  readonly compiled: WebGPUKernel;
  readonly groups: readonly GPUBindGroup[];
  readonly temporaries: readonly GPUBuffer[];
}

/** The GPU behind `Backend`. Use `WebGPUBackend.create`. */
export class WebGPUBackend implements Backend {
  readonly kind = "webgpu";
  readonly description: DeviceDescription;
  readonly maxKernelBuffers: number;
  /** Drivers inline every call, and their compile time grows faster than the code. */
  readonly maxKernelWork = 200;
  readonly cpuIsFaster: CpuIsFaster;
  readonly lost: Promise<string>;
  readonly #device: GPUDevice;
  readonly #tuning: Tuning;
  readonly #failures = new Failures();
  readonly #pool: BufferPool;
  readonly #pipelines: PipelineCache;
  readonly #queue: CommandQueue;
  readonly #staging: StagingReadback;
  readonly #synchronous: CanvasReadback | undefined;
  readonly #compiled = new WeakMap<Kernel, WebGPUKernel>();
  #isDestroyed = false;

  private constructor(open: OpenDevice, readsSynchronously: boolean) {
    const { device } = open;
    this.#device = device;
    this.#tuning = open.tuning;
    this.cpuIsFaster = open.tuning.cpuIsFaster;
    this.#synchronous = readsSynchronously ? new CanvasReadback(device) : undefined;
    this.#pipelines = new PipelineCache(device, this.#failures);
    this.#queue = new CommandQueue(device, this.#pipelines.uniformLayout, this.#failures);
    this.#pool = new BufferPool(device, {
      flush: () => this.#queue.flush(),
      watch: (scope, doing) => this.#failures.watch(scope, doing),
    });
    this.#staging = new StagingReadback(device);
    // One binding is kept back for the states between the passes of a reduction.
    this.maxKernelBuffers = device.limits.maxStorageBuffersPerShaderStage - 1;
    this.description = describe(open, readsSynchronously);
    device.addEventListener("uncapturederror", (event) => {
      this.#failures.record(new Error(`the device failed: ${event.error.message}`));
    });
    this.lost = device.lost.then((info) => {
      const reason = info.message === "" ? info.reason : info.message;
      if (!this.#isDestroyed) this.#failures.record(new Error(`the device was lost: ${reason}`));
      return reason;
    });
  }

  /**
   * Opens the adapter `gpu` offers, or says why there is none. How kernels are laid out follows the adapter; `tuning`
   * overrides that.
   */
  static async create(gpu: GPU, tuning?: Tuning): Promise<WebGPUBackend | { readonly unavailable: string }> {
    const [open, trial] = await Promise.all([openDevice(gpu), openDevice(gpu)]);
    if ("unavailable" in open) return open;
    let readsSynchronously = false;
    if (!("unavailable" in trial)) {
      readsSynchronously = await CanvasReadback.selfTest(trial.device);
      trial.device.destroy();
    }
    return new WebGPUBackend({ ...open, tuning: tuning ?? open.tuning }, readsSynchronously);
  }

  supports(dtype: DType): boolean {
    return dtype !== "float64" && dtype !== "int64";
  }

  allocate(dtype: DType, length: number): WebGPUBuffer {
    return this.#allocate(dtype, length).owned;
  }

  upload(dtype: DType, data: HostArray): WebGPUBuffer {
    const { owned, reused } = this.#allocate(dtype, data.length);
    // A write to the queue overtakes recorded work, which may still use this memory for its last owner.
    if (reused) this.#queue.flush();
    if (data.length > 0) {
      const words = toDeviceWords(dtype, data) as Uint32Array<ArrayBuffer>;
      this.#device.queue.writeBuffer(owned.buffer, 0, words);
    }
    return owned;
  }

  release(buffer: DeviceBuffer): void {
    const own = this.#own(buffer);
    own.isReleased = true;
    if (!this.#isDestroyed) this.#pool.release(own.buffer);
  }

  compile(kernel: Kernel): CompiledKernel {
    const known = this.#compiled.get(kernel);
    if (known !== undefined) return known;
    const planned = performance.now();
    const plan = planKernel(kernel, this.#tuning);
    counters.compileMs += performance.now() - planned;
    // Compilation goes on in the browser's GPU process, behind whatever is queued: where waiting is possible, wait for
    // that first and for the pipeline then, so that running is not counted as compiling.
    const anyNew = plan.passes.some((pass) => !this.#pipelines.has(pass));
    if (anyNew) this.synchronizeSync();
    const start = performance.now();
    const pipelines = plan.passes.map((pass) => this.#pipelines.get(pass));
    const compiled = new WebGPUKernel(kernel, plan, pipelines);
    this.#compiled.set(kernel, compiled);
    if (anyNew) this.#synchronous?.read(this.#queue.marks, 0, 0, this.#queue.marks);
    counters.compileMs += performance.now() - start;
    return compiled;
  }

  dispatch(
    compiled: CompiledKernel,
    inputs: readonly DeviceBuffer[],
    params: readonly HostScalar[],
    outputs: readonly DeviceBuffer[],
  ): void {
    const bound = this.#bind(compiled, inputs, outputs);
    this.#run(bound, params);
    for (const buffer of bound.temporaries) this.#pool.release(buffer);
  }

  prepare(
    compiled: CompiledKernel,
    inputs: readonly DeviceBuffer[],
    outputs: readonly DeviceBuffer[],
  ): PreparedKernel {
    const bound = this.#bind(compiled, inputs, outputs);
    return {
      run: (params) => {
        this.#run(bound, params);
      },
      release: () => {
        for (const buffer of bound.temporaries) this.#pool.release(buffer);
      },
    };
  }

  #bind(
    compiled: CompiledKernel,
    inputs: readonly DeviceBuffer[],
    outputs: readonly DeviceBuffer[],
  ): BoundKernel {
    if (!(compiled instanceof WebGPUKernel)) throw new Error("a kernel of another backend");
    const { plan, pipelines } = compiled;
    const temporaries = plan.temporaries.map((bytes) => this.#pool.acquire(bytes).buffer);
    const find = (ref: BufferRef): GPUBuffer => {
      if (ref.kind === "temporary") return temporaries[ref.index]!;
      return this.#own((ref.kind === "input" ? inputs : outputs)[ref.index]!).buffer;
    };
    const groups = plan.passes.map((pass, k) =>
      this.#queue.bindGroup(
        pipelines[k]!,
        pass.bindings.map((binding) => find(binding.ref)),
      ),
    );
    return { compiled, groups, temporaries };
  }

  #run({ compiled, groups }: BoundKernel, params: readonly HostScalar[]): void {
    const { kernel, plan, pipelines } = compiled;
    for (let k = 0; k < groups.length; k += 1) {
      this.#queue.dispatch(plan.passes[k]!, pipelines[k]!, groups[k]!, kernel.params, params);
    }
  }

  copy(source: DeviceBuffer, target: DeviceBuffer, start: number): void {
    const from = this.#own(source);
    const into = this.#own(target);
    if (from.length > 0) this.#queue.copy(from.buffer, into.buffer, start * 4, from.length * 4);
  }

  async read(buffer: DeviceBuffer, start: number, length: number): Promise<HostArray> {
    const own = this.#own(buffer);
    const began = performance.now();
    this.#queue.flush();
    let bytes: ArrayBuffer;
    try {
      bytes = await this.#staging.read(own.buffer, start * 4, length * 4);
    } catch (error) {
      await this.#failures.settle();
      this.#failures.throwIfAny();
      throw error;
    }
    await this.#failures.settle();
    counters.readMs += performance.now() - began;
    this.#failures.throwIfAny();
    return fromDeviceWords(own.dtype, bytes);
  }

  readSync(buffer: DeviceBuffer, start: number, length: number): HostArray {
    const own = this.#own(buffer);
    if (this.#synchronous === undefined) {
      throw new Error("this device cannot be read synchronously here: write `await x.data()`");
    }
    const began = performance.now();
    this.#queue.flush();
    const { data, marks } = this.#synchronous.read(own.buffer, start * 4, length * 4, this.#queue.marks);
    counters.readMs += performance.now() - began;
    this.#failures.throwIfAny();
    this.#queue.check(marks);
    return fromDeviceWords(own.dtype, data);
  }

  async synchronize(): Promise<void> {
    const began = performance.now();
    this.#queue.flush();
    await this.#device.queue.onSubmittedWorkDone();
    await this.#failures.settle();
    counters.runMs += performance.now() - began;
    this.#failures.throwIfAny();
  }

  synchronizeSync(): boolean {
    if (this.#synchronous === undefined) return false;
    const began = performance.now();
    this.#queue.flush();
    const { marks } = this.#synchronous.read(this.#queue.marks, 0, 0, this.#queue.marks);
    counters.runMs += performance.now() - began;
    this.#failures.throwIfAny();
    this.#queue.check(marks);
    return true;
  }

  memory(): DeviceMemory {
    return this.#pool.memory();
  }

  trim(): void {
    this.#pool.trim();
  }

  destroy(): void {
    if (this.#isDestroyed) return;
    this.#isDestroyed = true;
    this.#queue.close();
    this.#pool.destroy();
    this.#staging.destroy();
    this.#device.destroy();
  }

  #allocate(dtype: DType, length: number): { owned: WebGPUBuffer; reused: boolean } {
    if (!this.supports(dtype)) throw new TypeError(`${dtype} is not supported on WebGPU`);
    checkSize(this.#device.limits, dtype, length);
    const { buffer, bytes, reused } = this.#pool.acquire(length * 4);
    return { owned: new WebGPUBuffer(this, dtype, length, buffer, bytes), reused };
  }

  #own(buffer: DeviceBuffer): WebGPUBuffer {
    if (!(buffer instanceof WebGPUBuffer) || buffer.backend !== this) {
      throw new Error("a buffer of another device");
    }
    if (buffer.isReleased) throw new Error("a device buffer was used after its release");
    return buffer;
  }
}

function describe(open: OpenDevice, synchronousReads: boolean): DeviceDescription {
  const names = ["maxBufferSize", "maxStorageBufferBindingSize", "maxStorageBuffersPerShaderStage"] as const;
  return {
    kind: "webgpu",
    name: open.name,
    limits: names.map((name) => ({ name, value: open.device.limits[name] })),
    synchronousReads,
  };
}
