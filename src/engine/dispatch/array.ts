import { ArrayBase } from "../core/array-base.ts";
import { formatShape, ShapedArray } from "../core/aval.ts";
import type { HostArray, HostScalar } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { Hold, type Storage } from "./storage.ts";

/**
 * Memory of arrays that became unreachable is given back when the JavaScript engine notices. Deleted arrays stay
 * registered: taking them off the list costs more than making them.
 */
const unreachable = new FinalizationRegistry<Hold>((hold) => {
  hold.letGo();
});

/** Set when `block_until_ready` could not wait; the next timing waits instead. */
let pendingBlock = false;

/** Whether a `block_until_ready` is still owed since the last call of this function. */
export function consumePendingBlock(): boolean {
  const pending = pendingBlock;
  pendingBlock = false;
  return pending;
}

/**
 * A concrete, immutable array on a device. Operations return new arrays at once, while the device still works;
 * reading waits.
 */
export class ArrayImpl extends ArrayBase {
  override readonly aval: ShapedArray;
  readonly #hold: Hold;

  /** Takes over one hold on `storage`. */
  constructor(aval: ShapedArray, storage: Storage) {
    super();
    this.aval = aval;
    this.#hold = new Hold(storage);
    unreachable.register(this, this.#hold);
  }

  /** The memory behind the array. Throws when the array has been deleted. */
  get storage(): Storage {
    const { storage } = this.#hold;
    if (storage === undefined) {
      throw new Error(`Array has been deleted with shape=${this.aval.toString()}.`);
    }
    return storage;
  }

  /** "cpu" or "webgpu". */
  get device(): string {
    return this.storage.backend.kind;
  }

  /** Gives the memory back now; using the array afterwards is an error. Never needed, as unreachable arrays go too. */
  delete(): void {
    this.#hold.letGo();
  }

  /** Another handle on the same memory. */
  alias(): ArrayImpl {
    return new ArrayImpl(this.aval, this.storage.hold());
  }

  is_deleted(): boolean {
    return this.#hold.storage === undefined;
  }

  /** Waits until the array is computed, and returns it. */
  block_until_ready(): this {
    if (!this.storage.backend.synchronizeSync()) pendingBlock = true;
    return this;
  }

  /** The elements, row-major, when they are computed; bool as 0 and 1. */
  async data(): Promise<HostArray> {
    return this.storage.backend.read(this.storage.buffer, 0, this.size);
  }

  /** As `data`, waiting for the device. Throws where a device cannot be waited for. */
  dataSync(): HostArray {
    return this.storage.backend.readSync(this.storage.buffer, 0, this.size);
  }

  /** Elements `start` to `start + length` in row-major order. */
  async range(start: number, length: number): Promise<HostArray> {
    return this.storage.backend.read(this.storage.buffer, start, length);
  }

  rangeSync(start: number, length: number): HostArray {
    return this.storage.backend.readSync(this.storage.buffer, start, length);
  }

  /** The one element as a JavaScript value. Throws ValueError when there are more. */
  item(): HostScalar {
    if (this.size !== 1) {
      throw new ValueError("can only convert an array of size 1 to a Python scalar");
    }
    return elementOf(this.dataSync(), 0, this.aval);
  }

  /** The elements as nested JavaScript arrays. */
  tolist(): unknown {
    const data = this.dataSync();
    const build = (axis: number, offset: number, stride: number): unknown => {
      const extent = this.shape[axis];
      if (extent === undefined) return elementOf(data, offset, this.aval);
      const inner = stride / extent;
      return Array.from({ length: extent }, (_, k) => build(axis + 1, offset + k * inner, inner));
    };
    return build(0, 0, this.size);
  }

  /** Lets JavaScript use a one-element array where it wants a number. */
  override valueOf(): unknown {
    return this.size === 1 && !this.is_deleted() ? this.item() : this;
  }
}

/** Element `position` of host data as JavaScript sees it. */
export function elementOf(data: HostArray, position: number, aval: ShapedArray): HostScalar {
  const value = data[position];
  if (value === undefined) {
    throw new RangeError(
      `position ${String(position)} is outside an array of shape ${formatShape(aval.shape)}`,
    );
  }
  return aval.dtype === "bool" ? value !== 0 : value;
}
