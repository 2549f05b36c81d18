import type { DType, HostScalar } from "../../core/dtype.ts";
import type { BufferPool, Storage } from "./buffers.ts";
import { paramsOffset } from "./wasm/argument-layout.ts";
import type { MemoryViews } from "./wasm-memory.ts";

/**
 * What a kernel's tasks are told, in memory where every thread finds it: the addresses of its arrays (u32 each), then,
 * from the next multiple of 8 on, 8 bytes for each parameter: bool, int32, uint32 as i32, float32 as f32, float64,
 * int64.
 */
export class ArgumentBlock {
  readonly #pool: BufferPool;
  #storage: Storage | undefined;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  /**
   * Writes the block and gives its address. Both, and the addresses in it, hold until the next allocation: what the
   * kernel needs besides has to be allocated before.
   */
  write(arrays: readonly Storage[], dtypes: readonly DType[], params: readonly HostScalar[]): number {
    const bytes = paramsOffset(arrays.length) + 8 * dtypes.length;
    if (this.#storage === undefined || this.#storage.bytes < bytes) {
      this.release();
      this.#storage = this.#pool.takeScratch(Math.max(256, 2 * bytes));
    }
    const { address } = this.#storage;
    const { i32 } = this.#pool.memory.views;
    for (let k = 0; k < arrays.length; k++) i32[(address >>> 2) + k] = arrays[k]!.address;
    this.#writeParams(address + paramsOffset(arrays.length), dtypes, params);
    return address;
  }

  release(): void {
    if (this.#storage !== undefined) this.#pool.giveScratch(this.#storage);
    this.#storage = undefined;
  }

  #writeParams(address: number, dtypes: readonly DType[], params: readonly HostScalar[]): void {
    const { views } = this.#pool.memory;
    for (let k = 0; k < dtypes.length; k++) {
      const value = params[k];
      if (value === undefined) throw new TypeError(`parameter ${k} of the kernel has no value`);
      writeParam(views, address + 8 * k, dtypes[k]!, value);
    }
  }
}

function writeParam(views: MemoryViews, address: number, dtype: DType, value: HostScalar): void {
  switch (dtype) {
    case "bool":
      views.i32[address >>> 2] = Number(Boolean(value));
      return;
    case "int32":
    case "uint32":
      views.i32[address >>> 2] = Number(value);
      return;
    case "float32":
      views.f32[address >>> 2] = Number(value);
      return;
    case "float64":
      views.f64[address / 8] = Number(value);
      return;
    case "int64":
      views.i64[address / 8] = BigInt.asIntN(64, BigInt(value));
  }
}
