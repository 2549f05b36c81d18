import type { DType, HostScalar } from "../../core/dtype.ts";
import { counters } from "../backend.ts";
import { bufferUsage } from "./device.ts";
import type { Failures } from "./failures.ts";
import { scalarWord } from "./host-format.ts";
import { uniformBytes, uniformUsage, type Pipeline } from "./pipelines.ts";
import { headerWords, type Pass } from "./plan.ts";

/** Submits at the latest after this many dispatches, ... */
const mostDispatches = 64;
/** ... or this many element evaluations: enough to keep the device busy meanwhile. */
const mostWork = 2 ** 22;
const uniformRingBytes = 2 ** 17;
const uniformAlignment = 256;
/** Bind groups kept for each pipeline: loops and repeated calls take turns with few buffers. */
const groupsKept = 8;
/** Marks kept: how many submits back a failed one can be noticed. */
const markWords = 64;

/**
 * Gathers dispatches into one compute pass and one submit. Work starts by itself: at the latest when the running
 * JavaScript task ends.
 */
export class CommandQueue {
  readonly #device: GPUDevice;
  readonly #failures: Failures;
  readonly #uniformLayout: GPUBindGroupLayout;
  readonly #uniforms: GPUBuffer;
  readonly #staging = new Uint32Array(uniformRingBytes / 4);
  readonly #uniformGroups = new Map<number, GPUBindGroup>();
  readonly #mostGroups: number;
  /** Word k holds the number of the last submit k modulo 64 that really ran. */
  readonly marks: GPUBuffer;
  #submits = 0;
  #checked = 0;
  /** The first slot holds the submit's own number. */
  #used = uniformAlignment;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  /** What is set in the open pass. */
  #pipeline: Pipeline | undefined;
  #group: GPUBindGroup | undefined;
  #dispatches = 0;
  #work = 0;
  #flushPlanned = false;
  #closed = false;

