import type { ShapedArray } from "../core/aval.ts";
import type { HostScalar } from "../core/dtype.ts";
import type { ExprBuilder } from "./expr-builder.ts";
import type { DotKernel, LinalgKernel, ReduceOp, ScanKernel, ScatterKernel, SortKernel } from "./kernel.ts";
import type { ScalarExpr } from "./scalar-expr.ts";

/** Static parameters of a primitive: plain data (numbers, strings, booleans, arrays and records of them) or a Jaxpr. */
export type Params = Readonly<Record<string, unknown>>;

/** An operand as a kernel sees it: its element at any index. */
export interface Operand {
  readonly aval: ShapedArray;
  read(index: readonly ScalarExpr[]): ScalarExpr;
}

type Body<K> = Omit<K, "inputs" | "params" | "outputs">;

/** A kernel whose buffers have not been numbered yet. */
export type RoutineBody =
  Body<DotKernel> | Body<ScanKernel> | Body<SortKernel> | Body<ScatterKernel> | Body<LinalgKernel>;

/**
 * How a primitive becomes kernels; a closed set, so that fusion can reason about every primitive.
 *
 * - `elementwise`: the same scalar function at every index; one result per output. 0-d operands are broadcast.
 * - `view`: an element of the result as a function of its index, reading operands wherever it likes. `alias` says
 *   that the elements keep their row-major order, so that the operand's memory can serve as the result.
 * - `reduction`: folds the axes in `params.axes`.
 * - `routine`: a kernel of its own, reading its operands through fused expressions.
 * - `call`: `params.jaxpr` inlined.
 * - `control`: a loop or a choice over the Jaxprs in `params` (core/control-params.ts says which), run from the host.
 */
export type LoweringRule =
  | {
      readonly kind: "elementwise";
      scalar(
        builder: ExprBuilder,
        operands: readonly ScalarExpr[],
        params: Params,
        outputs: readonly ShapedArray[],
      ): readonly ScalarExpr[];
      /** Rough work per element relative to an addition; decides when recomputing beats storing. */
      readonly cost: number;
      /** Literal operands whose value shapes the kernel; all others are parameter slots. */
      readonly isStructural?: (value: HostScalar) => boolean;
    }
  | {
      readonly kind: "view";
      readonly alias: boolean;
      /** As for `elementwise`; 1 unless said. */
      readonly cost?: number;
      /** Reads elements of its operands several times, so that whatever costs work to make is stored for it. */
      readonly repeats?: boolean;
      element(
        builder: ExprBuilder,
        index: readonly ScalarExpr[],
        operands: readonly Operand[],
        params: Params,
        output: ShapedArray,
      ): ScalarExpr;
    }
  | { readonly kind: "reduction"; readonly op: ReduceOp }
  | {
      readonly kind: "routine";
      body(
        builder: ExprBuilder,
        operands: readonly Operand[],
        params: Params,
        outputs: readonly ShapedArray[],
      ): RoutineBody;
    }
  | { readonly kind: "call" }
  | { readonly kind: "control"; readonly form: "while" | "scan" | "cond" };
