import type { DType } from "../core/dtype.ts";
import type { ScalarExpr } from "./scalar-expr.ts";

/**
 * What a backend compiles. A kernel is structure only: buffers are numbered, scalars are parameter slots, so that one
 * compiled kernel serves every call of the same shape of work. Every output is written contiguously (row-major) and
 * completely; no output aliases an input.
 */
export type Kernel = MapKernel | ReduceKernel | DotKernel | ScanKernel | SortKernel | ScatterKernel;

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

export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const extent of shape) size *= extent;
  return size;
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
  }
}
