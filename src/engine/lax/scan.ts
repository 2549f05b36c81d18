import { scan as scanPrimitive } from "../control/scan.ts";
import type { ShapedArray } from "../core/aval.ts";
import { callArguments, isOptions } from "../core/call-arguments.ts";
import { ValueError } from "../core/errors.ts";
import { bind, type Value } from "../core/tracer.ts";
import { treeUnflatten, type PyTreeDef } from "../core/tree.ts";
import { checkCarry, promoteWeakCarry, showValue, typeName } from "./carry-types.ts";
import { forwardCarry, mergeCarry } from "./forward-carry.ts";
import { firstParameter, flattenValues, traceBody, type BodyCall, type TracedBody } from "./traced-body.ts";

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** Options of `scan`, as Python's keyword arguments. */
export interface ScanOptions {
  readonly xs?: unknown;
  readonly length?: number | null;
  readonly reverse?: boolean;
  readonly unroll?: number | boolean;
}

/**
 * Runs `f(carry, x) -> [carry, y]` over the leading axis of the arrays in `xs`, or `length` times; gives the last
 * carry and the stacked `y`. The body is traced once, however often the loop turns, and reverse-mode differentiation
 * works.
 *
 * Throws TypeError when the carry changes its structure or type, ValueError when lengths disagree.
 */
export function scan(
  f: (carry: never, x: never) => unknown,
  init: unknown,
  ...rest: readonly unknown[]
): [unknown, unknown] {
  if (typeof f !== "function") throw new TypeError("lax.scan: f argument should be a callable.");
  const given = scanArguments(rest);
  return scanWith(
    { key: f, role: "scan", call: f as AnyFunction, parameter: firstParameter(f) },
    init,
    given.xs ?? null,
    given,
  );
}

/** xs is a tree and may be an object of arrays, so that only options alone in its place are taken for options. */
function scanArguments(rest: readonly unknown[]): ScanOptions {
  const names = ["xs", "length", "reverse", "unroll"] as const;
  const [first] = rest;
  const isOnlyOptions =
    rest.length === 1 &&
    isOptions(first) &&
    Object.keys(first).length > 0 &&
    Object.keys(first).every((name) => (names as readonly string[]).includes(name));
  if (rest.length === 0 || isOnlyOptions) return callArguments<ScanOptions>("scan", names, rest);
  const given = callArguments<Omit<ScanOptions, "xs">>(
    "scan",
    ["length", "reverse", "unroll"],
    rest.slice(1),
  );
  return { xs: first, ...given };
}

/** A body of a scan, and the function it was made from. */
export interface ScanBody extends Omit<BodyCall, "args"> {
  /** Names the carry in messages. */
  readonly parameter: string | undefined;
}

/** `scan` of a body that may be made from another function. */
export function scanWith(
  body: ScanBody,
  init: unknown,
  xs: unknown,
  options: Omit<ScanOptions, "xs">,
): [unknown, unknown] {
  const start = flattenValues(init, "scan");
  const inputs = flattenValues(xs, "scan");
  const length = scanLength(inputs.leaves, inputs.avals, options.length ?? undefined);
  const elements = inputs.avals.map((aval) => aval.update({ shape: aval.shape.slice(1) }));
  const traced = (avals: readonly ShapedArray[]): TracedBody =>
    traceBody({
      ...body,
      args: [
        { avals, treedef: start.treedef },
        { avals: elements, treedef: inputs.treedef },
      ],
    });
  let step = traced(start.avals);
  let leaves = start.leaves;
  let avals = start.avals;
  let parts = pairOf(step);
  if (parts.carry.avals.length === avals.length) {
    const promoted = promoteWeakCarry(leaves, avals, parts.carry.avals);
    if (promoted !== leaves) {
      leaves = promoted;
      avals = flattenValues(promoted, "scan").avals;
      step = traced(avals);
      parts = pairOf(step);
    }
  }
  checkCarry("scan body", body.parameter, { avals, treedef: start.treedef }, parts.carry);
  const { moved, body: turn } = forwardCarry(step.jaxpr, step.consts.length, leaves.length);
  const fixed = leaves.filter((_, k) => moved[k]);
  const carry = leaves.filter((_, k) => !moved[k]);
  const results = bind(scanPrimitive, [...step.consts, ...fixed, ...carry, ...inputs.leaves], {
    jaxpr: turn,
    length,
    num_carry: carry.length,
    num_consts: step.consts.length + fixed.length,
    reverse: options.reverse ?? false,
    unroll: unrollOf(options.unroll, length),
  });
  const last = mergeCarry(moved, fixed, results.slice(0, carry.length));
  return [treeUnflatten(parts.carry.treedef, last), treeUnflatten(parts.ys, results.slice(carry.length))];
}

function pairOf(step: TracedBody): {
  carry: { avals: readonly ShapedArray[]; treedef: PyTreeDef };
  ys: PyTreeDef;
} {
  const { outTree, outAvals } = step;
  if (outTree.kind !== "list" || outTree.children.length !== 2) {
    throw new TypeError(`scan body output must be a pair, got ${describeTree(outTree, outAvals)}.`);
  }
  const [carry, ys] = outTree.children;
  const numYs = leavesOf(ys!);
  return { carry: { avals: outAvals.slice(0, outAvals.length - numYs), treedef: carry! }, ys: ys! };
}

function leavesOf(treedef: PyTreeDef): number {
  if (treedef.kind === "leaf") return 1;
  if (treedef.kind === "none") return 0;
  return treedef.children.reduce((sum, child) => sum + leavesOf(child), 0);
}

function describeTree(treedef: PyTreeDef, avals: readonly ShapedArray[]): string {
  const names = avals.map(typeName);
  const describe = (node: PyTreeDef): string => {
    switch (node.kind) {
      case "leaf":
        return names.shift()!;
      case "none":
        return "None";
      case "list":
        return `[${node.children.map(describe).join(", ")}]`;
      case "dict":
        return `{${node.children.map((child, k) => `'${node.keys[k]!}': ${describe(child)}`).join(", ")}}`;
    }
  };
  return describe(treedef);
}

function scanLength(
  leaves: readonly Value[],
  avals: readonly ShapedArray[],
  length: number | undefined,
): number {
  const scalars = leaves.filter((_, k) => avals[k]!.ndim === 0);
  if (scalars.length > 0) {
    throw new ValueError(
      `scan got value with no leading axis to scan over: ${scalars.map(showValue).join(", ")}.`,
    );
  }
  const lengths = avals.map((aval) => aval.shape[0]!);
  if (length !== undefined) {
    if (lengths.some((other) => other !== length)) {
      throw new ValueError(
        `scan got \`length\` argument of ${String(length)} which disagrees with leading axis sizes ` +
          `[${lengths.join(", ")}].`,
      );
    }
    return Math.max(0, Math.trunc(length));
  }
  const [first] = lengths;
  if (first === undefined) {
    throw new ValueError("scan got no values to scan over and `length` not provided.");
  }
  if (lengths.some((other) => other !== first)) {
    throw new ValueError(`scan got values with different leading axis sizes: ${lengths.join(", ")}.`);
  }
  return first;
}

/** Kept for the record: the host runs the loop, and there is nothing to gain from unrolling. */
function unrollOf(unroll: number | boolean | undefined, length: number): number {
  if (unroll === undefined || unroll === false) return 1;
  if (unroll === true) return Math.max(length, 1);
  if (unroll < 0) throw new ValueError("`unroll` must be a `bool` or a non-negative `int`.");
  return unroll;
}
