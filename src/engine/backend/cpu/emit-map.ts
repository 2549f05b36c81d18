import type { DType, HostArray } from "../../core/dtype.ts";
import type { ScalarExpr } from "../../kernel/scalar-expr.ts";
import { forEachChunk } from "./chunks.ts";
import { Body, nest, prologue, storeText, unrolledNest } from "./emit-body.ts";
import { compileLoop, type WordArguments, type LoopFunction } from "./program.ts";
import { stagedChunk, Stages } from "./stages.ts";

export interface MapOptions {
  /** Axes of the iteration space, outermost first; increasing. */
  readonly order: readonly number[];
  readonly values: readonly ScalarExpr[];
  readonly inputs: readonly DType[];
  readonly params: readonly DType[];
  /** Values that stand ready, by the text that reads them at position `c` of the chunk. */
  readonly ready?: ReadonlyMap<ScalarExpr, string>;
}

/** Points one call of the generated function handles: enough to hide the call, few enough that code tiers up soon. */
const mapChunk = 8192;

/**
 * Bodies of at most this many statements stand four times in their loop: V8 checks the kind and the length of every
 * typed array anew in each turn, which costs more than a small body itself.
 */
const maxUnrolled = 24;

/** Evaluates expressions over an iteration space into contiguous memory. */
export class MapProgram {
  readonly #stages: Stages;
  readonly #loop: LoopFunction;

  constructor(options: MapOptions) {
    const { order, values } = options;
    this.#stages = new Stages({ ...options, roots: values });
    const body = new Body({ order, roots: values, ready: this.#stages.ready });
    // A flat map stores at its loop variable; otherwise `q` counts along, and `c` from the start of the chunk.
    const flat = order.length === 1;
    const counts = this.#stages.ready.size > 0;
    const at = flat ? `i${order[0]!}` : "q";
    const steps = values.map((value, k) => storeText(value.dtype, `o${k}[${at}]`, body.value(value)));
    if (!flat) steps.push("q++;");
    if (counts) steps.push("c++;");
    const point = steps.join("\n");
    const unrolls = order.length > 0 && body.lines.at(-1)!.length + steps.length <= maxUnrolled;
    const loops = unrolls
      ? unrolledNest(order, body.lines, new Array<string>(4).fill(point))
      : nest(order, body.lines, point);
    const counters = (flat ? "" : "let q = base;\n") + (counts ? "let c = 0;\n" : "");
    const text = `${prologue(loops, options)}\n${counters}${loops}`;
    this.#loop = compileLoop(text, [...options.inputs, ...values.map((value) => value.dtype)]);
  }

  /** Points `runChunk` may be given at a time. */
  get maxChunk(): number {
    return this.#stages.isEmpty ? mapChunk : stagedChunk;
  }

  run(extents: readonly number[], args: WordArguments): void {
    forEachChunk(extents, this.maxChunk, (ranges, base) => this.runChunk(ranges, base, args));
  }

  runChunk(
    ranges: Int32Array,
    base: number,
    args: WordArguments,
    accumulators: readonly HostArray[] = [],
  ): void {
    const scratch = this.#stages.isEmpty ? [] : this.#stages.run(ranges, base, args, accumulators);
    const { inputs, outputs, numbers, bigints } = args;
    this.#loop(ranges, base, inputs, outputs, numbers, bigints, scratch, accumulators);
  }
}
