import { sizeOf } from "../../core/aval.ts";
import type { DType } from "../../core/dtype.ts";
import type { ScatterKernel } from "../../kernel/kernel.ts";
import { forEachChunk } from "./chunks.ts";
import { Body, nest, prologue, storeText } from "./emit-body.ts";
import { MapProgram } from "./emit-map.ts";
import { compileLoop, type WordArguments, type LoopFunction } from "./program.ts";
import { combination } from "./reduction.ts";
import { stagedChunk, Stages } from "./stages.ts";

const chunk = 8192;

/** Copies the operand, then applies the updates one after another: with "set" the last one wins. */
export class ScatterProgram {
  readonly #kernel: ScatterKernel;
  readonly #operand: MapProgram;
  readonly #stages: Stages;
  readonly #update: LoopFunction;

  constructor(kernel: ScatterKernel) {
    this.#kernel = kernel;
    const axes = (shape: readonly number[]): number[] => shape.map((_, axis) => axis);
    this.#operand = new MapProgram({ ...kernel, order: axes(kernel.shape), values: [kernel.operand] });
    const order = axes(kernel.updateShape);
    const roots = [kernel.target, kernel.update];
    this.#stages = new Stages({ ...kernel, order, roots });
    const body = new Body({ order, roots, ready: this.#stages.ready });
    const step = `const at = ${body.value(kernel.target)};
if (at >= 0 && at < base) ${combineAt(kernel.op, kernel.update.dtype, body.value(kernel.update))}`;
    const counts = !this.#stages.isEmpty;
    const loops = nest(order, body.lines, counts ? `${step}\nc++;` : step);
    const text = `${prologue(loops, { ...kernel, order })}\n${counts ? "let c = 0;\n" : ""}${loops}`;
    this.#update = compileLoop(text, [...kernel.inputs, kernel.update.dtype]);
  }

  run(args: WordArguments): void {
    const { shape, updateShape } = this.#kernel;
    const size = sizeOf(shape);
    this.#operand.run(shape, args);
    const { inputs, outputs, numbers, bigints } = args;
    forEachChunk(updateShape, this.#stages.isEmpty ? chunk : stagedChunk, (ranges, base) => {
      const scratch = this.#stages.isEmpty ? [] : this.#stages.run(ranges, base, args);
      this.#update(ranges, size, inputs, outputs, numbers, bigints, scratch, []);
    });
  }
}

function combineAt(op: ScatterKernel["op"], dtype: DType, update: string): string {
  if (op === "set") return storeText(dtype, "o0[at]", update);
  const combine = combination(op === "add" ? "sum" : op === "mul" ? "prod" : op, dtype, false);
  const operand = dtype === "bool" ? `(${update} ? 1 : 0)` : update;
  return `{ const w = ${operand}; o0[at] = ${combine("o0[at]", "w")}; }`;
}
