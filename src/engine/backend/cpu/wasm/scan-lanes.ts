import { shuffle32, shuffle64, type Expr, type FunctionBuilder } from "./assembler.ts";
import { permuteState, type Fold } from "./fold.ts";
import type { Lanes } from "./lanes.ts";

const held = (f: FunctionBuilder, vectors: readonly Expr[]): Lanes => vectors.map((vector) => f.let(vector));

/** Running folds of the four lanes of `state`, after `before` (the same in all lanes). */
export function runningFolds(
  f: FunctionBuilder,
  fold: Fold,
  before: Lanes,
  state: Lanes,
  none: Lanes,
): Lanes {
  const pairs = held(f, fold.combine(f, held(f, shifted(fold, state, none, 1)), state));
  const all = held(f, fold.combine(f, held(f, shifted(fold, pairs, none, 2)), pairs));
  return held(f, fold.combine(f, before, all));
}

/** As `runningFolds`, one lane after another: short sums of floats round as a plain loop does. */
export function serialFolds(f: FunctionBuilder, fold: Fold, before: Lanes, state: Lanes): Lanes {
  let last = before;
  const prefixes = ([0, 1, 2, 3] as const).map((k) => {
    const value = held(f, permuteState(fold, state, [k, k, k, k]));
    return (last = held(f, fold.combine(f, last, value)));
  });
  const [a, b, c, d] = prefixes as [Lanes, Lanes, Lanes, Lanes];
  let at = 0;
  return fold.parts.flatMap((count) => {
    const k = at;
    at += count;
    if (count === 2) {
      return [f.let(shuffle64([0, 2], a[k]!, b[k]!)), f.let(shuffle64([0, 2], c[k]!, d[k]!))];
    }
    const first = shuffle32([0, 4, 0, 4], a[k]!, b[k]!);
    return [f.let(shuffle32([0, 1, 4, 5], first, shuffle32([0, 4, 0, 4], c[k]!, d[k]!)))];
  });
}

/** The last lane in all lanes. */
export function lastLane(f: FunctionBuilder, fold: Fold, state: Lanes): Lanes {
  return held(f, permuteState(fold, state, [3, 3, 3, 3]));
}

/** Lanes moved up by `by`, with what folds to nothing in the lowest. */
function shifted(fold: Fold, state: Lanes, none: Lanes, by: 1 | 2): Expr[] {
  let at = 0;
  return fold.parts.flatMap((count) => {
    const k = at;
    at += count;
    const [low, high] = [state[k]!, state[k + 1]];
    if (count === 1) return [shuffle32(by === 1 ? [0, 4, 5, 6] : [0, 1, 4, 5], none[k]!, low)];
    if (by === 2) return [none[k]!, low];
    return [shuffle64([0, 2], none[k]!, low), shuffle64([1, 2], low, high!)];
  });
}
