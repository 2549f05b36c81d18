import { sizeOf } from "../../../core/aval.ts";
import type { ReduceKernel } from "../../../kernel/kernel.ts";
import { topologicalOrder } from "../../../kernel/scalar-expr.ts";
import { strideCost } from "../strides.ts";
import { foldOf, stateSize, type Fold } from "./fold.ts";
import { laneCount } from "./lanes.ts";
import { pointsPerTask } from "./task-size.ts";

export type ReduceSpec = Omit<ReduceKernel, "kind">;

/** Numbers a float64 sum adds one after another in each lane before it continues in pairs. */
const roundingRun = 128;

/** Columns whose states stand in memory side by side while rows pass by. */
const blockColumns = 1024;

/** Up to so many reduced points, or with so few columns, the states of four columns stay in registers. */
const registerRows = 64;
const registerColumns = 8;

/** Reduced points that are folded lane by lane across kept points even where memory lies the other way. */
const shortRun = 16;

/** Tasks that columns are cut into where their rows are not, and the fewest that are worth cutting rows for. */
const columnTasks = 128;
const fewTasks = 16;

/** A part of the reduced axes, in loop order. */
export interface Segments {
  /** Reduced axes (numbered after the kept ones), outermost loop first. */
  readonly order: readonly number[];
  readonly extents: readonly number[];
  /** Position in `order` of the axis that is cut; axes after it are whole, axes before it stand at one point. */
  readonly split: number;
  readonly step: number;
  /** Parts the cut axis has, and segments altogether. */
  readonly parts: number;
  readonly count: number;
}

/** How a reduction walks its points. */
export interface ReducePlan {
  /** "rows": lanes along a reduced axis; "columns": lanes along a kept axis, or all at one point when it is -1. */
  readonly mode: "rows" | "columns";
  readonly vectorAxis: number;
  readonly extent: number;
  readonly segments: Segments;
  readonly folds: readonly Fold[];
  /** Vectors of the states of all reductions. */
  readonly group: number;
  /** Steps a turn of the innermost loop takes, each with a state of its own; with states in memory, rows at a time. */
  readonly unroll: number;
  /** Kept points ("rows"), or blocks of columns, each a unit with each segment; units to a task. */
  readonly kept: number;
  readonly perTask: number;
  /** Columns: vector steps in a block, blocks along the axis, and whether states stand in memory. */
  readonly blockSteps: number;
  readonly blocks: number;
  readonly inMemory: boolean;
}

export function planReduce(spec: ReduceSpec): ReducePlan {
  const { shape, reduceShape, reductions } = spec;
  const size = sizeOf(reduceShape);
  const folds = reductions.map(({ op, value }) => foldOf(op, value.dtype, size > 8));
  const group = folds.reduce((sum, fold) => sum + stateSize(fold), 0);
  const roots = reductions.map((reduction) => reduction.value);
  const rounds = reductions.some(({ op, dtype }) => op === "sum" && dtype === "float64");
  const points = pointsPerTask(roots);
  const nodes = topologicalOrder(roots).length;
  const axis = chooseAxis(spec);
  const common = { folds, group, vectorAxis: axis.vectorAxis };
  if (axis.mode === "rows") {
    const unroll = nodes <= 12 ? 4 : nodes <= 32 ? 2 : 1;
    const limit = rounds ? Math.min(points, roundingRun * laneCount * unroll) : points;
    const segments = cut(spec, axis.vectorAxis, limit, laneCount * unroll);
    const extent = reduceShape[axis.vectorAxis - shape.length]!;
    const perTask = Math.max(1, Math.floor(points / Math.min(size, limit)));
    const columns = { blockSteps: 1, blocks: 1, inMemory: false };
    return { ...common, ...columns, mode: "rows", extent, segments, unroll, kept: sizeOf(shape), perTask };
  }
  const extent = axis.vectorAxis < 0 ? 1 : shape[axis.vectorAxis]!;
  const inMemory = size > registerRows && extent > registerColumns;
  const steps = Math.ceil(extent / laneCount);
  const most = inMemory ? blockColumns : Math.floor(points / Math.max(1, size));
  const blockSteps = Math.min(steps, Math.max(1, Math.floor(most / laneCount)));
  const blocks = Math.ceil(steps / blockSteps);
  const kept = (sizeOf(shape) / extent) * blocks;
  const rows = Math.max(
    Math.ceil(points / (blockSteps * laneCount)),
    kept >= fewTasks ? size : Math.ceil((size * kept) / (2 * fewTasks)),
  );
  const segments = cut(spec, -1, rounds ? Math.min(rows, roundingRun) : rows, 1);
  const unitPoints = Math.max(1, (blockSteps * laneCount * size) / segments.count);
  const perTask = Math.max(1, Math.floor(points / unitPoints));
  const isPlain = nodes <= 12 && segments.extents.at(-1)! >= 4;
  const least = inMemory && segments.count === 1 ? Math.ceil(kept / columnTasks) : 1;
  return {
    ...common,
    mode: "columns",
    extent,
    segments,
    unroll: inMemory && isPlain ? 4 : 1,
    kept,
    perTask: Math.max(perTask, least),
    blockSteps,
    blocks,
    inMemory,
  };
}

