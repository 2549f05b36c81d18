import type { DType } from "../../../core/dtype.ts";
import type { ReduceOp } from "../../../kernel/kernel.ts";
import { op, shuffle32, shuffle64, type Expr, type FunctionBuilder } from "./assembler.ts";
import { constantLanes, demote, isWide, narrowMask, promote, wideMask, type Lanes } from "./lanes.ts";

/**
 * How a reduction folds four lanes at a time: the one table over reduce operations and dtypes. A state is what one
 * lane of it has folded so far, four times, as vectors; `parts` says how many vectors each part of it takes (two for
 * 64-bit numbers). Operands are locals or constants.
 */
export interface Fold {
  readonly parts: readonly (1 | 2)[];
  /** Nothing folded; `position` is where folding starts (for argmax and argmin). */
  identity(position: Expr): Expr[];
  /** `value` with what folds to nothing in lanes outside `mask`. */
  masked(value: Lanes, mask: Expr): Expr[];
  /** The state of `value` alone, at `position`. */
  lift(value: Lanes, position: Expr): Expr[];
  /** `state` with one more value of each lane, which comes after all before it. */
  step(f: FunctionBuilder, state: Lanes, value: Lanes, position: Expr): Expr[];
  /** Two states as one, `earlier` on the left of sums. */
  combine(f: FunctionBuilder, earlier: Lanes, later: Lanes): Expr[];
  /** The finished values, as lanes of the reduction's dtype. */
  result(state: Lanes): Expr[];
}

/** Vectors a state takes. */
export function stateSize(fold: Fold): number {
  return fold.parts.reduce<number>((sum, count) => sum + count, 0);
}

/** Sums of float32 run in double, but for those short enough to be rounded at every step. */
export function foldOf(name: ReduceOp, dtype: DType, wide: boolean): Fold {
  if (name === "argmax" || name === "argmin") return positionFold(name, dtype);
  const identity = identityOf(name, dtype);
  const masked = (value: Lanes, mask: Expr): Expr[] => maskLanes(dtype, value, identity, mask);
  if (name === "sum" && dtype === "float32" && wide) {
    const add = (a: Lanes, b: Lanes): Expr[] => a.map((half, k) => op("f64x2.add", half, b[k]!));
    return {
      parts: [2],
      identity: () => constantLanes("float64", 0),
      masked,
      lift: ([value]) => promote(value!),
      step: (_, state, [value]) => add(state, promote(value!)),
      combine: (_, earlier, later) => add(earlier, later),
      result: ([low, high]) => [demote(low!, high!)],
    };
  }
  const combine = combination(name, dtype);
  const both = (a: Lanes, b: Lanes): Expr[] => a.map((half, k) => combine(half, b[k]!));
  return {
    parts: [isWide(dtype) ? 2 : 1],
    identity: () => identity,
    masked,
    lift: (value) => [...value],
    step: (_, state, value) => both(state, value),
    combine: (_, earlier, later) => both(earlier, later),
    result: (state) => [...state],
  };
}

/** The vector instructions' name for a dtype's lanes. */
function shapeOf(dtype: DType): string {
  return {
    float32: "f32x4",
    float64: "f64x2",
    int64: "i64x2",
    int32: "i32x4",
    uint32: "i32x4",
    bool: "i32x4",
  }[dtype];
}

const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64";

type CombineOp = Exclude<ReduceOp, "argmax" | "argmin">;

/** One vector of two operands; operands may be repeated. */
function combination(name: CombineOp, dtype: DType): (a: Expr, b: Expr) => Expr {
  if (dtype === "bool") {
    const bits = name === "sum" || name === "max" || name === "or" ? "v128.or" : "v128.and";
    return (a, b) => op(bits, a, b);
  }
  if (name === "and" || name === "or") return (a, b) => op(`v128.${name}`, a, b);
  const shape = shapeOf(dtype);
  if (name === "sum" || name === "prod") {
    return (a, b) => op(`${shape}.${name === "sum" ? "add" : "mul"}`, a, b);
  }
  if (isFloat(dtype)) return (a, b) => op(`${shape}.${name}`, a, b);
  if (dtype !== "int64") return (a, b) => op(`${shape}.${name}_${dtype === "uint32" ? "u" : "s"}`, a, b);
  const beats = name === "max" ? "i64x2.gt_s" : "i64x2.lt_s";
  return (a, b) => op("v128.bitselect", a, b, op(beats, a, b));
}

/** What folding nothing gives, in all lanes. */
function identityOf(name: ReduceOp, dtype: DType): Expr[] {
  switch (name) {
    case "sum":
    case "or":
      return constantLanes(dtype, dtype === "bool" ? false : 0);
    case "prod":
      return constantLanes(dtype, dtype === "bool" ? true : 1);
    case "and":
      return constantLanes(dtype, dtype === "bool" ? true : -1);
    case "max":
    case "argmax":
      return constantLanes(dtype, extreme(dtype, -1));
    case "min":
    case "argmin":
      return constantLanes(dtype, extreme(dtype, 1));
  }
}

