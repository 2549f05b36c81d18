import type { DType, HostArray } from "../../core/dtype.ts";
import type { ScalarExpr } from "../../kernel/scalar-expr.ts";
import { forEachChunk } from "./chunks.ts";
import { Body, nest, prologue, storeText } from "./emit-body.ts";
import { compileLoop, type KernelArguments, type LoopFunction } from "./program.ts";
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

/** Evaluates expressions over an iteration space into contiguous memory. */
export class MapProgram {
  readonly #stages: Stages;
  readonly #loop: LoopFunction;

  constructor(options: MapOptions) {
    const { order, values } = options;
    this.#stages = new Stages({ ...options, roots: values });
    const body = new Body({ order, roots: values, ready: this.#stages.ready });
    // A flat map stores at its loop variable; otherwise `q` counts along.
    const flat = order.length === 1;
    const at = flat ? `i${order[0]!}` : "q";
    const stores = values.map((value, k) => storeText(value.dtype, `o${k}[${at}]`, body.value(value)));
    const counted = flat ? stores : [...stores, "q++;"];
    if (this.#stages.ready.size > 0) counted.push("c++;");
    const loops = nest(order, body.lines, counted.join("\n"));
    const counters = (flat ? "" : "let q = base;\n") + (this.#stages.ready.size > 0 ? "let c = 0;\n" : "");
    const text = `${prologue(loops, options)}\n${counters}${loops}`;
    this.#loop = compileLoop(text, [...options.inputs, ...values.map((value) => value.dtype)]);
  }

  /** Points `runChunk` may be given at a time. */
  get maxChunk(): number {
    return this.#stages.isEmpty ? mapChunk : stagedChunk;
  }

  run(extents: readonly number[], args: KernelArguments): void {
    forEachChunk(extents, this.maxChunk, (ranges, base) => this.runChunk(ranges, base, args));
  }

  runChunk(
    ranges: Int32Array,
    base: number,
    args: KernelArguments,
    accumulators: readonly HostArray[] = [],
  ): void {
    const scratch = this.#stages.isEmpty ? [] : this.#stages.run(ranges, base, args, accumulators);
    const { inputs, outputs, numbers, bigints } = args;
    this.#loop(ranges, base, inputs, outputs, numbers, bigints, scratch, accumulators);
  }
}
