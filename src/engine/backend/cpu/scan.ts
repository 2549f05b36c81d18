import type { HostArray } from "../../core/dtype.ts";
import type { ScanKernel } from "../../kernel/kernel.ts";
import { prologue } from "./emit-body.ts";
import { MapProgram } from "./emit-map.ts";
import { compileLoop, wordArray, type WordArguments, type LoopFunction } from "./program.ts";
import { combination, identityOf } from "./reduction.ts";

/** Elements one call folds; float64 sums fold stretches apart, which keeps rounding errors from growing. */
const chunk = 8192;
const stretch = 256;

/**
 * Running reductions: values are evaluated into the output's memory, then folded there in place. float32 sums run in
 * double and round each result once (at most 8 elements round at every step, as reductions do).
 */
export class ScanProgram {
  readonly #kernel: ScanKernel;
  readonly #values: MapProgram;
  readonly #scan: LoopFunction;
  readonly #wide: boolean;
  readonly #split: boolean;

  constructor(kernel: ScanKernel) {
    this.#kernel = kernel;
    const { op, value, length, inner } = kernel;
    this.#values = new MapProgram({ ...kernel, order: [0, 1, 2], values: [value] });
    this.#wide = op === "sum" && value.dtype === "float32" && length > 8;
    this.#split = op === "sum" && value.dtype === "float64";
    const combine = combination(op, value.dtype, this.#wide);
    const identity = identityOf(op, value.dtype);
    const result = this.#wide ? "F(w)" : this.#split ? "a0[k] + w" : "w";
    const carried = this.#split ? "t0[k]" : "a0[k]";
    const lines = inner === 1 ? flatScan(combine, carried, result) : rowScan(combine, carried, result);
    const text = `const n = r[0], m = r[1], step = r[2];
if (r[3] !== 0) for (let k = 0; k < m; k++) { a0[k] = ${identity}; t0[k] = ${identity}; }
${lines}
${this.#split ? "for (let k = 0; k < m; k++) { a0[k] = a0[k] + t0[k]; t0[k] = 0; }" : ""}`;
    const declarations = prologue(`${text} o0`, { order: [], inputs: [], params: [] });
    this.#scan = compileLoop(`${declarations}\n${text}`, [value.dtype]);
  }

  run(args: WordArguments): void {
    const { outer, length, inner, reverse, value } = this.#kernel;
    this.#values.run([outer, length, inner], args);
    if (outer * length * inner === 0) return;
    const dtype = this.#wide ? "float64" : value.dtype;
    const carry = [wordArray(dtype, inner)];
    const local = [wordArray(dtype, inner)];
    const rows = this.#split ? stretch : Math.max(1, Math.floor(chunk / inner));
    const outputs: readonly HostArray[] = args.outputs;
    const shape = new Int32Array(4);
    for (let block = 0; block < outer; block++) {
      for (let row = 0; row < length; row += rows) {
        shape.set([Math.min(rows, length - row), inner, reverse ? -inner : inner, row === 0 ? 1 : 0]);
        const base = (block * length + (reverse ? length - 1 - row : row)) * inner;
        this.#scan(shape, base, [], outputs, args.numbers, args.bigints, local, carry);
      }
    }
  }
}

/** One running value, kept in a local. */
function flatScan(combine: (a: string, b: string) => string, carried: string, result: string): string {
  return `const k = 0;
let w = ${carried};
let q = base;
for (let i = 0; i < n; i++) {
w = ${combine("w", "o0[q]")};
o0[q] = ${result};
q += step;
}
${carried} = w;`;
}

/** A row of running values, kept in an array. */
function rowScan(combine: (a: string, b: string) => string, carried: string, result: string): string {
  return `let row = base;
for (let i = 0; i < n; i++) {
for (let k = 0; k < m; k++) {
const q = row + k | 0;
const w = ${combine(carried, "o0[q]")};
${carried} = w;
o0[q] = ${result};
}
row = row + step | 0;
}`;
}
