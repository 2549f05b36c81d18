import type { Kernel } from "../../kernel/kernel.ts";
import type { Tuning } from "./device.ts";
import type { Plan } from "./plan.ts";
import { planMap } from "./wgsl/map.ts";
import { planReduce } from "./wgsl/reduce.ts";

/** The passes that run a kernel. */
export function planKernel(kernel: Kernel, tuning: Tuning): Plan {
  switch (kernel.kind) {
    case "map":
      return planMap(kernel, tuning);
    case "reduce":
      return planReduce(kernel, tuning);
    default:
      throw new Error(`kernel kind ${kernel.kind}`);
  }
}
