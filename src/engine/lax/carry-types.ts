import { sameShape, type ShapedArray } from "../core/aval.ts";
import { promoteTypes } from "../core/promotion.ts";
import { typedScalar } from "../core/scalar.ts";
import { ArrayBase } from "../core/array-base.ts";
import type { Value } from "../core/tracer.ts";
import { treeKey, type PyTreeDef } from "../core/tree.ts";
import { convert_element_type } from "./conversion.ts";

/** The types of a tree's leaves. */
interface TypedTree {
  readonly avals: readonly ShapedArray[];
  readonly treedef: PyTreeDef;
}

/** `float32[3]`, as JAX's messages write a type. */
export function typeName(aval: ShapedArray): string {
  return `${aval.dtype}[${aval.shape.join(",")}]`;
}

/** A value as a message shows it. */
export function showValue(value: unknown): string {
  // Arrays and tracers print themselves.
  return (value as { toString(): string }).toString();
}

function sameType(left: ShapedArray, right: ShapedArray): boolean {
  return left.dtype === right.dtype && sameShape(left.shape, right.shape);
}

/**
 * What a loop starts from, brought to the types its body makes of it: a value of a weak type takes the wider one.
 * The same list when nothing changes.
 */
export function promoteWeakCarry(
  init: readonly Value[],
  inAvals: readonly ShapedArray[],
  outAvals: readonly ShapedArray[],
): readonly Value[] {
  const promoted = init.map((value, k) => {
    const aval = inAvals[k]!;
    const out = outAvals[k]!;
    if (!aval.weakType || sameType(aval, out)) return value;
    const { dtype } = promoteTypes([aval, out]);
    return value instanceof ArrayBase ? convert_element_type(value, dtype) : typedScalar(value, dtype);
  });
  return promoted.some((value, k) => value !== init[k]) ? promoted : init;
}

/** Throws TypeError, in JAX's words, unless a body gives back a carry of the type it takes. */
export function checkCarry(
  name: string,
  parameter: string | undefined,
  input: TypedTree,
  output: TypedTree,
): void {
  const component = (path: string): string => {
    if (parameter !== undefined)
      return `the input carry ${path === "" ? "" : "component "}${parameter}${path}`;
    return path === "" ? "the input carry" : `the input carry at path ${path}`;
  };
  if (treeKey(input.treedef) !== treeKey(output.treedef)) {
    const differences = treeDifferences(input.treedef, output.treedef).map(
      ({ path, left, right, reason }) =>
        `${component(path)} is a ${left} but the corresponding component of the carry output is a ${right}, so ${reason}`,
    );
    throw new TypeError(
      `${name} function carry input and carry output must have the same pytree structure, but they differ:\n\n` +
        `${listed(differences)}\n` +
        "Revise the function so that the carry output has the same pytree structure as the carry input.",
    );
  }
  const paths = leafPaths(input.treedef);
  const differences = input.avals.flatMap((aval, k) => {
    const out = output.avals[k]!;
    if (sameType(aval, out)) return [];
    return [
      `${component(paths[k]!)} has type ${typeName(aval)} but the corresponding output carry component has type ` +
        `${typeName(out)}${mismatch(aval, out)}`,
    ];
  });
  if (differences.length === 0) return;
  throw new TypeError(
    `${name} function carry input and carry output must have equal types, but they differ:\n\n` +
      `${listed(differences)}\n` +
      "Revise the function so that all output types match the corresponding input types.",
  );
}

/** Likewise for the results of two branches. */
export function checkBranches(
  name: string,
  names: readonly [string, string],
  left: TypedTree,
  right: TypedTree,
): void {
  const [first, second] = names;
  if (treeKey(left.treedef) !== treeKey(right.treedef)) {
    const differences = treeDifferences(left.treedef, right.treedef).map((difference) => {
      const at = difference.path === "" ? "" : ` at path ${difference.path}`;
      return (
        `${first} output${at} is a ${difference.left} but ${second} output${at} is a ${difference.right}, ` +
        `so ${difference.reason}`
      );
    });
    throw new TypeError(
      `${name} branch outputs must have the same pytree structure, but they differ:\n\n` +
        `${listed(differences, false)}\n` +
        `Revise ${first} and/or ${second} so that they have the same pytree structure.`,
    );
  }
  const paths = leafPaths(left.treedef);
  const differences = left.avals.flatMap((aval, k) => {
    const other = right.avals[k]!;
    if (sameType(aval, other)) return [];
    const at = paths[k] === "" ? "" : ` at path ${paths[k]!}`;
    return [
      `the output of ${first}${at} has type ${typeName(aval)} but the corresponding output of ${second} has type ` +
        `${typeName(other)}${mismatch(aval, other)}`,
    ];
  });
  if (differences.length === 0) return;
  throw new TypeError(
    `${name} branches must have equal output types but they differ.\n\n${listed(differences)}\n` +
      `Revise ${first} and/or ${second} so that all output types match.`,
  );
}

function mismatch(left: ShapedArray, right: ShapedArray): string {
  const parts: string[] = [];
  if (left.dtype !== right.dtype) parts.push("the dtypes do not match");
  if (!sameShape(left.shape, right.shape)) parts.push("the shapes do not match");
  return `, so ${parts.join(", and ")}`;
}

function listed(differences: readonly string[], capitalized = true): string {
  const [only] = differences;
  if (differences.length === 1) {
    return `${capitalized ? only!.charAt(0).toUpperCase() + only!.slice(1) : only!}.\n`;
  }
  return differences
    .map((difference, k) => `  * ${difference}${k < differences.length - 1 ? ";" : "."}\n`)
    .join("");
}

/** The way to each leaf, as Python writes it: `['a'][0]`. */
function leafPaths(treedef: PyTreeDef, path = ""): string[] {
  switch (treedef.kind) {
    case "leaf":
      return [path];
    case "none":
      return [];
    case "list":
      return treedef.children.flatMap((child, k) => leafPaths(child, `${path}[${String(k)}]`));
    case "dict":
      return treedef.children.flatMap((child, k) => leafPaths(child, `${path}['${treedef.keys[k]!}']`));
  }
}

interface TreeDifference {
  readonly path: string;
  readonly left: string;
  readonly right: string;
  readonly reason: string;
}

function treeDifferences(left: PyTreeDef, right: PyTreeDef, path = ""): TreeDifference[] {
  if (left.kind === "list" && right.kind === "list") {
    if (left.children.length !== right.children.length) {
      const named = (node: typeof left): string => `list of length ${String(node.children.length)}`;
      return [{ path, left: named(left), right: named(right), reason: "the lengths do not match" }];
    }
    return left.children.flatMap((child, k) =>
      treeDifferences(child, right.children[k]!, `${path}[${String(k)}]`),
    );
  }
  if (left.kind === "dict" && right.kind === "dict") {
    if (left.keys.join("\n") !== right.keys.join("\n")) {
      const named = (node: typeof left): string =>
        `dict with keys [${node.keys.map((key) => `'${key}'`).join(", ")}]`;
      return [{ path, left: named(left), right: named(right), reason: "the keys do not match" }];
    }
    return left.children.flatMap((child, k) =>
      treeDifferences(child, right.children[k]!, `${path}['${left.keys[k]!}']`),
    );
  }
  if (left.kind === right.kind) return [];
  const reason = "their types differ";
  return [{ path, left: nodeNames[left.kind], right: nodeNames[right.kind], reason }];
}

const nodeNames: Readonly<Record<PyTreeDef["kind"], string>> = {
  leaf: "pytree leaf",
  none: "None",
  list: "list",
  dict: "dict",
};
