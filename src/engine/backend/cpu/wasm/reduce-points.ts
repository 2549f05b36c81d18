import type { ReduceKernel } from "../../../kernel/kernel.ts";
import { i32, i32x4, op, type Expr, type FunctionBuilder, type Local } from "./assembler.ts";
import type { Segments } from "./reduce-plan.ts";

/** Where a segment begins and ends. */
export interface EnteredSegment {
  /** Coordinates along the axes before the cut one. */
  readonly axes: ReadonlyMap<number, Local>;
  /** Bounds along the cut axis; undefined where none is cut. */
  readonly bounds: { readonly start: Local; readonly end: Local } | undefined;
}

export function enterSegment(f: FunctionBuilder, segments: Segments, segment: Local): EnteredSegment {
  const { order, extents, split, step, parts } = segments;
  const axes = new Map<number, Local>();
  if (split < 0) return { axes, bounds: undefined };
  const start = f.let(op("i32.mul", op("i32.rem_u", segment, i32(parts)), i32(step)));
  const end = f.let(op("i32.add", start, i32(step)));
  f.if(op("i32.gt_s", end, i32(extents[split]!)), () => {
    f.set(end, i32(extents[split]!));
  });
  let rest = f.let(op("i32.div_u", segment, i32(parts)));
  for (let k = split - 1; k >= 0; k--) {
    axes.set(order[k]!, f.let(op("i32.rem_u", rest, i32(extents[k]!))));
    rest = f.let(op("i32.div_u", rest, i32(extents[k]!)));
  }
  return { axes, bounds: { start, end } };
}

/** Loops over the first `depth` axes in loop order; `visit` gets their coordinates. */
export function eachReduced(
  f: FunctionBuilder,
  segments: Segments,
  entered: EnteredSegment,
  depth: number,
  visit: (axes: ReadonlyMap<number, Local>) => void,
): void {
  const { order, split } = segments;
  const axes = new Map(entered.axes);
  const loop = (k: number): void => {
    if (k >= depth) {
      visit(axes);
      return;
    }
    if (k < split) {
      loop(k + 1);
      return;
    }
    const { start, end } = boundsAt(segments, entered, k);
    const counter = f.let(start);
    axes.set(order[k]!, counter);
    f.for(counter, end, 1, () => {
      loop(k + 1);
    });
  };
  loop(0);
}

/** First and last coordinate (exclusive) of a segment along the k-th axis in loop order. */
export function boundsAt(
  { split, extents }: Segments,
  { bounds }: EnteredSegment,
  k: number,
): { readonly start: Expr; readonly end: Expr } {
  return k === split && bounds !== undefined ? bounds : { start: i32(0), end: i32(extents[k]!) };
}

/** Row-major positions among the reduced points, for reductions that give one. */
export class Positions {
  readonly #strides = new Map<number, number>();
  readonly #needed: boolean;

  constructor({
    shape,
    reduceShape,
    reductions,
  }: Pick<ReduceKernel, "shape" | "reduceShape" | "reductions">) {
    this.#needed = reductions.some(({ op: name }) => name === "argmax" || name === "argmin");
    let stride = 1;
    for (let k = reduceShape.length - 1; k >= 0; k--) {
      this.#strides.set(shape.length + k, stride);
      stride *= reduceShape[k]!;
    }
  }

  /** The position at these coordinates; axes left out stand at 0. */
  at(axes: ReadonlyMap<number, Expr>): Expr {
    let position: Expr = i32(0);
    if (!this.#needed) return position;
    for (const [axis, coordinate] of axes) {
      const stride = this.#strides.get(axis);
      if (stride === undefined) continue;
      position = op("i32.add", position, op("i32.mul", coordinate, i32(stride)));
    }
    return position;
  }

  /** The first position of a segment. */
  first({ order, split }: Segments, { axes, bounds }: EnteredSegment): Expr {
    const all = new Map<number, Expr>(axes);
    if (bounds !== undefined) all.set(order[split]!, bounds.start);
    return this.at(all);
  }

  /** Positions of four points, `step` apart. */
  lanes(f: FunctionBuilder, first: Expr, step: 0 | 1): Expr {
    if (!this.#needed) return first.type === "v128" ? first : i32x4(0);
    const splat = op("i32x4.splat", first);
    return f.let(step === 0 ? splat : op("i32x4.add", splat, i32x4(0, 1, 2, 3)));
  }
}
