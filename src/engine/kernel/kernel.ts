import { sizeOf } from "../core/aval.ts";
import type { DType } from "../core/dtype.ts";
import type { ScalarExpr } from "./scalar-expr.ts";

/**
 * What a backend compiles. A kernel is structure only: buffers are numbered, scalars are parameter slots, so that one
 * compiled kernel serves every call of the same shape of work. Every output is written contiguously (row-major) and
 * completely; no output aliases an input.
 */
export type Kernel =
  MapKernel | ReduceKernel | DotKernel | ScanKernel | SortKernel | ScatterKernel | LinalgKernel;

interface KernelBase {
  /** Input buffers: `load` node k reads inputs[k]. */
  readonly inputs: readonly DType[];
  /** Scalar parameters: `param` node k has dtype params[k]. */
  readonly params: readonly DType[];
  /** dtype of each output buffer; element counts follow from the kernel's shape. */
  readonly outputs: readonly DType[];
}

/** outputs[k][i] = values[k] at point i of the iteration space `shape`. A one-axis shape means flat elementwise work. */
export interface MapKernel extends KernelBase {
  readonly kind: "map";
  /** Extents of axes 0, 1, ...; never empty (a scalar is [1]). */
  readonly shape: readonly number[];
  readonly values: readonly ScalarExpr[];
}

export type ReduceOp = "sum" | "prod" | "max" | "min" | "and" | "or" | "argmax" | "argmin";

/**
 * Reduces over the trailing axes. Axes 0..outer-1 of the expressions are `shape`, the following ones `reduceShape`.
 * All reductions of the kernel run over the same points in one pass. `max`/`min`/`argmax`/`argmin` propagate NaN;
 * `argmax`/`argmin` give the first position (row-major over reduceShape) as int32.
 * Sums of floats are pairwise or better: `sum(ones(50_000_000))` in float32 is exactly 50000000. At most 8 elements
 * are summed left to right (the printed digits of the lecture depend on it).
 */
export interface ReduceKernel extends KernelBase {
  readonly kind: "reduce";
  /** Extents of the kept axes; may be empty (full reduction). */
  readonly shape: readonly number[];
  /** Extents of the reduced axes; an extent may be 0, then the result is the identity of the operation. */
  readonly reduceShape: readonly number[];
  readonly reductions: readonly {
    readonly op: ReduceOp;
    /** Over all axes. */
    readonly value: ScalarExpr;
    /** dtype of the accumulator (int32 for argmax/argmin, else value's dtype). */
    readonly dtype: DType;
  }[];
  /** outputs[k] as expressions over the kept axes and `accumulator` nodes. */
  readonly values: readonly ScalarExpr[];
}

/**
 * outputs[0][b, m, n] = sum over k of lhs[b, m, k] * rhs[b, k, n]. Expressions use axes 0 = b, 1 = m, 2 = n, 3 = k;
 * lhs does not depend on n, rhs not on m. The sum is at least as good as plain left to right in the output's dtype.
 */
export interface DotKernel extends KernelBase {
  readonly kind: "dot";
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly lhs: ScalarExpr;
  readonly rhs: ScalarExpr;
}

/** Running reduction along axis 1 of (outer, length, inner); inclusive. Expression axes 0, 1, 2. */
export interface ScanKernel extends KernelBase {
  readonly kind: "scan";
  readonly op: "sum" | "prod" | "max" | "min";
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly reverse: boolean;
  readonly value: ScalarExpr;
}

/**
 * Sorts along axis 1 of (outer, length), ascending and stable, NaN last; -0 and 0 are equal.
 * values[0] is the key, the others are carried along; outputs[k] holds values[k] permuted. Expression axes 0, 1.
 */
export interface SortKernel extends KernelBase {
  readonly kind: "sort";
  readonly outer: number;
  readonly length: number;
  readonly values: readonly ScalarExpr[];
}

