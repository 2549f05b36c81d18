import type { Backend, DeviceBuffer } from "../backend/backend.ts";

/** Copies on another device are kept up to this size: what is used on both sides is used again and again. */
const maxKeptBytes = 2 ** 22;

/** Device memory shared by the arrays that view it; given back when the last of them lets go. */
export class Storage {
  #buffer: DeviceBuffer | undefined;
  #copy: DeviceBuffer | undefined;
  #holders = 1;

  constructor(buffer: DeviceBuffer) {
    this.#buffer = buffer;
  }

  get buffer(): DeviceBuffer {
    if (this.#buffer === undefined) throw new Error("internal error: device memory used after its release");
    return this.#buffer;
  }

  get backend(): Backend {
    return this.buffer.backend;
  }

  hold(): this {
    this.#holders += 1;
    return this;
  }

  letGo(): void {
    this.#holders -= 1;
    if (this.#holders > 0 || this.#buffer === undefined) return;
    this.#buffer.backend.release(this.#buffer);
    this.#buffer = undefined;
    this.#copy?.backend.release(this.#copy);
    this.#copy = undefined;
  }

  /** The elements on another backend, as long as the storage is held; undefined for what is too large to keep twice. */
  keptOn(backend: Backend): DeviceBuffer | undefined {
    if (this.#copy?.backend === backend) return this.#copy;
    if (this.buffer.bytes > maxKeptBytes) return undefined;
    const copy = this.copyTo(backend);
    this.#copy?.backend.release(this.#copy);
    this.#copy = copy;
    return copy;
  }

  /** The same elements on another backend, as memory of its own. Waits for the device when they are not there yet. */
  copyTo(backend: Backend): DeviceBuffer {
    const { dtype, length } = this.buffer;
    return backend.upload(dtype, this.backend.readSync(this.buffer, 0, length));
  }
}

/** One array's hold on its storage, let go once: when the array is deleted, or when it is collected. */
export class Hold {
  #storage: Storage | undefined;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  get storage(): Storage | undefined {
    return this.#storage;
  }

  letGo(): void {
    this.#storage?.letGo();
    this.#storage = undefined;
  }
}
