import { outputSizes, type Kernel } from "../../kernel/kernel.ts";
import type { Tuning } from "./device.ts";
import type { Plan } from "./plan.ts";
import { planDot } from "./wgsl/dot.ts";
import { planLinalg } from "./wgsl/linalg/linalg.ts";
import { planMap } from "./wgsl/map.ts";
import { planReduce } from "./wgsl/reduce.ts";
import { planScan } from "./wgsl/scan.ts";
import { planScatter } from "./wgsl/scatter.ts";
import { planSort } from "./wgsl/sort.ts";

/** The passes that run a kernel; none where there is nothing to write. */
export function planKernel(kernel: Kernel, tuning: Tuning): Plan {
  if (outputSizes(kernel).every((size) => size === 0)) return { passes: [], temporaries: [] };
  switch (kernel.kind) {
    case "map":
      return planMap(kernel, tuning);
    case "reduce":
      return planReduce(kernel, tuning);
    case "dot":
      return planDot(kernel, tuning);
    case "scan":
      return planScan(kernel, tuning);
    case "sort":
      return planSort(kernel, tuning);
    case "scatter":
      return planScatter(kernel, tuning);
    case "linalg":
      return planLinalg(kernel, tuning);
  }
}
