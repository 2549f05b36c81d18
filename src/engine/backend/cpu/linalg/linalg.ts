import { sizeOf } from "../../../core/aval.ts";
import { linalgOutputs, type LinalgKernel } from "../../../kernel/kernel.ts";
import { Operand } from "../operand.ts";
import type { KernelArguments, KernelProgram } from "../program.ts";
import { withScratch, type RoutineHost } from "../routine-host.ts";
import { cholesky, choleskyArrays } from "./cholesky.ts";
import { eigh, eighArrays } from "./eigh.ts";
import { factorQr, formQ } from "./householder.ts";
import { lu, luArrays, permutationOf } from "./lu.ts";
import { svd, svdArrays } from "./svd.ts";
import { solveArrays, triangularSolve } from "./triangular-solve.ts";
import { rowRoutines, Workspace, workspaceSize } from "./workspace.ts";

/**
 * Factorizations of one matrix after the other. All work is in double; float32 results are rounded once, when they are
 * stored.
 */
export class LinalgProgram implements KernelProgram {
  readonly #host: RoutineHost;
  readonly #kernel: LinalgKernel;
  readonly #operands: readonly Operand[];
  /** Elements of one matrix of each operand. */
  readonly #sizes: readonly number[];
  readonly #workspaceSize: number;

  constructor(host: RoutineHost, kernel: LinalgKernel) {
    const { batch, inputs, params, operands } = kernel;
    this.#host = host;
    this.#kernel = kernel;
    const shapes = operandShapes(kernel);
    this.#sizes = shapes.map(sizeOf);
    this.#operands = operands.map((value, k) => {
      const [rows, columns] = shapes[k]! as [number, number];
      const accepts = (strides: readonly number[]): boolean =>
        (columns === 1 || strides[2] === 1) && (rows === 1 || strides[1] === columns);
      return new Operand(host, { inputs, params, value, shape: [batch, rows, columns], accepts });
    });
    this.#workspaceSize = workspaceSize(workspaceArrays(kernel));
  }

  run(args: KernelArguments): void {
    const { pool } = this.#host;
    const sizes = [8 * this.#workspaceSize, ...this.#operands.map((operand) => operand.scratchBytes)];
    withScratch(pool, sizes, ([work, ...scratch]) => {
      this.#operands.forEach((operand, k) => {
        operand.evaluate(args, scratch[k]);
      });
      const rows = rowRoutines(pool.memory);
      const memory = new Float64Array(pool.memory.buffer, work!.address, this.#workspaceSize);
      const workspace = new Workspace(rows, memory);
      for (let b = 0; b < this.#kernel.batch; b++) {
        workspace.reset();
        const matrices = this.#operands.map((operand, k) => {
          const address = operand.address(args, scratch[k]) + b * operand.strides[0]!;
          return workspace.copy(this.#view(k, address));
        });
        factorize(workspace, this.#kernel, matrices).forEach((result, k) => {
          (args.outputs[k]!.elements as Float64Array).set(result, b * result.length);
        });
      }
    });
  }

  #view(operand: number, address: number): Float32Array | Float64Array {
    const { buffer } = this.#host.pool.memory;
    const length = this.#sizes[operand]!;
    return this.#kernel.operands[operand]!.dtype === "float32"
      ? new Float32Array(buffer, address, length)
      : new Float64Array(buffer, address, length);
  }
}

/** Rows and columns of each operand. */
function operandShapes({ operation, m, n }: LinalgKernel): number[][] {
  if (operation.op !== "triangular_solve") return [[m, n]];
  return [[m, m], operation.columns ? [n, m] : [m, n]];
}

/** Lengths of all arrays that one matrix takes in the workspace: operands, what the routine takes, results. */
function workspaceArrays(kernel: LinalgKernel): number[] {
  const { operation, m, n } = kernel;
  const own = [...operandShapes(kernel), ...linalgOutputs(operation, m, n)].map(sizeOf);
  switch (operation.op) {
    case "cholesky":
      return [...own, ...choleskyArrays(n)];
    case "triangular_solve":
      return [...own, m * n, ...solveArrays(m)];
    case "lu":
      return [...own, ...luArrays()];
    case "qr":
      return [...own, m * n, m * (operation.full ? m : Math.min(m, n))];
    case "eigh":
      return [...own, ...eighArrays(n)];
    case "svd":
      return [...own, m * n, ...svdArrays(Math.max(m, n), Math.min(m, n), operation)];
  }
}

/** The results for one matrix, row-major. */
function factorize(
  w: Workspace,
  kernel: LinalgKernel,
  matrices: readonly Float64Array[],
): readonly (Float64Array | Int32Array)[] {
  const { operation, m, n } = kernel;
  const a = matrices[0]!;
  switch (operation.op) {
    case "cholesky":
      cholesky(w, a, n);
      return [a];
    case "triangular_solve": {
      const x = operation.columns ? w.transposed(matrices[1]!, n, m) : matrices[1]!;
      triangularSolve(w, a, x, m, n, operation);
      return [operation.columns ? w.transposed(x, m, n) : x];
    }
    case "lu": {
      const pivots = new Int32Array(Math.min(m, n));
      const permutation = new Int32Array(m);
      lu(w, a, m, n, pivots);
      permutationOf(pivots, permutation);
      return [a, pivots, permutation];
    }
    case "qr":
      return qr(w, a, m, n, operation.full);
    case "eigh": {
      const { values, vectors } = eigh(w, a, n);
      return [w.transposed(vectors, n, n), values];
    }
    case "svd": {
      if (m >= n) {
        const { values, u, v } = svd(w, w.transposed(a, m, n), m, n, operation);
        return operation.vectors ? [values, w.transposed(u, u.length / m, m), v] : [values];
      }
      // The columns of the transposed matrix are the rows of this one.
      const { values, u, v } = svd(w, a, n, m, operation);
      return operation.vectors ? [values, w.transposed(v, m, m), u] : [values];
    }
  }
}

function qr(w: Workspace, a: Float64Array, m: number, n: number, full: boolean): Float64Array[] {
  const columns = w.transposed(a, m, n);
  const taus = factorQr(w, columns, m, n);
  const rows = full ? m : Math.min(m, n);
  const r = w.zeros(rows * n);
  for (let i = 0; i < Math.min(m, n); i++) for (let j = i; j < n; j++) r[i * n + j] = columns[j * m + i]!;
  return [w.transposed(formQ(w, columns, taus, m, rows), rows, m), r];
}
