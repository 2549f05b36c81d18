import { sizeOf } from "../../../core/aval.ts";
import { linalgOutputs, type LinalgKernel } from "../../../kernel/kernel.ts";
import { MapProgram } from "../emit-map.ts";
import { wordArray, type WordArguments } from "../program.ts";
import { cholesky } from "./cholesky.ts";
import { eigh } from "./eigh.ts";
import { factorQr, formQ } from "./householder.ts";
import { lu, permutationOf } from "./lu.ts";
import { svd } from "./svd.ts";
import { triangularSolve } from "./triangular-solve.ts";

/**
 * Factorizations of one matrix after the other. All work is in double; float32 results are rounded once, when they are
 * stored.
 */
export class LinalgProgram {
  readonly #kernel: LinalgKernel;
  readonly #operands: readonly MapProgram[];

  constructor(kernel: LinalgKernel) {
    this.#kernel = kernel;
    this.#operands = kernel.operands.map(
      (value) => new MapProgram({ ...kernel, order: [0, 1, 2], values: [value] }),
    );
  }

  run(args: WordArguments): void {
    const { batch, m, n, operation, operands } = this.#kernel;
    const shapes = operandShapes(this.#kernel).map((shape) => [batch, ...shape]);
    const sizes = shapes.map(sizeOf);
    const evaluated = shapes.map((shape, k) => {
      const memory = wordArray(operands[k]!.dtype, sizes[k]!);
      this.#operands[k]!.run(shape, { ...args, outputs: [memory] });
      return memory as Float64Array;
    });
    const outputs = linalgOutputs(operation, m, n).map(sizeOf);
    for (let b = 0; b < batch; b++) {
      const matrices = evaluated.map((memory, k) =>
        Float64Array.from(memory.subarray((b * sizes[k]!) / batch, ((b + 1) * sizes[k]!) / batch)),
      );
      const results = factorize(this.#kernel, matrices);
      results.forEach((result, k) => {
        (args.outputs[k] as Float64Array).set(result, b * outputs[k]!);
      });
    }
  }
}

/** Rows and columns of each operand as it is evaluated. */
function operandShapes({ operation, m, n }: LinalgKernel): number[][] {
  if (operation.op !== "triangular_solve") return [[m, n]];
  return [[m, m], operation.columns ? [n, m] : [m, n]];
}

/** The results for one matrix, row-major. */
function factorize(kernel: LinalgKernel, matrices: readonly Float64Array[]): readonly ArrayLike<number>[] {
  const { operation, m, n } = kernel;
  const a = matrices[0]!;
  switch (operation.op) {
    case "cholesky":
      cholesky(a, n);
      return [a];
    case "triangular_solve": {
      const x = operation.columns ? transposed(matrices[1]!, n, m) : matrices[1]!;
      triangularSolve(a, x, m, n, operation.lower, operation.unitDiagonal);
      return [operation.columns ? transposed(x, m, n) : x];
    }
    case "lu": {
      const pivots = new Int32Array(Math.min(m, n));
      const permutation = new Int32Array(m);
      lu(a, m, n, pivots);
      permutationOf(pivots, permutation);
      return [a, pivots, permutation];
    }
    case "qr":
      return qr(a, m, n, operation.full);
    case "eigh": {
      const { values, vectors } = eigh(a, n);
      return [transposed(vectors, n, n), values];
    }
    case "svd": {
      if (m >= n) {
        const { values, u, v } = svd(transposed(a, m, n), m, n, operation);
        return operation.vectors ? [values, transposed(u, u.length / m, m), v] : [values];
      }
      // The columns of the transposed matrix are the rows of this one.
      const { values, u, v } = svd(a, n, m, operation);
      return operation.vectors ? [values, transposed(v, m, m), u] : [values];
    }
  }
}

function qr(a: Float64Array, m: number, n: number, full: boolean): Float64Array[] {
  const columns = transposed(a, m, n);
  const taus = factorQr(columns, m, n);
  const rows = full ? m : Math.min(m, n);
  const r = new Float64Array(rows * n);
  for (let i = 0; i < Math.min(m, n); i++) for (let j = i; j < n; j++) r[i * n + j] = columns[j * m + i]!;
  return [transposed(formQ(columns, taus, m, rows), rows, m), r];
}

/** A (rows, columns) matrix as (columns, rows). */
function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = a[i * columns + j]!;
  return result;
}
