/** jax.tree_util: pytrees. Lists, plain objects and null are nodes, everything else is a leaf. */
import { treeFlatten, treeLeaves, treeMap, treeUnflatten, type PyTreeDef } from "./core/tree.ts";

export function tree_map(f: (...leaves: unknown[]) => unknown, tree: unknown, ...rest: unknown[]): unknown {
  return treeMap(f, tree, ...rest);
}

/** The leaves, and the structure to put them back into. */
export function tree_flatten(tree: unknown): [unknown[], PyTreeDef] {
  const { leaves, treedef } = treeFlatten(tree);
  return [leaves, treedef];
}

export function tree_unflatten(treedef: PyTreeDef, leaves: readonly unknown[]): unknown {
  return treeUnflatten(treedef, leaves);
}

export function tree_leaves(tree: unknown): unknown[] {
  return treeLeaves(tree);
}

export function tree_structure(tree: unknown): PyTreeDef {
  return treeFlatten(tree).treedef;
}
