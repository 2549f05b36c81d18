import { ArrayBase } from "./array-base.ts";
import { ValueError } from "./errors.ts";
import { NamedTuple, type NamedTupleType } from "./named-tuple.ts";
import { WeakFloat } from "./scalar.ts";

/**
 * The structure of a pytree. Nodes are JavaScript arrays (lists), plain objects (dicts, keys sorted), Maps are not
 * nodes; named tuples are nodes with the keys in the order of their fields; null and undefined are empty nodes, as None is; everything else is a leaf.
 */
export type PyTreeDef =
  | { readonly kind: "leaf" }
  | { readonly kind: "none" }
  | { readonly kind: "list"; readonly children: readonly PyTreeDef[] }
  | {
      readonly kind: "dict";
      readonly keys: readonly string[];
      readonly children: readonly PyTreeDef[];
      /** Given for a named tuple. */
      readonly tuple?: NamedTupleType;
    };

const leaf: PyTreeDef = { kind: "leaf" };
const none: PyTreeDef = { kind: "none" };

function isDict(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  if (value instanceof ArrayBase || value instanceof WeakFloat) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Leaves from left to right, and the structure to put them back into. */
export function treeFlatten(tree: unknown): { leaves: unknown[]; treedef: PyTreeDef } {
  const leaves: unknown[] = [];
  const treedef = flattenInto(tree, leaves);
  return { leaves, treedef };
}

function flattenInto(tree: unknown, leaves: unknown[]): PyTreeDef {
  if (tree === null || tree === undefined) return none;
  if (Array.isArray(tree)) {
    return { kind: "list", children: tree.map((child: unknown) => flattenInto(child, leaves)) };
  }
  if (tree instanceof NamedTuple) {
    const tuple = NamedTuple.typeOf(tree);
    const children = [...tree].map((child) => flattenInto(child, leaves));
    return { kind: "dict", keys: tuple.fields, children, tuple };
  }
  if (isDict(tree)) {
    const keys = Object.keys(tree).sort();
    return { kind: "dict", keys, children: keys.map((key) => flattenInto(tree[key], leaves)) };
  }
  leaves.push(tree);
  return leaf;
}

/** Inverse of `treeFlatten`. Throws ValueError when the number of leaves does not fit. */
export function treeUnflatten(treedef: PyTreeDef, leaves: readonly unknown[]): unknown {
  const rest = leaves.slice().reverse();
  const expected = leafCount(treedef);
  if (expected !== leaves.length) {
    throw new ValueError(`Expected ${String(expected)} leaves, got ${String(leaves.length)}`);
  }
  return unflattenFrom(treedef, rest);
}

function unflattenFrom(treedef: PyTreeDef, rest: unknown[]): unknown {
  switch (treedef.kind) {
    case "leaf":
      return rest.pop();
    case "none":
      return null;
    case "list":
      return treedef.children.map((child) => unflattenFrom(child, rest));
    case "dict": {
      const values = treedef.children.map((child) => unflattenFrom(child, rest));
      if (treedef.tuple !== undefined) return new NamedTuple(treedef.tuple, values);
      return Object.fromEntries(treedef.keys.map((key, position) => [key, values[position]]));
    }
  }
}

function leafCount(treedef: PyTreeDef): number {
  if (treedef.kind === "leaf") return 1;
  if (treedef.kind === "none") return 0;
  return treedef.children.reduce((count, child) => count + leafCount(child), 0);
}

export function treeLeaves(tree: unknown): unknown[] {
  return treeFlatten(tree).leaves;
}

/** Applies `f` to corresponding leaves of trees of one structure. */
export function treeMap(f: (...leaves: unknown[]) => unknown, tree: unknown, ...others: unknown[]): unknown {
  const { leaves, treedef } = treeFlatten(tree);
  const key = treeKey(treedef);
  const rows = others.map((other) => {
    const flat = treeFlatten(other);
    if (treeKey(flat.treedef) !== key) {
      throw new ValueError(`Mismatch of pytree structures: ${key} and ${treeKey(flat.treedef)}`);
    }
    return flat.leaves;
  });
  return treeUnflatten(
    treedef,
    leaves.map((value, position) => f(value, ...rows.map((row) => row[position]))),
  );
}

/** The structure as text, equal exactly when structures are equal: `[*, {'a': *}]`, as JAX prints a PyTreeDef. */
export function treeKey(treedef: PyTreeDef): string {
  switch (treedef.kind) {
    case "leaf":
      return "*";
    case "none":
      return "None";
    case "list":
      return `[${treedef.children.map(treeKey).join(", ")}]`;
    case "dict":
      if (treedef.tuple !== undefined) {
        const children = treedef.children.map(treeKey).join(", ");
        return `CustomNode(namedtuple[${treedef.tuple.typeName}], [${children}])`;
      }
      return `{${treedef.keys.map((key, i) => `${JSON.stringify(key)}: ${treeKey(treedef.children[i]!)}`).join(", ")}}`;
  }
}
