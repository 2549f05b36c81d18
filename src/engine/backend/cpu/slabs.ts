import { granule, type Block, type BlockList } from "./blocks.ts";

const slabBytes = 16384;

/** Cells are this long at most; longer memory has a block of its own. */
export const maxCellBytes = 1024;

/** A block cut into cells of one size. */
class Slab {
  readonly block: Block;
  readonly shelf: Shelf;
  readonly count: number;
  /** Cells nobody holds, the one given back last on top. */
  readonly free: Cell[] = [];

  constructor(block: Block, cellBytes: number, shelf: Shelf) {
    this.block = block;
    this.shelf = shelf;
    this.count = Math.floor(slabBytes / cellBytes);
    for (let k = this.count - 1; k >= 0; k--) this.free.push(new Cell(this, k * cellBytes));
  }
}

/** Memory of a small array. */
export class Cell {
  readonly slab: Slab;
  readonly #offset: number;

  constructor(slab: Slab, offset: number) {
    this.slab = slab;
    this.#offset = offset;
  }

  get address(): number {
    return this.slab.block.address + this.#offset;
  }
}

/** The slabs of one cell size that have a free cell. */
type Shelf = Set<Slab>;

/**
 * Memory for small arrays, which come and go by the thousand: cells of 64, 128, ... 1024 bytes in slabs, found and
 * given back in a few steps.
 */
export class Slabs {
  readonly #shelves = Array.from({ length: maxCellBytes / granule }, (): Shelf => new Set());
  /** The slab each size was served from last. */
  readonly #current = new Array<Slab | undefined>(maxCellBytes / granule).fill(undefined);

  /** A cell of `size` bytes (a multiple of the granule); `allocate` gives the block of a new slab. */
  take(size: number, allocate: (bytes: number) => Block | undefined): Cell | undefined {
    const kind = size / granule - 1;
    let slab = this.#current[kind];
    if (slab === undefined || slab.free.length === 0) {
      slab = this.#nextSlab(kind, size, allocate);
      if (slab === undefined) return undefined;
      this.#current[kind] = slab;
    }
    const cell = slab.free.pop()!;
    if (slab.free.length === 0) slab.shelf.delete(slab);
    return cell;
  }

  /** Takes a cell back; a slab without any in use goes back to `blocks`, unless it is the last of its size. */
  give(cell: Cell, blocks: BlockList): void {
    const { slab } = cell;
    const { shelf, free } = slab;
    if (free.length === 0) shelf.add(slab);
    free.push(cell);
    if (free.length < slab.count || shelf.size === 1) return;
    shelf.delete(slab);
    const kind = this.#current.indexOf(slab);
    if (kind >= 0) this.#current[kind] = undefined;
    blocks.give(slab.block);
  }

  #nextSlab(kind: number, size: number, allocate: (bytes: number) => Block | undefined): Slab | undefined {
    const shelf = this.#shelves[kind]!;
    for (const slab of shelf) return slab;
    const block = allocate(slabBytes);
    if (block === undefined) return undefined;
    const slab = new Slab(block, size, shelf);
    shelf.add(slab);
    return slab;
  }
}
