import { ArrayBase } from "../core/array-base.ts";
import type { ShapedArray } from "../core/aval.ts";
import { config } from "../core/config.ts";
import { adopt } from "../core/foreign-array.ts";
import type { ClosedJaxpr } from "../core/jaxpr.ts";
import { isPythonScalar } from "../core/scalar.ts";
import { avalOf, currentTrace, Tracer, type Value } from "../core/tracer.ts";
import { treeFlatten, treeKey, treeUnflatten, type PyTreeDef } from "../core/tree.ts";
import { constantsAsArguments } from "../transforms/derived-jaxprs.ts";
import { traceToJaxpr } from "../transforms/jaxpr-trace.ts";

/** A tree taken apart, with the types of its leaves. */
export interface Flat {
  readonly leaves: readonly Value[];
  readonly avals: readonly ShapedArray[];
  readonly treedef: PyTreeDef;
}

/** Throws TypeError when a leaf is no array or scalar. */
export function flattenValues(tree: unknown, functionName: string): Flat {
  const { leaves, treedef } = treeFlatten(tree);
  const values = leaves.map((leaf) => checkLeaf(leaf, functionName));
  return { leaves: values, avals: values.map(avalOf), treedef };
}

function checkLeaf(given: unknown, functionName: string): Value {
  const leaf = adopt(given);
  if (leaf instanceof ArrayBase || isPythonScalar(leaf)) return leaf;
  const type = typeof leaf === "object" && leaf !== null ? leaf.constructor.name : typeof leaf;
  throw new TypeError(`${functionName}: Value of type ${type} is not a valid JAX type`);
}

/** A function of a loop or a choice as a program. */
export interface TracedBody {
  /** What the function closed over comes before its arguments. */
  readonly jaxpr: ClosedJaxpr;
  readonly consts: readonly Value[];
  readonly outAvals: readonly ShapedArray[];
  readonly outTree: PyTreeDef;
}

/** A function and how it is called: what tracing it depends on. */
export interface BodyCall {
  /** Whose identity stands for the body. */
  readonly key: object;
  /** What is made of that function, and for whom. */
  readonly role: string;
  readonly call: (...args: readonly unknown[]) => unknown;
  /** Types and structures of the arguments. */
  readonly args: readonly { readonly avals: readonly ShapedArray[]; readonly treedef: PyTreeDef }[];
}

const cache = new WeakMap<object, Map<string, TracedBody>>();

/**
 * Traces a body, or finds what it was traced to before: a loop that runs twice with the same function neither traces
 * nor compiles it twice.
 */
export function traceBody(body: BodyCall): TracedBody {
  let known = cache.get(body.key);
  if (known === undefined) cache.set(body.key, (known = new Map<string, TracedBody>()));
  const args = body.args.map(
    ({ avals, treedef }) => `${treeKey(treedef)} ${avals.map((aval) => aval.key).join(" ")}`,
  );
  const key = [config.key, body.role, ...args].join("|");
  const found = known.get(key);
  if (found !== undefined) return found;
  const traced = trace(body);
  // Constants that belong to an enclosing trace die with it.
  if (!traced.consts.some((value) => value instanceof Tracer)) known.set(key, traced);
  return traced;
}

function trace({ call, args, role }: BodyCall): TracedBody {
  let outTree: PyTreeDef | undefined;
  const f = (...tracers: readonly ArrayBase[]): readonly Value[] => {
    let start = 0;
    const given = args.map(({ avals, treedef }) => {
      const leaves = tracers.slice(start, (start += avals.length));
      return treeUnflatten(treedef, leaves);
    });
    const result = treeFlatten(call(...given));
    outTree = result.treedef;
    return result.leaves.map((leaf) => checkLeaf(leaf, role));
  };
  const avals = args.flatMap((arg) => arg.avals);
  const closed = traceToJaxpr(f, avals, role, currentTrace());
  return {
    jaxpr: constantsAsArguments(closed),
    consts: closed.consts as readonly Value[],
    outAvals: closed.out_avals,
    outTree: outTree!,
  };
}

/** The name of a function's first parameter, where it is a plain one. */
export function firstParameter(f: unknown): string | undefined {
  if (typeof f !== "function") return undefined;
  const text = Function.prototype.toString.call(f);
  const match = /^(?:async\s+)?(?:function\b[^(]*)?\(?\s*([A-Za-z_$][\w$]*)\s*(?:[,)]|=>)/.exec(text);
  return match?.[1];
}
