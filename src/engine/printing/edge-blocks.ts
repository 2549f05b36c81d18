import { sizeOf } from "../core/aval.ts";
/** Arrays with more elements than this are printed by their edges (NumPy's `threshold`). */
const SUMMARY_THRESHOLD = 1000;

/** How many entries are shown at either end of a summarised axis (NumPy's `edgeitems`). */
export const EDGE_ITEMS = 3;

/** A run of row-major positions. */
export interface Block {
  readonly start: number;
  readonly length: number;
}

/** Whether an array of this shape is printed by its edges only. */
export function isSummarised(shape: readonly number[]): boolean {
  return sizeOf(shape) > SUMMARY_THRESHOLD;
}

function visibleRuns(extent: number): Block[] {
  if (extent <= 2 * EDGE_ITEMS) return [{ start: 0, length: extent }];
  return [
    { start: 0, length: EDGE_ITEMS },
    { start: extent - EDGE_ITEMS, length: EDGE_ITEMS },
  ];
}

/** The runs of row-major positions that printing an array of this shape reads, in ascending order. */
export function edgeBlocks(shape: readonly number[]): Block[] {
  const size = sizeOf(shape);
  if (size === 0) return [];
  if (!isSummarised(shape)) return [{ start: 0, length: size }];
  let blocks: Block[] = [{ start: 0, length: 1 }];
  for (const extent of shape) {
    const refined: Block[] = [];
    for (const block of blocks) {
      for (let i = 0; i < block.length; i++) {
        for (const run of visibleRuns(extent)) {
          append(refined, { start: (block.start + i) * extent + run.start, length: run.length });
        }
      }
    }
    blocks = refined;
  }
  return blocks;
}

function append(blocks: Block[], next: Block): void {
  const last = blocks.at(-1);
  if (last !== undefined && last.start + last.length === next.start) {
    blocks[blocks.length - 1] = { start: last.start, length: last.length + next.length };
  } else {
    blocks.push(next);
  }
}
