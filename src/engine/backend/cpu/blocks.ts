/** A stretch of memory: an array's, a slab's, or free. Neighbours by address form a list without gaps. */
export class Block {
  /** Changes when blocks are moved together. */
  address: number;
  size: number;
  isFree = true;
  previous: Block | undefined;
  next: Block | undefined;
  /** Neighbours among the free blocks of one bin. */
  binPrevious: Block | undefined;
  binNext: Block | undefined;

  constructor(address: number, size: number) {
    this.address = address;
    this.size = size;
  }
}

/** Sizes are multiples of this, and so are addresses: a cache line, so that threads do not share one. */
export const granule = 64;

/** Bins by size: four between powers of two. */
const binCount = 4 * 32;

function binOf(size: number): number {
  const power = 31 - Math.clz32(size / granule);
  const quarter = power < 2 ? 0 : ((size / granule) >>> (power - 2)) & 3;
  return 4 * power + quarter;
}

/**
 * Divides a range of addresses into blocks. Free neighbours are always one block, and free blocks hang in bins by
 * size, so that taking and giving cost the same however many there are. What lies behind the last block in use is
 * taken last, from its low end: memory that was never touched stays so as long as there are holes.
 */
export class BlockList {
  #last: Block;
  readonly #first: Block;
  readonly #bins = new Array<Block | undefined>(binCount).fill(undefined);
  #usedBytes = 0;
  #touchedEnd: number;

  constructor(start: number, end: number) {
    // A block of no size that is never free: every other one has a neighbour before it.
    this.#first = new Block(start, 0);
    this.#first.isFree = false;
    this.#last = this.#first;
    this.#touchedEnd = start;
    this.extend(end);
  }

  /** Bytes in blocks that are in use. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Bytes that may have been in use at some time, and so are in the system's memory. */
  get touchedBytes(): number {
    return this.#touchedEnd - this.#first.address;
  }

  get end(): number {
    return this.#last.address + this.#last.size;
  }

  /** Free bytes behind the last block in use. */
  get tailBytes(): number {
    return this.#last.isFree ? this.#last.size : 0;
  }

  /** A block of `size` bytes (a multiple of the granule), or undefined where no free block is long enough. */
  take(size: number): Block | undefined {
    const block = this.#find(size) ?? (this.tailBytes >= size ? this.#last : undefined);
    if (block === undefined) return undefined;
    if (block !== this.#last) this.#unbin(block);
    block.isFree = false;
    if (block.size > size) this.#split(block, size);
    this.#usedBytes += size;
    this.#touchedEnd = Math.max(this.#touchedEnd, block.address + size);
    return block;
  }

  /** Takes a block back; it must not be used any more, for it becomes part of its neighbours. */
  give(block: Block): void {
    this.#usedBytes -= block.size;
    block.isFree = true;
    const { previous, next } = block;
    if (next?.isFree === true) {
      if (next !== this.#last) this.#unbin(next);
      this.#join(block, next);
    }
    if (previous?.isFree === true) {
      this.#unbin(previous);
      this.#join(previous, block);
      if (previous !== this.#last) this.#bin(previous);
    } else if (block !== this.#last) this.#bin(block);
  }

  /** Adds the addresses up to `end`. */
  extend(end: number): void {
    const size = end - this.end;
    if (size <= 0) return;
    if (this.#last.isFree) {
      this.#last.size += size;
      return;
    }
    const block = new Block(this.end, size);
    block.previous = this.#last;
    this.#last.next = block;
    this.#last = block;
  }

  /**
   * Gives the blocks in use the lowest addresses, in the order they have, and makes the rest up to `end` one free
   * block. `move` copies what a block holds, to where it is or below. `fresh`: the copy goes to memory that was not
   * touched yet.
   */
  compact(end: number, fresh: boolean, move: (from: number, to: number, size: number) => void): void {
    this.#bins.fill(undefined);
    let tail = this.#first;
    for (let block = this.#first.next; block !== undefined; block = block.next) {
      if (block.isFree) continue;
      const to = tail.address + tail.size;
      move(block.address, to, block.size);
      block.address = to;
      block.previous = tail;
      tail.next = block;
      tail = block;
    }
    tail.next = undefined;
    this.#last = tail;
    if (fresh) this.#touchedEnd = tail.address + tail.size;
    this.extend(end);
  }

  #find(size: number): Block | undefined {
    const own = binOf(size);
    for (let block = this.#bins[own]; block !== undefined; block = block.binNext) {
      if (block.size >= size) return block;
    }
    for (let bin = own + 1; bin < binCount; bin++) {
      const block = this.#bins[bin];
      if (block !== undefined) return block;
    }
    return undefined;
  }

  #split(block: Block, size: number): void {
    const rest = new Block(block.address + size, block.size - size);
    block.size = size;
    rest.previous = block;
    rest.next = block.next;
    if (rest.next !== undefined) rest.next.previous = rest;
    block.next = rest;
    if (block === this.#last) this.#last = rest;
    else this.#bin(rest);
  }

  /** Makes `next` part of `block`, which lies before it. */
  #join(block: Block, next: Block): void {
    block.size += next.size;
    block.next = next.next;
    if (next.next !== undefined) next.next.previous = block;
    if (next === this.#last) this.#last = block;
  }

  #bin(block: Block): void {
    const bin = binOf(block.size);
    const head = this.#bins[bin];
    block.binPrevious = undefined;
    block.binNext = head;
    if (head !== undefined) head.binPrevious = block;
    this.#bins[bin] = block;
  }

  #unbin(block: Block): void {
    const { binPrevious, binNext } = block;
    if (binPrevious === undefined) this.#bins[binOf(block.size)] = binNext;
    else binPrevious.binNext = binNext;
    if (binNext !== undefined) binNext.binPrevious = binPrevious;
    block.binPrevious = undefined;
    block.binNext = undefined;
  }
}
