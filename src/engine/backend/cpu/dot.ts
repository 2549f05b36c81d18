import type { DType, HostArray } from "../../core/dtype.ts";
import type { DotKernel } from "../../kernel/kernel.ts";
import { topologicalOrder, type ScalarExpr } from "../../kernel/scalar-expr.ts";
import { MapProgram } from "./emit-map.ts";
import { ReduceProgram } from "./emit-reduce.ts";
import { literal } from "./emit-scalar.ts";
import { compileLoop, wordArray, type WordArguments, type LoopFunction } from "./program.ts";
import { combination } from "./reduction.ts";

/** A product with fewer rows, columns or terms than this is one fused reduction. */
const minBlocked = 8;

/** Block of the output that stays in cache with its operands, and terms added to it at a time. */
const blockRows = 64;
const blockColumns = 128;
const blockTerms = 256;

/** Rows and columns whose sums are kept in locals together. */
const tile = 4;

export function compileDot(kernel: DotKernel): (args: WordArguments) => void {
  const { m, n, k, lhs } = kernel;
  if (Math.min(m, n, k) < minBlocked || lhs.dtype === "bool") {
    const program = new ReduceProgram(asReduction(kernel));
    return (args) => program.run(args);
  }
  const program = new BlockedDot(kernel);
  return (args) => program.run(args);
}

/** The dot as a reduction of products over k: no packing, and vectors are read once. */
function asReduction(kernel: DotKernel): ConstructorParameters<typeof ReduceProgram>[0] {
  const { lhs, rhs, batch, m, n, k, inputs, params } = kernel;
  const { dtype } = lhs;
  const lastId = Math.max(...topologicalOrder([lhs, rhs]).map((node) => node.id));
  const value: ScalarExpr =
    dtype === "bool"
      ? { op: "and", dtype, args: [lhs, rhs], id: lastId + 1 }
      : { op: "mul", dtype, args: [lhs, rhs], id: lastId + 1 };
  const result: ScalarExpr = { op: "accumulator", slot: 0, dtype, args: [], id: lastId + 2 };
  const reductions = [{ op: dtype === "bool" ? ("or" as const) : ("sum" as const), value, dtype }];
  return { inputs, params, shape: [batch, m, n], reduceShape: [k], reductions, values: [result] };
}

/**
 * Operands are evaluated once, then cut into blocks that fit the cache, in the layout the inner loop reads (K. Goto,
 * R. van de Geijn, "Anatomy of high-performance matrix multiplication", 2008). Floats are summed in double and
 * rounded once.
 */
class BlockedDot {
  readonly #kernel: DotKernel;
  readonly #lhs: MapProgram;
  readonly #rhs: MapProgram;
  readonly #pack: LoopFunction;
  readonly #multiply: LoopFunction;
  readonly #store: LoopFunction;
  readonly #sumType: DType;

  constructor(kernel: DotKernel) {
    this.#kernel = kernel;
    const { lhs, rhs } = kernel;
    this.#sumType = lhs.dtype === "float32" ? "float64" : lhs.dtype;
    this.#lhs = new MapProgram({ ...kernel, order: [0, 1, 3], values: [lhs] });
    this.#rhs = new MapProgram({ ...kernel, order: [0, 2, 3], values: [rhs] });
    this.#multiply = compileLoop(tileText(this.#sumType), [this.#sumType]);
    this.#pack = compileLoop(packText(literal(this.#sumType, 0)), [lhs.dtype, this.#sumType]);
    this.#store = compileLoop(storeText, [this.#sumType, lhs.dtype]);
  }