function extreme(dtype: DType, sign: 1 | -1): number | bigint | boolean {
  switch (dtype) {
    case "bool":
      return sign > 0;
    case "uint32":
      return sign > 0 ? 2 ** 32 - 1 : 0;
    case "int32":
      return sign > 0 ? 2 ** 31 - 1 : -(2 ** 31);
    case "int64":
      return sign > 0 ? 2n ** 63n - 1n : -(2n ** 63n);
    default:
      return sign * Infinity;
  }
}

function maskLanes(dtype: DType, value: Lanes, identity: Lanes, mask: Expr): Expr[] {
  const masks = isWide(dtype) ? wideMask(mask) : [mask];
  return value.map((half, k) => op("v128.bitselect", half, identity[k]!, masks[k]!));
}

/** First position of the extreme; NaN counts as more extreme than any number. The last vector holds positions. */
function positionFold(name: "argmax" | "argmin", dtype: DType): Fold {
  const halves = isWide(dtype) ? 2 : 1;
  const identity = identityOf(name, dtype);
  const pick = (f: FunctionBuilder, takes: Expr, chosen: Lanes, other: Lanes): Expr[] => {
    const mask = f.let(takes);
    const masks = halves === 2 ? [...wideMask(mask), mask] : [mask, mask];
    return chosen.map((part, k) => op("v128.bitselect", part, other[k]!, masks[k]!));
  };
  const narrow = (masks: readonly Expr[]): Expr =>
    halves === 2 ? narrowMask(masks[0]!, masks[1]!) : masks[0]!;
  const each = (test: (a: Expr, b: Expr) => Expr, a: Lanes, b: Lanes): Expr =>
    narrow(a.slice(0, halves).map((half, k) => test(half, b[k]!)));
  const beats = beating(name, dtype);
  return {
    parts: [halves, 1],
    identity: (position) => [...identity, op("i32x4.splat", position)],
    masked: (value, mask) => maskLanes(dtype, value, identity, mask),
    lift: (value, position) => [...value, position],
    step: (f, state, value, position) => pick(f, each(beats, value, state), [...value, position], state),
    combine: (f, earlier, later) => {
      const first = op("i32x4.lt_s", later[halves]!, earlier[halves]!);
      const ties = op("v128.and", each(equalling(dtype), later, earlier), first);
      return pick(f, op("v128.or", each(beats, later, earlier), ties), later, earlier);
    },
    result: (state) => [state[halves]!],
  };
}

function beating(name: "argmax" | "argmin", dtype: DType): (a: Expr, b: Expr) => Expr {
  const shape = shapeOf(dtype);
  const compare = name === "argmax" ? "gt" : "lt";
  if (isFloat(dtype)) {
    return (a, b) => {
      const firstNan = op("v128.and", op(`${shape}.ne`, a, a), op(`${shape}.eq`, b, b));
      return op("v128.or", op(`${shape}.${compare}`, a, b), firstNan);
    };
  }
  // A mask of ones, as an unsigned word, is above one of zeros.
  const sign = dtype === "uint32" || dtype === "bool" ? "u" : "s";
  return (a, b) => op(`${shape}.${compare}_${sign}`, a, b);
}

function equalling(dtype: DType): (a: Expr, b: Expr) => Expr {
  const shape = shapeOf(dtype);
  if (!isFloat(dtype)) return (a, b) => op(`${shape}.eq`, a, b);
  return (a, b) => {
    const nans = op("v128.and", op(`${shape}.ne`, a, a), op(`${shape}.ne`, b, b));
    return op("v128.or", op(`${shape}.eq`, a, b), nans);
  };
}

/** The state of all four lanes, in every lane. */
export function acrossLanes(f: FunctionBuilder, fold: Fold, state: Lanes): Lanes {
  const once = (lanes: Lanes, order: LaneOrder): Lanes =>
    fold.combine(f, lanes, permuteState(fold, lanes, order)).map((part) => f.let(part));
  return once(once(state, [2, 3, 0, 1]), [1, 0, 3, 2]);
}

export type LaneOrder = readonly [number, number, number, number];

/** Lane k of the result is lane `order[k]` of the state. Operands stand once for each vector of the result. */
export function permuteState(fold: Fold, state: Lanes, order: LaneOrder): Expr[] {
  let at = 0;
  return fold.parts.flatMap((count) => {
    const part = state.slice(at, (at += count));
    return permuteLanes(part, order);
  });
}

/** As `permuteState`, of the lanes of one value. */
export function permuteLanes(value: Lanes, order: LaneOrder): Expr[] {
  const [low, high] = value as [Expr, Expr | undefined];
  if (high === undefined) return [shuffle32(order, low, low)];
  return [shuffle64([order[0], order[1]], low, high), shuffle64([order[2], order[3]], low, high)];
}
