/** Flags of a carry that grow from turn to turn until a turn adds none. */
export function fixedPoint(
  start: readonly boolean[],
  turn: (flags: readonly boolean[]) => readonly boolean[],
): readonly boolean[] {
  let flags = start;
  for (;;) {
    const next = turn(flags);
    const joined = flags.map((flag, k) => flag || next[k] === true);
    if (joined.every((flag, k) => flag === flags[k])) return flags;
    flags = joined;
  }
}

/** The elements that `flags` marks. */
export function picked<T>(list: readonly T[], flags: readonly boolean[]): T[] {
  return list.filter((_, k) => flags[k]);
}

/** The elements that `flags` does not mark. */
export function unpicked<T>(list: readonly T[], flags: readonly boolean[]): T[] {
  return list.filter((_, k) => !flags[k]);
}

/** One list of two: marked places are filled from `marked`, the others from `others`, in order. */
export function merged<T>(flags: readonly boolean[], marked: readonly T[], others: readonly T[]): T[] {
  let fromMarked = 0;
  let fromOthers = 0;
  return flags.map((flag) => (flag ? marked[fromMarked++]! : others[fromOthers++]!));
}
