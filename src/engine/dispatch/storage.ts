import type { Backend, DeviceBuffer } from "../backend/backend.ts";

/** Device memory shared by the arrays that view it; given back when the last of them lets go. */
export class Storage {
  #buffer: DeviceBuffer | undefined;
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
  }

  /** The same elements on another backend, as memory of its own. Waits for the device when they are not there yet. */
  copyTo(backend: Backend): DeviceBuffer {
    const { dtype, length } = this.buffer;
    return backend.upload(dtype, this.backend.readSync(this.buffer, 0, length));
  }
}
