import type { DotKernel, ReduceKernel } from "../../../kernel/kernel.ts";
import type { ScalarExpr } from "../../../kernel/scalar-expr.ts";
import type { Tuning } from "../device.ts";
import type { Plan } from "../plan.ts";
import { planBlocked } from "./dot-blocked.ts";
import { tiledPass } from "./dot-tiled.ts";
import { planReduce } from "./reduce.ts";

/** Products with a vector are reductions; others are made in blocks, in workgroup memory where that pays. */
export function planDot(kernel: DotKernel, tuning: Tuning): Plan {
  const { batch, m, n, k } = kernel;
  if (k === 0 || m < 8 || n < 8 || batch * m * n * k < 2 ** 15)
    return planReduce(asReduction(kernel), tuning);
  return tuning.sharesWorkgroupMemory
    ? { passes: [tiledPass(kernel)], temporaries: [] }
    : planBlocked(kernel, tuning);
}

function asReduction(kernel: DotKernel): ReduceKernel {
  const { lhs, rhs } = kernel;
  const dtype = kernel.outputs[0]!;
  // New nodes beside the kernel's own need fresh ids only.
  const value: ScalarExpr = { op: "mul", dtype, args: [lhs, rhs], id: Math.max(lhs.id, rhs.id) + 1 };
  return {
    kind: "reduce",
    inputs: kernel.inputs,
    params: kernel.params,
    outputs: kernel.outputs,
    shape: [kernel.batch, kernel.m, kernel.n],
    reduceShape: [kernel.k],
    reductions: [{ op: "sum", value, dtype }],
    values: [{ op: "accumulator", slot: 0, dtype, args: [], id: value.id + 1 }],
  };
}
