import type { DType, HostArray } from "../../core/dtype.ts";
import type { SortKernel } from "../../kernel/kernel.ts";
import { MapProgram } from "./emit-map.ts";
import { wordArray, type WordArguments } from "./program.ts";

/** Rows this short are sorted by insertion. */
const shortRow = 32;

/**
 * Least-significant-digit radix sort of order-preserving unsigned keys (H. H. Seward, 1954), 8 bits a pass; stable,
 * and linear in the length. Digits that all keys share cost no pass.
 */
export class SortProgram {
  readonly #kernel: SortKernel;
  readonly #values: MapProgram;

  constructor(kernel: SortKernel) {
    this.#kernel = kernel;
    this.#values = new MapProgram({ ...kernel, order: [0, 1], values: kernel.values });
  }

  run(args: WordArguments): void {
    const { outer, length, values } = this.#kernel;
    const unsorted = values.map((value) => wordArray(value.dtype, outer * length));
    this.#values.run([outer, length], { ...args, outputs: unsorted });
    if (outer * length === 0) return;
    const sorter = new RowSorter(values[0]!.dtype, length);
    for (let row = 0; row < outer; row++) {
      const order = sorter.order(unsorted[0]!, row * length);
      values.forEach((_, k) => permute(unsorted[k]!, args.outputs[k]!, order, row * length));
    }
  }
}

function permute(from: HostArray, to: HostArray, order: Uint32Array, base: number): void {
  if (from instanceof BigInt64Array) {
    const target = to as BigInt64Array;
    for (let i = 0; i < order.length; i++) target[base + i] = from[base + order[i]!]!;
  } else if (from instanceof Float64Array) {
    permuteFloat64(from, to as Float64Array, order, base);
  } else if (from.BYTES_PER_ELEMENT === 4) {
    // As bits, so that one optimised loop serves float32, int32 and uint32 (and NaN keeps its payload).
    permuteInt32(new Int32Array(from.buffer), asInt32(to), order, base);
  } else {
    permuteBytes(from as Uint8Array, to as Uint8Array, order, base);
  }
}

function asInt32(array: HostArray): Int32Array {
  return new Int32Array(array.buffer, array.byteOffset, array.length);
}

function permuteFloat64(from: Float64Array, to: Float64Array, order: Uint32Array, base: number): void {
  for (let i = 0; i < order.length; i++) to[base + i] = from[base + order[i]!]!;
}

function permuteInt32(from: Int32Array, to: Int32Array, order: Uint32Array, base: number): void {
  for (let i = 0; i < order.length; i++) to[base + i] = from[base + order[i]!]!;
}

function permuteBytes(from: Uint8Array, to: Uint8Array, order: Uint32Array, base: number): void {
  for (let i = 0; i < order.length; i++) to[base + i] = from[base + order[i]!]!;
}

/** Finds the sorting permutation of rows of one length. */
class RowSorter {
  readonly #dtype: DType;
  readonly #length: number;
  /** Keys as unsigned words, the more significant word second; a key of 32 bits or fewer has one. */
  readonly #words: Uint32Array[];
  readonly #order: Uint32Array;
  readonly #spare: Uint32Array;
  readonly #counts = new Uint32Array(256);

  constructor(dtype: DType, length: number) {
    this.#dtype = dtype;
    this.#length = length;
    const wide = dtype === "int64" || dtype === "float64";
    this.#words = Array.from({ length: wide ? 2 : 1 }, () => new Uint32Array(length));
    this.#order = new Uint32Array(length);
    this.#spare = new Uint32Array(length);
  }