  run(args: WordArguments): void {
    const { batch, m, n, k, lhs, rhs } = this.#kernel;
    const left = wordArray(lhs.dtype, batch * m * k);
    const right = wordArray(rhs.dtype, batch * n * k);
    this.#lhs.run([batch, m, k], { ...args, outputs: [left] });
    this.#rhs.run([batch, n, k], { ...args, outputs: [right] });
    const rows = wordArray(this.#sumType, blockRows * blockTerms);
    const columns = wordArray(this.#sumType, blockColumns * blockTerms);
    const sums = wordArray(this.#sumType, blockRows * blockColumns);
    for (let b = 0; b < batch; b++) {
      for (let row = 0; row < m; row += blockRows) {
        for (let column = 0; column < n; column += blockColumns) {
          const height = Math.min(blockRows, m - row);
          const width = Math.min(blockColumns, n - column);
          fillZero(sums);
          for (let term = 0; term < k; term += blockTerms) {
            const terms = Math.min(blockTerms, k - term);
            call(this.#pack, [k, height, terms], (b * m + row) * k + term, [left], rows);
            call(this.#pack, [k, width, terms], (b * n + column) * k + term, [right], columns);
            const panels = [Math.ceil(height / tile), Math.ceil(width / tile), terms];
            call(this.#multiply, panels, 0, [rows, columns], sums);
          }
          call(this.#store, [n, height, width], (b * m + row) * n + column, [sums], args.outputs[0]!);
        }
      }
    }
  }
}

function call(
  loop: LoopFunction,
  shape: readonly number[],
  base: number,
  inputs: readonly HostArray[],
  output: HostArray,
): void {
  loop(Int32Array.from(shape), base, inputs, [output], noNumbers, [], [], []);
}

const noNumbers = new Float64Array(0);

function fillZero(array: HostArray): void {
  if (array instanceof BigInt64Array) array.fill(0n);
  else array.fill(0);
}

/**
 * Panels of `tile` lines each, the lines' elements side by side; lines beyond the end are zero. `r`: distance between
 * lines, lines, terms; `base` is the first element.
 */
function packText(zero: string): string {
  return `const stride = r[0], lines = r[1], terms = r[2], from = I[0], to = O[0];
for (let line = 0; line < lines; line++) {
let at = (line >> 2) * ${tile} * terms + (line & 3);
const first = base + line * stride;
for (let t = 0; t < terms; t++) { to[at] = from[first + t]; at += ${tile}; }
}
for (let line = lines; (line & 3) !== 0; line++) {
let at = (line >> 2) * ${tile} * terms + (line & 3);
for (let t = 0; t < terms; t++) { to[at] = ${zero}; at += ${tile}; }
}`;
}

/** Sums of one tile after another, in locals over all terms. `r`: row panels, column panels, terms. */
function tileText(dtype: DType): string {
  const range = Array.from({ length: tile }, (_, k) => k);
  const each = (text: (i: number, j: number) => string): string =>
    range.flatMap((i) => range.map((j) => text(i, j))).join("\n");
  const sum = combination("sum", dtype, false);
  const product = combination("prod", dtype, false);
  const at = (i: number, j: number): string => `s[to + ${i * blockColumns + j}]`;
  return `const height = r[0], width = r[1], terms = r[2], a = I[0], b = I[1], s = O[0];
for (let i = 0; i < height; i++) {
for (let j = 0; j < width; j++) {
const to = (i * ${blockColumns} + j) * ${tile};
${each((i, j) => `let x${i}${j} = ${at(i, j)};`)}
let p = i * ${tile} * terms, q = j * ${tile} * terms;
for (let t = 0; t < terms; t++) {
${range.map((k) => `const a${k} = a[p + ${k}], b${k} = b[q + ${k}];`).join("\n")}
${each((i, j) => `x${i}${j} = ${sum(`x${i}${j}`, `(${product(`a${i}`, `b${j}`)})`)};`)}
p += ${tile};
q += ${tile};
}
${each((i, j) => `${at(i, j)} = x${i}${j};`)}
}
}`;
}

/** Copies a block of sums to its place in the result. `r`: distance between rows, rows, columns. */
const storeText = `const stride = r[0], height = r[1], width = r[2], from = I[0], to = O[0];
for (let i = 0; i < height; i++) {
const first = base + i * stride;
for (let j = 0; j < width; j++) to[first + j] = from[i * ${blockColumns} + j];
}`;
