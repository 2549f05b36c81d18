/** The top-level jax module: transformations, configuration, devices, trees. */
import { ArrayImpl } from "./dispatch/array.ts";
import { treeLeaves } from "./core/tree.ts";

export { checkpoint, checkpoint as remat } from "./control/checkpoint.ts";
export { custom_jvp } from "./control/custom-derivatives/custom-jvp.ts";
export { custom_vjp } from "./control/custom-derivatives/custom-vjp.ts";
export { config } from "./core/config.ts";
export { float } from "./core/scalar.ts";
export { ArrayImpl as Array } from "./dispatch/array.ts";
export { jit } from "./dispatch/jit.ts";
export { devices } from "./dispatch/start.ts";
export { ShapeDtypeStruct } from "./transforms/api/abstract-arguments.ts";
export { grad, value_and_grad } from "./transforms/api/grad.ts";
export { hessian, jacfwd, jacrev, jacrev as jacobian } from "./transforms/api/jacobian.ts";
export { jvp } from "./transforms/api/jvp.ts";
export { linearize } from "./transforms/api/linearize.ts";
export { eval_shape, make_jaxpr } from "./transforms/api/make-jaxpr.ts";
export { vjp } from "./transforms/api/vjp.ts";
export { vmap } from "./transforms/api/vmap.ts";

/** Waits until every array in the tree is computed, and returns the tree. */
export function block_until_ready<T>(tree: T): T {
  for (const leaf of treeLeaves(tree)) if (leaf instanceof ArrayImpl) leaf.block_until_ready();
  return tree;
}
