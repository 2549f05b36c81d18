/** The top-level jax module: transformations, configuration, devices, trees. */
import { ArrayImpl } from "./dispatch/array.ts";
import { treeLeaves } from "./core/tree.ts";

export { config } from "./core/config.ts";
export { float } from "./core/scalar.ts";
export { ArrayImpl as Array } from "./dispatch/array.ts";
export { jit } from "./dispatch/jit.ts";
export { devices } from "./dispatch/start.ts";
export { make_jaxpr } from "./transforms/make-jaxpr.ts";

/** Waits until every array in the tree is computed, and returns the tree. */
export function block_until_ready<T>(tree: T): T {
  for (const leaf of treeLeaves(tree)) if (leaf instanceof ArrayImpl) leaf.block_until_ready();
  return tree;
}