/**
 * The axis whose neighbours stand in the lanes: the one along which memory is read most nearly in order, unless what is
 * reduced is so short that its order of folding matters or that lanes would stand idle.
 */
function chooseAxis({ shape, reduceShape, reductions }: ReduceSpec): {
  mode: "rows" | "columns";
  vectorAxis: number;
} {
  const roots = reductions.map((reduction) => reduction.value);
  const best = (extents: readonly number[], offset: number): { axis: number; cost: number } => {
    let found = { axis: -1, cost: Infinity };
    extents.forEach((extent, k) => {
      if (extent < 2) return;
      const cost = strideCost(roots, offset + k, extent) + (extent < laneCount ? 16 * roots.length : 0);
      if (cost <= found.cost) found = { axis: offset + k, cost };
    });
    return found;
  };
  const size = sizeOf(reduceShape);
  if (size > 8 && shape.every((extent) => extent === 1) && reduceShape.length === 1) {
    return { mode: "rows", vectorAxis: shape.length };
  }
  const kept = best(shape, 0);
  const positions = reductions.some(({ op }) => op === "argmax" || op === "argmin");
  const innermost = reduceShape.findLastIndex((extent) => extent > 1);
  const reduced = positions
    ? {
        axis: shape.length + innermost,
        cost: innermost < 0 ? Infinity : strideCost(roots, shape.length + innermost, reduceShape[innermost]!),
      }
    : best(reduceShape, shape.length);
  if (size <= 8) return { mode: "columns", vectorAxis: kept.axis };
  const fillsLanes = kept.axis >= 0 && shape[kept.axis]! >= laneCount;
  if (fillsLanes && (kept.cost < reduced.cost || size <= shortRun)) {
    return { mode: "columns", vectorAxis: kept.axis };
  }
  return { mode: "rows", vectorAxis: reduced.axis };
}

/** Cuts the reduced axes into segments of about `limit` points; `vectorAxis` is the innermost loop. */
function cut(spec: ReduceSpec, vectorAxis: number, limit: number, multiple: number): Segments {
  const first = spec.shape.length;
  const order = spec.reduceShape.map((_, k) => first + k).filter((axis) => axis !== vectorAxis);
  if (vectorAxis >= 0) order.push(vectorAxis);
  const extents = order.map((axis) => spec.reduceShape[axis - first]!);
  let split = extents.length;
  let inner = 1;
  while (split > 0 && inner * extents[split - 1]! <= limit) inner *= extents[--split]!;
  if (split === 0 || extents.includes(0)) return { order, extents, split: -1, step: 0, parts: 1, count: 1 };
  split -= 1;
  const extent = extents[split]!;
  const unit = split === extents.length - 1 ? multiple : 1;
  const step = Math.max(1, Math.floor(limit / inner / unit)) * unit;
  const parts = Math.ceil(extent / step);
  return { order, extents, split, step, parts, count: parts * sizeOf(extents.slice(0, split)) };
}
