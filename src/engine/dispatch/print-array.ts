import { allocateHost, type HostArray } from "../core/dtype.ts";
import { edgeBlocks, type Block } from "../printing/edge-blocks.ts";
import type { PrintableArray } from "../printing/printable-array.ts";
import { reprArray, strArray } from "../printing/repr.ts";
import { elementOf, type ArrayImpl } from "./array.ts";

/** The array as Python's `repr` gives it: `Array([1., 2.], dtype=float32)`. Reads only the elements it shows. */
export async function repr(x: ArrayImpl): Promise<string> {
  return reprArray(await printable(x));
}

/** The array as `print` shows it: `[1. 2.]`. */
export async function str(x: ArrayImpl): Promise<string> {
  return strArray(await printable(x));
}

/** As `repr`, waiting for the device. Throws where a device cannot be waited for. */
export function reprSync(x: ArrayImpl): string {
  return reprArray(printableSync(x));
}

export function strSync(x: ArrayImpl): string {
  return strArray(printableSync(x));
}

async function printable(x: ArrayImpl): Promise<PrintableArray> {
  const blocks = edgeBlocks(x.shape);
  const parts = await Promise.all(blocks.map((block) => x.range(block.start, block.length)));
  return fromBlocks(x, blocks, parts);
}

function printableSync(x: ArrayImpl): PrintableArray {
  const blocks = edgeBlocks(x.shape);
  return fromBlocks(
    x,
    blocks,
    blocks.map((block) => x.rangeSync(block.start, block.length)),
  );
}

function fromBlocks(x: ArrayImpl, blocks: readonly Block[], parts: readonly HostArray[]): PrintableArray {
  const none = allocateHost(x.dtype, 0);
  return {
    dtype: x.dtype,
    shape: x.shape,
    weakType: x.weak_type,
    at: (position) => {
      const block = blocks.findIndex(({ start, length }) => position >= start && position < start + length);
      return elementOf(parts[block] ?? none, position - (blocks[block]?.start ?? 0), x.aval);
    },
  };
}
