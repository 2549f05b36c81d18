import { collectNow } from "../collect-now.ts";
import { BlockList, granule, Block } from "./blocks.ts";
import { Cell, maxCellBytes, Slabs } from "./slabs.ts";

export const pageBytes = 65536;

/** Addresses below this belong to the threads' control block; no array is at address 0. */
const firstAddress = 4096;

/** Bytes behind every region that belong to nobody else: vector code reads and writes whole vectors. */
export const slackBytes = 32;

/** Memory grows by as much as there is, and by this much at most. */
const maxStep = 256 * 2 ** 20;

/** What WebAssembly's 32-bit addresses reach. */
const maxPages = 65536;

/** A memory, and the most pages it may have. */
export interface Reserved {
  readonly memory: WebAssembly.Memory;
  readonly maximum: number;
}

/** Makes a memory of at least `initial` pages; a promise where it has to come from elsewhere. */
export type MemorySource = (initial: number, maximum: number) => Reserved | Promise<Reserved>;

export interface MemoryOptions {
  /** Whether several threads can use it. */
  readonly shared?: boolean;
  /** Most pages it may have. */
  readonly pages?: number;
  /** Where memories come from; the first one at once. */
  readonly source?: MemorySource;
}

/** Memory of one array: `address` changes when regions are moved together, so it is read anew for each run. */
export type Region = Block | Cell;

/** Views of the whole memory. */
export interface MemoryViews {
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly i64: BigInt64Array;
}

/**
 * One WebAssembly.Memory and who has which part of it.
 *
 * It grows with use. It cannot shrink, so `shrink` puts a new one in its place. Three things go stale then, or when
 * regions are moved: addresses and views when `epoch` changes, instances of kernels when `generation` changes.
 */
export class WasmMemory {
  readonly shared: boolean;
  /** Most bytes it may have. */
  readonly maxBytes: number;
  readonly #listeners: (() => void)[] = [];
  readonly #source: MemorySource;
  #awaitsMemory = false;
  #memory: WebAssembly.Memory;
  #buffer: ArrayBufferLike;
  #views: MemoryViews | undefined;
  #blocks: BlockList;
  readonly #slabs = new Slabs();
  #epoch = 0;
  #generation = 0;
  readonly #newBlock = (bytes: number): Block | undefined => this.#takeBlock(bytes);

  /** Throws a RangeError where the system has no address space for a small one. */
  constructor({ shared = false, pages = maxPages, source = reserveMemory(shared) }: MemoryOptions = {}) {
    const made = source(Math.min(16, pages), pages);
    // Who has to wait for shared memory does without.
    const waits = made instanceof Promise;
    this.shared = shared && !waits;
    this.#source = waits ? reserveMemory(false) : source;
    const { memory, maximum } = waits ? reserveNow(false, Math.min(16, pages), pages) : made;
    this.maxBytes = maximum * pageBytes;
    this.#memory = memory;
    this.#buffer = memory.buffer;
    this.#blocks = new BlockList(firstAddress, this.#buffer.byteLength);
  }

  /** What kernels import. */
  get memory(): WebAssembly.Memory {
    return this.#memory;
  }

  get buffer(): ArrayBufferLike {
    return this.#buffer;
  }

  /** Counts the changes after which addresses and views have to be read anew. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Counts the memories: an instance of a kernel is of use as long as this stays the same. */
  get generation(): number {
    return this.#generation;
  }

  /** Bytes given out, with what rounding and slack add. */
  get usedBytes(): number {
    return this.#blocks.usedBytes;
  }

  /** Bytes that were used once and are kept for reuse. */
  get idleBytes(): number {
    return this.#blocks.touchedBytes - this.#blocks.usedBytes;
  }

