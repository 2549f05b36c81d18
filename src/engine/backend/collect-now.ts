/**
 * An allocation that no browser grants: before it gives up, V8 collects everything it can, which takes some ten
 * milliseconds. (Many small allocations are no substitute: minor collections make room for them.)
 */
const hopelessBytes = 2 ** 34;

/** Has the garbage collector run. Returns what the allocation got; an optimizer drops one nobody looks at. */
export function collectNow(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc !== undefined) {
    gc();
    return 0;
  }
  try {
    return new ArrayBuffer(hopelessBytes).byteLength;
  } catch {
    return 0;
  }
}
