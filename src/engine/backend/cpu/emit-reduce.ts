import { sizeOf } from "../../core/aval.ts";
import type { DType, HostArray } from "../../core/dtype.ts";
import type { ReduceKernel } from "../../kernel/kernel.ts";
import { topologicalOrder, type ScalarExpr } from "../../kernel/scalar-expr.ts";
import { forEachChunk } from "./chunks.ts";
import { Body, nest, prologue, unrolledNest } from "./emit-body.ts";
import { MapProgram } from "./emit-map.ts";
import { compileLoop, wordArray, type WordArguments, type LoopFunction } from "./program.ts";
import { foldOf, type Fold } from "./reduction.ts";
import { stagedChunk, Stages } from "./stages.ts";
import { strideCost } from "./strides.ts";

/** Elements folded one after another before partial results are combined in pairs; fewer where rounding adds up. */
const foldChunk = 4096;
const roundingChunk = 512;

/** Kept points whose accumulators are updated side by side when the reduced axes are the outer loops. */
const columnChunk = 1024;

/** Points one such call handles, and the most reduced points among them. */
const columnWork = 8192;
const maxColumnRows = 512;
const maxRoundingRows = 64;

/** Accumulators that share one inner loop, so that an addition need not wait for the one before. */
const lanes = 4;

/** A body with at most this many statements is repeated `lanes` times. */
const maxLaneStatements = 40;

type ReduceSpec = Omit<ReduceKernel, "kind" | "outputs">;

/** The accumulator arrays of all reductions, numbered through. */
interface Slots {
  readonly folds: readonly Fold[];
  /** Number of each reduction's first array. */
  readonly first: readonly number[];
  readonly dtypes: readonly DType[];
}

/**
 * Folds the trailing axes in one pass, then evaluates the epilogue. Either each kept point is folded in turn ("rows")
 * or, when neighbours along the last kept axis are nearer in memory, a stretch of kept points advances together
 * ("columns"). Long reductions are cut into chunks whose results are combined in pairs.
 */
export class ReduceProgram {
  readonly #spec: ReduceSpec;
  readonly #slots: Slots;
  readonly #columns: boolean;
  readonly #stages: Stages;
  readonly #fold: LoopFunction;
  readonly #merge: LoopFunction;
  readonly #epilogue: MapProgram;
  /** Accumulators of finished chunks that wait for a partner of their size. */
  readonly #stack: HostArray[][] = [];

