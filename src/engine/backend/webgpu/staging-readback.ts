import { bufferUsage, mapModeRead } from "./device.ts";

/** Bytes copied at a time: bounds the staging memory of a large read. */
const chunkBytes = 64 * 2 ** 20;
const smallBytes = 2 ** 16;

/** Asynchronous reads through buffers the host can map. */
export class StagingReadback {
  readonly #device: GPUDevice;
  /** A small staging buffer that is free, kept: most reads are small. */
  #small: GPUBuffer | undefined;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * Copies bytes `offset` to `offset + bytes` (multiples of 4) of `source`. The copies are submitted before this
   * returns its promise, so `source` may be reused afterwards.
   */
  async read(source: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    const result = new Uint8Array(bytes);
    const parts: Promise<void>[] = [];
    for (let at = 0; at < bytes; at += chunkBytes) {
      parts.push(this.#readChunk(source, offset + at, result.subarray(at, Math.min(at + chunkBytes, bytes))));
    }
    await Promise.all(parts);
    return result.buffer;
  }

  destroy(): void {
    this.#small?.destroy();
    this.#small = undefined;
  }

  async #readChunk(source: GPUBuffer, offset: number, target: Uint8Array): Promise<void> {
    const isSmall = target.byteLength <= smallBytes;
    const staging = (isSmall ? this.#takeSmall() : undefined) ?? this.#create(target.byteLength);
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(source, offset, staging, 0, target.byteLength);
    this.#device.queue.submit([encoder.finish()]);
    await staging.mapAsync(mapModeRead, 0, target.byteLength);
    target.set(new Uint8Array(staging.getMappedRange(0, target.byteLength)));
    staging.unmap();
    if (isSmall && this.#small === undefined) this.#small = staging;
    else staging.destroy();
  }

  #takeSmall(): GPUBuffer | undefined {
    const small = this.#small;
    this.#small = undefined;
    return small;
  }

  #create(bytes: number): GPUBuffer {
    const size = Math.max(bytes, bytes <= smallBytes ? smallBytes : 0);
    return this.#device.createBuffer({ size, usage: bufferUsage.mapRead | bufferUsage.copyDst });
  }
}