  constructor(device: GPUDevice, uniformLayout: GPUBindGroupLayout, failures: Failures) {
    this.#device = device;
    this.#failures = failures;
    this.#uniformLayout = uniformLayout;
    this.#mostGroups = device.limits.maxComputeWorkgroupsPerDimension;
    this.#uniforms = device.createBuffer({
      size: uniformRingBytes,
      usage: uniformUsage | bufferUsage.copySrc,
    });
    this.marks = device.createBuffer({
      size: markWords * 4,
      usage: bufferUsage.copySrc | bufferUsage.copyDst,
    });
  }

  /** What a dispatch of a pipeline works on. Making one takes longer than a dispatch: the last few are kept. */
  bindGroup(pipeline: Pipeline, buffers: readonly GPUBuffer[]): GPUBindGroup {
    for (const known of pipeline.groups) {
      if (known.buffers.every((buffer, k) => buffer === buffers[k])) return known.group;
    }
    const group = this.#device.createBindGroup({
      layout: pipeline.storageLayout,
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    pipeline.groups.push({ buffers, group });
    if (pipeline.groups.length > groupsKept) pipeline.groups.shift();
    return group;
  }

  /** Records one dispatch of a pass; `params` are the scalars of its kernel. */
  dispatch(
    pass: Pass,
    pipeline: Pipeline,
    group: GPUBindGroup,
    dtypes: readonly DType[],
    params: readonly HostScalar[],
  ): void {
    if (pass.workgroups === 0) return;
    const bytes = uniformBytes(dtypes.length);
    const slot = Math.ceil(bytes / uniformAlignment) * uniformAlignment;
    if (slot > uniformRingBytes - uniformAlignment)
      throw new Error(`a kernel's parameters take ${bytes} bytes, too many`);
    if (this.#used + slot > uniformRingBytes) this.flush();
    const offset = this.#used;
    this.#used += slot;
    this.#fill(offset / 4, pass.header, dtypes, params);
    const encoder = this.#openPass();
    if (this.#pipeline !== pipeline) encoder.setPipeline(pipeline.pipeline);
    if (this.#group !== group) encoder.setBindGroup(0, group);
    this.#pipeline = pipeline;
    this.#group = group;
    encoder.setBindGroup(1, this.#uniformGroup(slot), [offset]);
    const [x, y] = gridOf(pass.workgroups, this.#mostGroups);
    encoder.dispatchWorkgroups(x, y);
    counters.kernelsRun += 1;
    this.#count(pass.work);
  }

  #fill(
    at: number,
    header: readonly number[],
    dtypes: readonly DType[],
    params: readonly HostScalar[],
  ): void {
    const words = this.#staging;
    for (let k = 0; k < header.length; k += 1) words[at + k] = header[k]!;
    const start = at + headerWords;
    for (let k = 0; k < dtypes.length; k += 1) words[start + k] = scalarWord(dtypes[k]!, params[k]!);
  }

  /** Records a copy of `bytes` from the start of one buffer into another. */
  copy(source: GPUBuffer, target: GPUBuffer, targetOffset: number, bytes: number): void {
    this.#closePass();
    this.#encoder ??= this.#device.createCommandEncoder();
    this.#encoder.copyBufferToBuffer(source, 0, target, targetOffset, bytes);
    this.#count(bytes / 4);
  }

  #count(work: number): void {
    this.#dispatches += 1;
    this.#work += work;
    if (this.#dispatches >= mostDispatches || this.#work >= mostWork) this.flush();
    else this.#planFlush();
  }

  /** Submits everything recorded. */
  flush(): void {
    const encoder = this.#encoder;
    if (encoder === undefined || this.#closed) return;
    this.#closePass();
    this.#encoder = undefined;
    this.#submits += 1;
    this.#staging[0] = this.#submits;
    this.#device.queue.writeBuffer(this.#uniforms, 0, this.#staging, 0, this.#used / 4);
    encoder.copyBufferToBuffer(this.#uniforms, 0, this.marks, (this.#submits % markWords) * 4, 4);
    this.#device.pushErrorScope("validation");
    this.#device.queue.submit([encoder.finish()]);
    this.#failures.watch(this.#device.popErrorScope(), "running a kernel");
    this.#used = uniformAlignment;
    this.#dispatches = 0;
    this.#work = 0;
  }

  /**
   * Throws when `marks`, read after the last flush, lack a submit: then its results were never written. A submit that
   * is invalid is dropped whole, and within one task no error event can tell.
   */
  check(marks: Uint32Array): void {
    const from = Math.max(this.#checked + 1, this.#submits - markWords + 1);
    this.#checked = this.#submits;
    for (let submit = from; submit <= this.#submits; submit += 1) {
      if (marks[submit % markWords] !== submit) {
        throw new Error(
          "the device refused to run a kernel; its report follows with the next asynchronous read",
        );
      }
    }
  }

  close(): void {
    this.#closed = true;
    this.#encoder = undefined;
    this.#pass = undefined;
    this.#uniforms.destroy();
    this.marks.destroy();
  }

  #openPass(): GPUComputePassEncoder {
    this.#encoder ??= this.#device.createCommandEncoder();
    this.#pass ??= this.#encoder.beginComputePass();
    return this.#pass;
  }

  #closePass(): void {
    this.#pass?.end();
    this.#pass = undefined;
    this.#pipeline = undefined;
    this.#group = undefined;
  }

  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    queueMicrotask(() => {
      this.#flushPlanned = false;
      this.flush();
    });
  }

  #uniformGroup(bytes: number): GPUBindGroup {
    let group = this.#uniformGroups.get(bytes);
    if (group === undefined) {
      group = this.#device.createBindGroup({
        layout: this.#uniformLayout,
        entries: [{ binding: 0, resource: { buffer: this.#uniforms, size: bytes } }],
      });
      this.#uniformGroups.set(bytes, group);
    }
    return group;
  }
}

/** A dispatch of `workgroups` as x times y; the shader's `group` may run past the end. */
function gridOf(workgroups: number, most: number): [number, number] {
  if (workgroups <= most) return [workgroups, 1];
  const y = Math.ceil(workgroups / most);
  return [Math.ceil(workgroups / y), y];
}
