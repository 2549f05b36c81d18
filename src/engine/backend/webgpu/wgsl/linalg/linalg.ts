import type { LinalgKernel } from "../../../../kernel/kernel.ts";
import type { Tuning } from "../../device.ts";
import type { Plan } from "../../plan.ts";
import { planCholesky } from "./cholesky.ts";
import { planEigh } from "./eigh.ts";
import { planLu } from "./lu.ts";
import { MatrixPlan } from "./matrix-plan.ts";
import { planQr } from "./qr.ts";
import { planSvd } from "./svd.ts";
import { planTriangularSolve } from "./triangular-solve.ts";

/** The passes of a factorization; all matrices of the batch go through each pass together. */
export function planLinalg(kernel: LinalgKernel, tuning: Tuning): Plan {
  const { operation, m, n } = kernel;
  const plan = new MatrixPlan(kernel, tuning);
  switch (operation.op) {
    case "cholesky":
      planCholesky(plan, n);
      break;
    case "triangular_solve":
      planTriangularSolve(plan, operation, m, n);
      break;
    case "lu":
      planLu(plan, m, n);
      break;
    case "qr":
      planQr(plan, m, n, operation.full);
      break;
    case "eigh":
      planEigh(plan, n);
      break;
    case "svd":
      planSvd(plan, operation, m, n);
      break;
  }
  return { passes: plan.passes, temporaries: plan.temporaries };
}
