import type { WasmMemory } from "../wasm-memory.ts";
import { linalgModule, type RowRoutines } from "../wasm/linalg.ts";
import { hasRelaxedSimd } from "../wasm/relaxed-simd.ts";

/** Arrays begin at multiples of this many elements, and vectors may be read beyond their ends. */
const alignment = 8;

/**
 * Memory of one factorization: arrays that TypeScript reads element by element and `rows` works on by address. Nothing is
 * freed before `reset`.
 */
export class Workspace {
  readonly rows: RowRoutines;
  readonly #memory: Float64Array;
  #used = 0;

  /** `memory` is a part of the memory that `rows` was instantiated on. */
  constructor(rows: RowRoutines, memory: Float64Array) {
    this.rows = rows;
    this.#memory = memory;
  }

  reset(): void {
    this.#used = 0;
  }

  zeros(length: number): Float64Array {
    return this.#take(length).fill(0);
  }

  copy(values: ArrayLike<number>): Float64Array {
    const result = this.#take(values.length);
    result.set(values);
    return result;
  }

  /** A (rows, columns) matrix as (columns, rows). */
  transposed(a: Float64Array, rows: number, columns: number): Float64Array {
    const result = this.#take(rows * columns);
    this.rows.transpose(rows, columns, at(a), at(result));
    return result;
  }

  identity(n: number): Float64Array {
    const result = this.zeros(n * n);
    for (let i = 0; i < n; i++) result[i * n + i] = 1;
    return result;
  }

  #take(length: number): Float64Array {
    const end = this.#used + length;
    if (end > this.#memory.length)
      throw new Error("internal error: the workspace of a factorization is full");
    const result = this.#memory.subarray(this.#used, end);
    this.#used = spacious(end);
    return result;
  }
}

/** Elements that arrays of these lengths take in a workspace. */
export function workspaceSize(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + spacious(length), 0);
}

function spacious(length: number): number {
  return (Math.floor(length / alignment) + 1) * alignment;
}

/** The address of an element. */
export function at(array: Float64Array, index = 0): number {
  return array.byteOffset + 8 * index;
}

const instances = new WeakMap<WebAssembly.Memory, RowRoutines>();

export function rowRoutines({ memory, shared }: WasmMemory): RowRoutines {
  let known = instances.get(memory);
  if (known === undefined) {
    const module = new WebAssembly.Module(linalgModule({ fused: hasRelaxedSimd() }).finish({ shared }));
    known = new WebAssembly.Instance(module, { env: { memory } }).exports as RowRoutines;
    instances.set(memory, known);
  }
  return known;
}