  constructor(spec: ReduceSpec) {
    this.#spec = spec;
    this.#slots = slotsOf(spec);
    this.#columns = prefersColumns(spec);
    const kept = spec.shape.map((_, axis) => axis);
    const reduced = spec.reduceShape.map((_, axis) => axis + kept.length);
    const order = this.#columns ? [...reduced, ...kept] : [...kept, ...reduced];
    const roots = spec.reductions.map((reduction) => reduction.value);
    this.#stages = new Stages({ ...spec, order, roots });
    const body = new Body({ order, roots, ready: this.#stages.ready });
    const nests: Nests = { body, spec, slots: this.#slots, kept, reduced, counts: !this.#stages.isEmpty };
    const loops = this.#columns ? emitColumns(nests) : emitRows(nests);
    const text = `${prologue(loops, { ...spec, order })}\n${nests.counts ? "let c = 0;\n" : ""}${loops}`;
    this.#fold = compileLoop(text, [...spec.inputs, ...this.#slots.dtypes]);
    this.#merge = compileMerge(this.#slots);
    this.#epilogue = new MapProgram({ ...spec, order: kept, ready: finishedValues(spec, this.#slots) });
  }

  run(args: WordArguments): void {
    const { shape, reduceShape, reductions } = this.#spec;
    const size = Math.max(1, sizeOf(reduceShape));
    const rounds = reductions.some(({ op, dtype }) => op === "sum" && dtype === "float64");
    const rowLimit = rounds ? roundingChunk : foldChunk;
    const limit = Math.min(
      this.#columns ? columnWork : rowLimit,
      this.#stages.isEmpty ? Infinity : stagedChunk,
    );
    const maxRows = rounds ? maxRoundingRows : maxColumnRows;
    const keptLimit = this.#columns ? columnChunk : Math.max(1, Math.floor(limit / size));
    forEachChunk(shape, Math.min(keptLimit, this.#epilogue.maxChunk), (ranges, base, count) => {
      const rows = Math.min(maxRows, Math.max(1, Math.floor(limit / count)));
      const accumulators = this.#foldAll(ranges, count, this.#columns ? rows : limit, args);
      this.#epilogue.runChunk(ranges, base, args, accumulators);
    });
  }

  /** Folds everything over a stretch of kept points, `limit` reduced points at a time. */
  #foldAll(
    keptRanges: Int32Array,
    count: number,
    limit: number,
    args: WordArguments,
  ): readonly HostArray[] {
    const { reduceShape } = this.#spec;
    const ranges = new Int32Array(keptRanges.length + 2 * reduceShape.length);
    ranges.set(keptRanges);
    const { inputs, numbers, bigints } = args;
    let done = 0;
    let top = 0;
    const fold = (reducedRanges: Int32Array, position: number): void => {
      ranges.set(reducedRanges, keptRanges.length);
      const scratch = this.#stages.isEmpty ? [] : this.#stages.run(ranges, position, args);
      this.#fold(ranges, position, inputs, this.#accumulators(top++, count), numbers, bigints, scratch, []);
      done += 1;
      // As in a binary counter: stretches of equal size merge.
      for (let carry = done; carry % 2 === 0; carry /= 2) this.#mergeTop(--top, count);
    };
    if (reduceShape.includes(0)) fold(new Int32Array(2 * reduceShape.length), 0);
    else forEachChunk(reduceShape, limit, fold);
    while (top > 1) this.#mergeTop(--top, count);
    return this.#accumulators(0, count);
  }

  #mergeTop(top: number, count: number): void {
    this.#merge(noRanges, count, this.#stack[top]!, this.#stack[top - 1]!, noNumbers, [], [], []);
  }

  #accumulators(level: number, count: number): readonly HostArray[] {
    const known = this.#stack[level];
    if (known !== undefined && (known[0]?.length ?? count) >= count) return known;
    return (this.#stack[level] = this.#slots.dtypes.map((dtype) => wordArray(dtype, count)));
  }
}

const noRanges = new Int32Array(0);
const noNumbers = new Float64Array(0);

function slotsOf(spec: ReduceSpec): Slots {
  const size = sizeOf(spec.reduceShape);
  const folds = spec.reductions.map((reduction) => foldOf(reduction, size));
  const first: number[] = [];
  const dtypes: DType[] = [];
  for (const fold of folds) {
    first.push(dtypes.length);
    dtypes.push(...fold.arrays);
  }
  return { folds, first, dtypes };
}

function arrayNames(slots: Slots, k: number, name: (slot: number) => string): string[] {
  return slots.folds[k]!.arrays.map((_, n) => name(slots.first[k]! + n));
}

/** Whether the last kept axis should be the innermost loop. */
function prefersColumns({ shape, reduceShape, reductions }: ReduceSpec): boolean {
  const keptAxis = shape.findLastIndex((extent) => extent > 1);
  const reducedAxis = reduceShape.findLastIndex((extent) => extent > 1);
  if (keptAxis < 0 || reducedAxis < 0) return false;
  const roots = reductions.map((reduction) => reduction.value);
  const kept = strideCost(roots, keptAxis, shape[keptAxis]!);
  return kept < strideCost(roots, shape.length + reducedAxis, reduceShape[reducedAxis]!);
}

/** Accumulator nodes of the epilogue by the text that reads them. */
function finishedValues(spec: ReduceSpec, slots: Slots): Map<ScalarExpr, string> {
  const texts = new Map<ScalarExpr, string>();
  for (const node of topologicalOrder(spec.values)) {
    if (node.op !== "accumulator") continue;
    const names = arrayNames(slots, node.slot, (slot) => `a${slot}[c]`);
    texts.set(node, slots.folds[node.slot]!.result(names));
  }
  return texts;
}

function compileMerge(slots: Slots): LoopFunction {
  const steps = slots.folds.map((fold, k) => {
    const [names, later] = ["o", "b"].map((prefix) => arrayNames(slots, k, (slot) => `${prefix}${slot}[q]`));
    return fold.merge(names!, later!);
  });
  const loop = `for (let q = 0; q < base; q++) {\n${steps.join("\n")}\n}`;
  const text = `${prologue(loop, { order: [], inputs: slots.dtypes, params: [] })}\n${loop}`;
  return compileLoop(text, slots.dtypes);
}

interface Nests {
  readonly body: Body;
  readonly spec: ReduceSpec;
  readonly slots: Slots;
  readonly kept: readonly number[];
  readonly reduced: readonly number[];
  /** Whether `c` counts points, for scratch of earlier stages. */
  readonly counts: boolean;
}

const tracksPosition = (slots: Slots): boolean => slots.folds.some((fold) => fold.arrays.length > 1);

/** Statements folding the point's values into accumulators. */
function foldSteps({ body, spec, slots }: Nests, name: (slot: number) => string): string {
  const steps = spec.reductions.map((reduction, k) =>
    slots.folds[k]!.fold(arrayNames(slots, k, name), body.value(reduction.value), "p"),
  );
  return steps.join("\n");
}

function initialValues(slots: Slots): string[] {
  return slots.folds.flatMap((fold) => (fold.arrays.length > 1 ? [fold.identity, "base"] : [fold.identity]));
}

function emitRows(nests: Nests): string {
  const { body, slots, kept, reduced, counts } = nests;
  const initial = initialValues(slots);
  const outer = body.lines.slice(0, kept.length + 1);
  const inner = body.lines.slice(kept.length + 1);
  const declare = (lane: string): string =>
    initial.map((value, k) => `let x${k}${lane} = ${value};`).join("\n");
  const finish = `${initial.map((_, k) => `o${k}[q] = x${k};`).join("\n")}\nq++;`;
  const usesLanes =
    reduced.length > 0 &&
    !counts &&
    inner.at(-1)!.length <= maxLaneStatements &&
    slots.folds.every((fold) => fold.splits);
  let fold: string;
  if (usesLanes) {
    fold = `${laneNames.map(declare).join("\n")}\n${emitLanes(nests, inner)}`;
  } else {
    const step = [foldSteps(nests, (slot) => `x${slot}`)];
    if (tracksPosition(slots)) step.push("p++;");
    if (counts) step.push("c++;");
    const position = tracksPosition(slots) ? "let p = base;\n" : "";
    fold = `${declare("")}\n${position}${nest(reduced, [[], ...inner], step.join("\n"))}`;
  }
  return `let q = 0;\n${nest(kept, outer, `${fold}\n${finish}`)}`;
}

const laneNames = Array.from({ length: lanes }, (_, lane) => (lane === 0 ? "" : `_${lane}`));

/** The innermost loop, several points at a time, each with accumulators of its own; then these added in pairs. */
function emitLanes(nests: Nests, inner: readonly (readonly string[])[]): string {
  const { slots, reduced } = nests;
  const points = laneNames.map((lane) => foldSteps(nests, (slot) => `x${slot}${lane}`));
  const loops = unrolledNest(reduced, [[], ...inner], points);
  const add = (to: number, from: number): string => {
    const merges = slots.folds.map((fold, k) => {
      const names = [to, from].map((lane) => arrayNames(slots, k, (slot) => `x${slot}${laneNames[lane]!}`));
      return fold.merge(names[0]!, names[1]!);
    });
    return merges.join("\n");
  };
  return `${loops}\n${add(0, 1)}\n${add(2, 3)}\n${add(0, 2)}`;
}

function emitColumns(nests: Nests): string {
  const { body, slots, kept, reduced, counts } = nests;
  const names = initialValues(slots);
  const count = kept.map((axis) => `(e${axis} - s${axis})`).join(" * ");
  const fill = names.map((value, k) => `o${k}[q] = ${value};`).join("\n");
  const step = [foldSteps(nests, (slot) => `o${slot}[q]`), "q++;"];
  if (counts) step.push("c++;");
  const outer = body.lines.slice(0, reduced.length + 1);
  const inner = body.lines.slice(reduced.length + 1);
  const advance = tracksPosition(slots) ? "\np++;" : "";
  const sweep = `let q = 0;\n${nest(kept, [[], ...inner], step.join("\n"))}${advance}`;
  return `const n = ${count};
for (let q = 0; q < n; q++) {\n${fill}\n}
let p = base;
${nest(reduced, outer, sweep)}`;
}
