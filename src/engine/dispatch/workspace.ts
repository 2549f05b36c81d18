import type { Backend, DeviceBuffer } from "../backend/backend.ts";
import type { DType } from "../core/dtype.ts";

/** Memory that programs run many times keep between their runs, by name; allocated when first asked for. */
export class Workspace {
  readonly backend: Backend;
  readonly #buffers = new Map<string, DeviceBuffer>();
  readonly #parts = new Map<string, Workspace>();

  constructor(backend: Backend) {
    this.backend = backend;
  }

  buffer(name: string, dtype: DType, length: number): DeviceBuffer {
    let buffer = this.#buffers.get(name);
    if (buffer === undefined) {
      buffer = this.backend.allocate(dtype, length);
      this.#buffers.set(name, buffer);
    }
    return buffer;
  }

  /** A workspace within this one. */
  part(name: string): Workspace {
    let part = this.#parts.get(name);
    if (part === undefined) {
      part = new Workspace(this.backend);
      this.#parts.set(name, part);
    }
    return part;
  }

  release(): void {
    for (const part of this.#parts.values()) part.release();
    for (const buffer of this.#buffers.values()) this.backend.release(buffer);
    this.#parts.clear();
    this.#buffers.clear();
  }
}
