import type { Backend } from "../backend/backend.ts";
import type { DType, HostScalar } from "../core/dtype.ts";
import { elementOf, type ArrayImpl } from "./array.ts";

/** Arrays of one element each that can be read together, and where their elements go. */
interface Batch {
  readonly backend: Backend;
  readonly dtype: DType;
  readonly arrays: ArrayImpl[];
  readonly positions: number[];
}

/**
 * The element of each of many arrays of one element, waiting for the device once instead of once an array. Throws
 * where a device cannot be waited for.
 */
export function readElements(arrays: readonly ArrayImpl[]): HostScalar[] {
  const batches: Batch[] = [];
  arrays.forEach((array, position) => {
    const { backend } = array.storage;
    const matches = (batch: Batch): boolean => batch.backend === backend && batch.dtype === array.dtype;
    let batch = batches.find(matches);
    if (batch === undefined)
      batches.push((batch = { backend, dtype: array.dtype, arrays: [], positions: [] }));
    batch.arrays.push(array);
    batch.positions.push(position);
  });
  const elements = new Array<HostScalar>(arrays.length);
  for (const batch of batches) readBatch(batch, elements);
  return elements;
}

function readBatch({ backend, dtype, arrays, positions }: Batch, elements: HostScalar[]): void {
  const gathered = backend.allocate(dtype, arrays.length);
  try {
    arrays.forEach((array, i) => backend.copy(array.storage.buffer, gathered, i));
    const data = backend.readSync(gathered, 0, arrays.length);
    positions.forEach((position, i) => (elements[position] = elementOf(data, i, arrays[i]!.aval)));
  } finally {
    backend.release(gathered);
  }
}