/**
 * outputs[0] starts as `operand` over `shape`; then for every point of `updateShape` the element at `target` (a
 * row-major position in `shape`, int32; negative = dropped) is combined with `update`. With "set" one of several
 * updates to the same place wins; the other operations apply all of them.
 */
export interface ScatterKernel extends KernelBase {
  readonly kind: "scatter";
  readonly op: "set" | "add" | "mul" | "min" | "max";
  readonly shape: readonly number[];
  /** Over the axes of `shape`. */
  readonly operand: ScalarExpr;
  readonly updateShape: readonly number[];
  /** Over the axes of `updateShape`. */
  readonly target: ScalarExpr;
  readonly update: ScalarExpr;
}

/**
 * What a matrix factorization computes from the (batch, m, n) matrices `operands[0]`, with k = min(m, n):
 *
 * - cholesky: L, lower with zeros above, of a = L L^T (m = n). Reads the lower triangle; all NaN unless positive definite.
 * - triangular_solve: X (m, n) of T X = B. operands[0] is T (m, m), of which only the named triangle is read, and
 *   operands[1] is B (m, n). With `unitDiagonal` the diagonal counts as ones. With `columns` B and X are given
 *   transposed, (n, m): a right-hand side is a row.
 * - lu: L below the diagonal and U above (m, n), with partial pivoting; int32 pivots (k): the row that row i was
 *   exchanged with; int32 permutation (m): P a = a[permutation] = L U.
 * - qr: Q (m, k), or (m, m) when `full`, with orthonormal columns; R (k, n) or (m, n), zero below the diagonal.
 * - eigh: eigenvectors (n, n) in columns and eigenvalues (n), ascending, of a symmetric matrix (both triangles are read).
 * - svd: singular values (k), descending; then, with `vectors`, U (m, k) and V^T (k, n), or (m, m) and (n, n) when `full`.
 */
export type MatrixOperation =
  | { readonly op: "cholesky" | "lu" | "eigh" }
  | { readonly op: "qr"; readonly full: boolean }
  | { readonly op: "svd"; readonly full: boolean; readonly vectors: boolean }
  | {
      readonly op: "triangular_solve";
      readonly lower: boolean;
      readonly unitDiagonal: boolean;
      readonly columns: boolean;
    };

/** A factorization of `batch` matrices (m, n), or a solve with one. Expression axes 0 = matrix, 1 = row, 2 = column. */
export interface LinalgKernel extends KernelBase {
  readonly kind: "linalg";
  readonly operation: MatrixOperation;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly operands: readonly ScalarExpr[];
}

/** Elements of each output buffer, in order. */
export function outputSizes(kernel: Kernel): number[] {
  switch (kernel.kind) {
    case "map":
    case "reduce":
      return kernel.values.map(() => sizeOf(kernel.shape));
    case "dot":
      return [kernel.batch * kernel.m * kernel.n];
    case "scan":
      return [kernel.outer * kernel.length * kernel.inner];
    case "sort":
      return kernel.values.map(() => kernel.outer * kernel.length);
    case "scatter":
      return [sizeOf(kernel.shape)];
    case "linalg":
      return linalgOutputs(kernel.operation, kernel.m, kernel.n).map((shape) => kernel.batch * sizeOf(shape));
  }
}

/** Shape of each result for one (m, n) matrix. */
export function linalgOutputs(operation: MatrixOperation, m: number, n: number): number[][] {
  const k = Math.min(m, n);
  switch (operation.op) {
    case "cholesky":
      return [[n, n]];
    case "triangular_solve":
      return [operation.columns ? [n, m] : [m, n]];
    case "lu":
      return [[m, n], [k], [m]];
    case "qr":
      return operation.full
        ? [
            [m, m],
            [m, n],
          ]
        : [
            [m, k],
            [k, n],
          ];
    case "eigh":
      return [[n, n], [n]];
    case "svd":
      if (!operation.vectors) return [[k]];
      return operation.full ? [[k], [m, m], [n, n]] : [[k], [m, k], [k, n]];
  }
}
