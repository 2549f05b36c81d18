import { topologicalOrder, type ScalarExpr } from "../../../kernel/scalar-expr.ts";
import { isElementaryOp } from "./elementary/elementary.ts";
import { isWide } from "./lanes.ts";

/** Work, in simple operations, that a task should have: some 50 us, which hides its call and shares out evenly. */
const taskWork = 2 ** 17;

/** Points of these values that make a task; a multiple of four. */
export function pointsPerTask(values: readonly ScalarExpr[]): number {
  let work = 2;
  for (const node of topologicalOrder(values)) work += workOf(node);
  const points = Math.round(taskWork / work / 4) * 4;
  return Math.min(32768, Math.max(512, points));
}

function workOf(node: ScalarExpr): number {
  if (node.op === "const" || node.op === "param" || node.op === "index") return 0;
  if (node.op === "threefry") return 30;
  const single = isElementaryOp(node.op) ? 12 : 1;
  return isWide(node.dtype) ? 2 * single : single;
}
