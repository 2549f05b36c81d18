import type { DType, HostArray } from "../../core/dtype.ts";
import { topologicalOrder, type ScalarExpr } from "../../kernel/scalar-expr.ts";
import { Body, nest, prologue, storeText } from "./emit-body.ts";
import { isElementary } from "./emit-elementary.ts";
import { compileLoop, wordArray, type WordArguments, type LoopFunction } from "./program.ts";

/**
 * V8 does not optimise a function of more than 60 KiB of bytecode, and takes long over a large one, so a large body
 * is cut into stages: each is a loop nest of its own over the same few points, and hands values on in scratch arrays
 * small enough to stay in cache.
 */
const stageWeight = 900;

/** Points a staged body handles at a time. */
export const stagedChunk = 2048;

/** A value whose whole expression is at most this long is computed again rather than handed on. */
const cheapWeight = 6;

export interface StagingOptions {
  readonly order: readonly number[];
  readonly roots: readonly ScalarExpr[];
  readonly inputs: readonly DType[];
  readonly params: readonly DType[];
  /** Values that stand ready in scratch or accumulators, with the text that reads them. */
  readonly ready?: ReadonlyMap<ScalarExpr, string>;
}

/** The stages before the last one, and where the last finds their values. */
export class Stages {
  /** What the last stage may read: the given values and those handed on. */
  readonly ready: ReadonlyMap<ScalarExpr, string>;
  /** No stages: the body is small enough to stand in one loop nest. */
  readonly isEmpty: boolean;
  readonly #loops: LoopFunction[] = [];
  readonly #dtypes: DType[] = [];
  #scratch: HostArray[] | undefined;

  constructor(options: StagingOptions) {
    const ready = new Map(options.ready);
    for (const handedOn of cut(options.roots, ready)) {
      const known = new Map(ready);
      for (const node of handedOn) {
        ready.set(node, scratchText(node.dtype, this.#dtypes.length));
        this.#dtypes.push(node.dtype);
      }
      this.#loops.push(compileStage(options, handedOn, known, ready));
    }
    this.ready = ready;
    this.isEmpty = this.#loops.length === 0;
  }

  /** Runs the stages over one chunk, and gives the scratch memory to hand to the last. */
  run(
    ranges: Int32Array,
    base: number,
    args: WordArguments,
    accumulators: readonly HostArray[] = [],
  ): readonly HostArray[] {
    this.#scratch ??= this.#dtypes.map((dtype) => wordArray(dtype, stagedChunk));
    for (const loop of this.#loops) {
      loop(ranges, base, args.inputs, [], args.numbers, args.bigints, this.#scratch, accumulators);
    }
    return this.#scratch;
  }
}

function scratchText(dtype: DType, slot: number): string {
  return dtype === "bool" ? `(t${slot}[c] !== 0)` : `t${slot}[c]`;
}

function compileStage(
  options: StagingOptions,
  handedOn: readonly ScalarExpr[],
  known: ReadonlyMap<ScalarExpr, string>,
  ready: ReadonlyMap<ScalarExpr, string>,
): LoopFunction {
  const body = new Body({ order: options.order, roots: handedOn, ready: known });
  const stores = handedOn.map((node) => {
    const slot = /t\d+\[c\]/.exec(ready.get(node)!)![0];
    return storeText(node.dtype, slot, body.value(node));
  });
  const loops = nest(options.order, body.lines, `${stores.join("\n")}\nc++;`);
  const text = `${prologue(loops, options)}\nlet c = 0;\n${loops}`;
  return compileLoop(text, [...options.inputs, ...handedOn.map((node) => node.dtype)]);
}

function weightOf(node: ScalarExpr): number {
  switch (node.op) {
    case "const":
    case "param":
    case "index":
    case "accumulator":
      return 0;
    case "round":
    case "cast":
      return 4;
    case "threefrySecond":
      return 0;
    case "threefry":
      return 90;
    default:
      return isElementary(node.op) ? 40 : node.dtype === "int64" ? 3 : 1;
  }
}

/** For each stage but the last, the values it hands on to later ones. */
function cut(roots: readonly ScalarExpr[], ready: ReadonlyMap<ScalarExpr, string>): ScalarExpr[][] {
  const order = topologicalOrder(roots);
  const stageOf = new Map<ScalarExpr, number>();
  const whole = new Map<ScalarExpr, number>(); // Weight of a node's whole expression, capped.
  let stage = 0;
  let filled = 0;
  for (const node of order) {
    if (ready.has(node)) {
      whole.set(node, 1);
      continue;
    }
    const weight = weightOf(node);
    if (filled + weight > stageWeight) {
      stage += 1;
      filled = 0;
    }
    filled += weight;
    // The second word of a block is known where the first is computed.
    stageOf.set(node, node.op === "threefrySecond" ? stageOf.get(node.args[0]!)! : stage);
    const below = node.args.reduce((sum, arg) => sum + whole.get(arg)!, weight);
    whole.set(node, Math.min(below, cheapWeight + 1));
  }
  const handedOn: Set<ScalarExpr>[] = Array.from({ length: stage }, () => new Set());
  const use = (node: ScalarExpr, by: number): void => {
    const made = stageOf.get(node);
    if (made !== undefined && made < by && whole.get(node)! > cheapWeight) handedOn[made]!.add(node);
  };
  for (const node of order) {
    const by = stageOf.get(node);
    if (by !== undefined) for (const arg of node.args) use(arg, by);
  }
  for (const root of roots) use(root, stage);
  return handedOn.filter((nodes) => nodes.size > 0).map((nodes) => [...nodes]);
}