  get views(): MemoryViews {
    return (this.#views ??= viewsOf(this.#buffer));
  }

  /**
   * Memory for `bytes` bytes, with what was there before in it, or undefined where there is none left. It may move
   * every other region: addresses read before are stale afterwards.
   */
  allocate(bytes: number): Region | undefined {
    const size = Math.ceil((bytes + slackBytes) / granule) * granule;
    return size <= maxCellBytes ? this.#slabs.take(size, this.#newBlock) : this.#takeBlock(size);
  }

  /** Takes memory back; each region once. */
  free(region: Region): void {
    if (region instanceof Cell) this.#slabs.give(region, this.#blocks);
    else this.#blocks.give(region);
  }

  /** Calls `listener` when another memory has taken this one's place: nothing should refer to the old one then. */
  onReplaced(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Gives unused memory back to the system, by moving what is in use to a new memory: at once where one can be had. */
  shrink(): void {
    if (this.#awaitsMemory) return;
    let made: Reserved | Promise<Reserved>;
    try {
      made = this.#source(this.#usedPages(), this.maxBytes / pageBytes);
    } catch {
      return; // No room for two: the old one stays.
    }
    if (!(made instanceof Promise)) {
      this.#moveTo(made.memory);
      return;
    }
    this.#awaitsMemory = true;
    const arrived = made.then(({ memory }) => {
      this.#moveTo(memory);
    });
    // Where there is none, or no longer enough, the old one stays.
    void arrived
      .catch(() => undefined)
      .finally(() => {
        this.#awaitsMemory = false;
      });
  }

  #usedPages(): number {
    return Math.ceil((firstAddress + this.usedBytes) / pageBytes);
  }

  #moveTo(memory: WebAssembly.Memory): void {
    const missing = this.#usedPages() - memory.buffer.byteLength / pageBytes;
    if (missing > 0) memory.grow(missing);
    const from = new Uint8Array(this.#buffer);
    const to = new Uint8Array(memory.buffer);
    this.#memory = memory;
    this.#blocks.compact(to.length, true, (source, target, size) => {
      to.set(from.subarray(source, source + size), target);
    });
    this.#generation += 1;
    this.#renew();
    for (const listener of this.#listeners) listener();
    // The system has the old one back when the last reference to it is collected, which nothing else hurries.
    setTimeout(collectNow, 0);
  }

  /** Blocks are multiples of 64 bytes wherever they are, so slack never reaches into a neighbour. */
  #takeBlock(size: number): Block | undefined {
    return this.#blocks.take(size) ?? this.#makeRoom(size);
  }

  #makeRoom(size: number): Block | undefined {
    const end = this.#blocks.end;
    const missing = size - this.#blocks.tailBytes;
    if (end + missing > this.maxBytes || !this.#grow(missing)) {
      // No hole is long enough and there is nothing behind them. All holes together may be.
      const used = firstAddress + this.#blocks.usedBytes;
      if (used + size > this.maxBytes) return undefined;
      const bytes = this.views.u8;
      this.#blocks.compact(end, false, (from, to, length) => {
        if (from !== to) bytes.copyWithin(to, from, from + length);
      });
      this.#epoch += 1;
      const still = size - this.#blocks.tailBytes;
      if (still > 0 && !this.#grow(still)) return undefined;
    }
    return this.#blocks.take(size);
  }

  #grow(bytes: number): boolean {
    const now = this.#buffer.byteLength;
    const least = Math.ceil(bytes / pageBytes);
    const step = Math.min(now, maxStep, this.maxBytes - now) / pageBytes;
    for (const pages of step > least ? [step, least] : [least]) {
      try {
        this.#memory.grow(pages);
      } catch {
        continue; // The system may have less.
      }
      this.#renew();
      this.#blocks.extend(this.#buffer.byteLength);
      return true;
    }
    return false;
  }

  #renew(): void {
    this.#buffer = this.#memory.buffer;
    this.#views = undefined;
    this.#epoch += 1;
  }
}

/** Makes memories in this context. */
export function reserveMemory(shared: boolean): (initial: number, maximum: number) => Reserved {
  return (initial, maximum) => reserveNow(shared, initial, maximum);
}

/** The largest maximum the system grants: some reserve address space for all of it at once. */
function reserveNow(shared: boolean, initial: number, most: number): Reserved {
  for (let maximum = most; ; maximum = Math.floor(maximum / 2)) {
    try {
      return { memory: new WebAssembly.Memory({ initial, maximum, shared }), maximum };
    } catch (error) {
      if (maximum <= 4096 || maximum / 2 < initial) throw error;
    }
  }
}

function viewsOf(buffer: ArrayBufferLike): MemoryViews {
  // A view's length is in whole elements; WebAssembly's pages are.
  return {
    u8: new Uint8Array(buffer),
    i32: new Int32Array(buffer),
    u32: new Uint32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    i64: new BigInt64Array(buffer),
  };
}
