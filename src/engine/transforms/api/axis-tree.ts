import { ValueError } from "../../core/errors.ts";
import { pythonTypeName } from "../../core/python-type-name.ts";
import type { PyTreeDef } from "../../core/tree.ts";
import { shown } from "../flat-call.ts";

/**
 * The axis of every leaf, from a tree prefix of axes: a number or null stands for everything below it. `name` is the
 * option in messages. Throws ValueError when the axes are not a prefix of the tree.
 */
export function axesOfLeaves(name: string, axes: unknown, treedef: PyTreeDef): readonly (number | null)[] {
  const found: (number | null)[] = [];
  collect(name, name, axes, treedef, found);
  return found;
}

function collect(
  name: string,
  path: string,
  axes: unknown,
  treedef: PyTreeDef,
  found: (number | null)[],
): void {
  if (axes === null || typeof axes === "number") {
    fill(axes, treedef, found);
    return;
  }
  const mismatch = (detail: string): ValueError =>
    new ValueError(
      `${name} specification must be a tree prefix of the corresponding value; \n` +
        `  Mismatch details (1 found):\n  pytree structure error: ${detail}`,
    );
  const prefixType = pythonTypeName(axes);
  if (typeof axes !== "object") {
    throw new TypeError(`${name} must be an int, None, or a tree of them, but got ${shown(axes)}.`);
  }
  const valueType = typeNames[treedef.kind];
  if (prefixType !== valueType) {
    throw mismatch(
      `different types at key path\n    ${path}\n` +
        `At that key path, the prefix pytree ${name} has a subtree of type\n    <class '${prefixType}'>\n` +
        `but at the same key path the full pytree has a subtree of different type\n    <class '${valueType}'>.`,
    );
  }
  if (treedef.kind === "list") {
    const list = axes as readonly unknown[];
    if (list.length !== treedef.children.length) {
      throw mismatch(
        `different lengths of list at key path\n    ${path}\n` +
          `At that key path, the prefix pytree ${name} has a subtree of type list of length ${String(list.length)}, ` +
          `but the full pytree has a subtree of the same type but of length ${String(treedef.children.length)}.`,
      );
    }
    treedef.children.forEach((child, k) => {
      collect(name, `${path}[${String(k)}]`, list[k], child, found);
    });
  } else if (treedef.kind === "dict") {
    const keys = Object.keys(axes).sort();
    if (keys.join() !== treedef.keys.join()) {
      const metadata = (names: readonly string[]): string => `(${names.map((key) => `'${key}',`).join(" ")})`;
      throw mismatch(
        `different pytree metadata at key path\n    ${path}\n` +
          `At that key path, the prefix pytree ${name} has a subtree of type\n    <class 'dict'>\n` +
          `with metadata\n    ${metadata(keys)}\nbut at the same key path the full pytree has a subtree of the same ` +
          `type but with metadata\n    ${metadata(treedef.keys)}`,
      );
    }
    treedef.children.forEach((child, k) => {
      const key = treedef.keys[k]!;
      collect(name, `${path}['${key}']`, (axes as Record<string, unknown>)[key], child, found);
    });
  }
}

const typeNames: Readonly<Record<PyTreeDef["kind"], string>> = {
  leaf: "array",
  none: "NoneType",
  list: "list",
  dict: "dict",
};

function fill(axis: number | null, treedef: PyTreeDef, found: (number | null)[]): void {
  if (treedef.kind === "leaf") found.push(axis);
  else if (treedef.kind !== "none") for (const child of treedef.children) fill(axis, child, found);
}

/** Where each leaf is, as Python would reach it: `x['a'][0]` for names of the entries of the outermost list. */
export function pathsOfLeaves(treedef: PyTreeDef, names: readonly string[]): readonly string[] {
  const walk = (node: PyTreeDef, path: string): string[] => {
    switch (node.kind) {
      case "leaf":
        return [path];
      case "none":
        return [];
      case "list":
        return node.children.flatMap((child, k) => walk(child, `${path}[${String(k)}]`));
      case "dict":
        return node.children.flatMap((child, k) => walk(child, `${path}['${node.keys[k]!}']`));
    }
  };
  return treedef.kind === "list" ? treedef.children.flatMap((child, k) => walk(child, names[k]!)) : [];
}

/** The names of a function's parameters where its text shows plain ones, `args[k]` elsewhere. */
export function parameterNames(f: (...args: never[]) => unknown, count: number): readonly string[] {
  const text = Function.prototype.toString.call(f);
  const list =
    /^(?:async\s+)?(?:function\b[^(]*)?\(([^()]*)\)/.exec(text)?.[1] ?? /^(\w+)\s*=>/.exec(text)?.[1] ?? "";
  const names = list.split(",").map((name) => name.trim());
  return Array.from({ length: count }, (_, k) => {
    const name = names[k] ?? "";
    return /^[A-Za-z_$][\w$]*$/.test(name) ? name : `args[${String(k)}]`;
  });
}
