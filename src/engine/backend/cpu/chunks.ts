/**
 * Visits a row-major iteration space in pieces of at most `limit` points, each contiguous. Pieces let V8 swap in
 * optimised code between calls, and keep scratch memory in cache. `ranges` (start and end of each axis) is reused
 * between visits.
 */
export function forEachChunk(
  extents: readonly number[],
  limit: number,
  visit: (ranges: Int32Array, base: number, count: number) => void,
): void {
  const rank = extents.length;
  if (extents.includes(0)) return;
  const ranges = new Int32Array(2 * rank);
  // Axes after `split` are whole in every piece, axes before it are one point.
  let split = rank - 1;
  let inner = 1;
  while (split > 0 && inner * extents[split]! <= limit) inner *= extents[split--]!;
  for (let axis = 0; axis < rank; axis++) ranges[2 * axis + 1] = axis > split ? extents[axis]! : 1;
  if (rank === 0) {
    visit(ranges, 0, 1);
    return;
  }
  const extent = extents[split]!;
  const step = Math.max(1, Math.floor(limit / inner));
  let base = 0;
  for (;;) {
    for (let start = 0; start < extent; start += step) {
      const end = Math.min(start + step, extent);
      ranges[2 * split] = start;
      ranges[2 * split + 1] = end;
      const count = (end - start) * inner;
      visit(ranges, base, count);
      base += count;
    }
    let axis = split - 1;
    for (; axis >= 0; axis--) {
      const next = ranges[2 * axis]! + 1;
      const wraps = next === extents[axis];
      ranges[2 * axis] = wraps ? 0 : next;
      ranges[2 * axis + 1] = ranges[2 * axis]! + 1;
      if (!wraps) break;
    }
    if (axis < 0) return;
  }
}