  order(values: HostArray, base: number): Uint32Array {
    this.#readKeys(values, base);
    let order = this.#order;
    for (let i = 0; i < order.length; i++) order[i] = i;
    if (this.#length <= shortRow) {
      insertionSort(order, this.#words[0]!, this.#words[1]);
      return order;
    }
    let spare = this.#spare;
    for (const word of this.#words) {
      for (let shift = 0; shift < (this.#dtype === "bool" ? 8 : 32); shift += 8) {
        if (!countDigits(word, shift, this.#counts)) continue;
        radixPass(word, shift, this.#counts, order, spare);
        [order, spare] = [spare, order];
      }
    }
    return order;
  }

  #readKeys(values: HostArray, base: number): void {
    const [low, high] = this.#words as [Uint32Array, Uint32Array];
    const length = this.#length;
    const bits = new Int32Array(
      values.buffer,
      values.byteOffset,
      (values.byteLength - (values.byteLength % 4)) >> 2,
    );
    switch (this.#dtype) {
      case "bool":
        for (let i = 0; i < length; i++) low[i] = (values as Uint8Array)[base + i]!;
        return;
      case "uint32":
        low.set(bits.subarray(base, base + length));
        return;
      case "int32":
        for (let i = 0; i < length; i++) low[i] = bits[base + i]! ^ 0x80000000;
        return;
      case "int64":
        for (let i = 0; i < length; i++) {
          low[i] = bits[2 * (base + i)]!;
          high[i] = bits[2 * (base + i) + 1]! ^ 0x80000000;
        }
        return;
      case "float32": {
        float32Keys(values as Float32Array, bits, base, low);
        return;
      }
      case "float64": {
        float64Keys(values as Float64Array, bits, base, low, high);
        return;
      }
    }
  }
}

// A float's bits order as its value does once the sign is folded in; NaN comes last, and -0 equals 0.

function float32Keys(values: Float32Array, bits: Int32Array, base: number, keys: Uint32Array): void {
  for (let i = 0; i < keys.length; i++) {
    const value = values[base + i]!;
    const word = bits[base + i]!;
    if (value === 0) keys[i] = 0x80000000;
    else if (value !== value) keys[i] = 0xffffffff;
    else keys[i] = word < 0 ? ~word : word ^ 0x80000000;
  }
}

function float64Keys(
  values: Float64Array,
  bits: Int32Array,
  base: number,
  low: Uint32Array,
  high: Uint32Array,
): void {
  for (let i = 0; i < low.length; i++) {
    const value = values[base + i]!;
    const lowWord = value === 0 ? 0 : bits[2 * (base + i)]!;
    const highWord = value === 0 ? 0 : bits[2 * (base + i) + 1]!;
    if (value !== value) low[i] = high[i] = 0xffffffff;
    else {
      low[i] = highWord < 0 ? ~lowWord : lowWord;
      high[i] = highWord < 0 ? ~highWord : highWord ^ 0x80000000;
    }
  }
}

function insertionSort(order: Uint32Array, low: Uint32Array, high: Uint32Array | undefined): void {
  for (let i = 1; i < order.length; i++) {
    const item = order[i]!;
    let j = i;
    for (; j > 0; j--) {
      const before = order[j - 1]!;
      const order1 = high === undefined ? 0 : high[before]! - high[item]!;
      if (order1 < 0 || (order1 === 0 && low[before]! <= low[item]!)) break;
      order[j] = before;
    }
    order[j] = item;
  }
}

/** Counts keys by digit into start positions; false when all keys share the digit. */
function countDigits(keys: Uint32Array, shift: number, counts: Uint32Array): boolean {
  counts.fill(0);
  for (let i = 0; i < keys.length; i++) {
    const digit = (keys[i]! >>> shift) & 255;
    counts[digit] = counts[digit]! + 1;
  }
  if (counts[(keys[0]! >>> shift) & 255] === keys.length) return false;
  let start = 0;
  for (let digit = 0; digit < 256; digit++) {
    const count = counts[digit]!;
    counts[digit] = start;
    start += count;
  }
  return true;
}

function radixPass(
  keys: Uint32Array,
  shift: number,
  starts: Uint32Array,
  from: Uint32Array,
  to: Uint32Array,
): void {
  for (let i = 0; i < from.length; i++) {
    const item = from[i]!;
    const digit = (keys[item]! >>> shift) & 255;
    const place = starts[digit]!;
    to[place] = item;
    starts[digit] = place + 1;
  }
}
