import { ArrayBase } from "../core/array-base.ts";
import { printJaxpr } from "../core/print-jaxpr.ts";
import type { ClosedJaxpr } from "../core/jaxpr.ts";
import { avalOfScalar, isPythonScalar } from "../core/scalar.ts";
import { currentTrace, type Value } from "../core/tracer.ts";
import { treeFlatten, treeUnflatten } from "../core/tree.ts";
import { traceToJaxpr } from "./jaxpr-trace.ts";

/** A traced program that prints as JAX prints it. */
export interface PrintableJaxpr extends ClosedJaxpr {
  toString(): string;
}

/** Returns a function that traces `f` on its arguments and gives the Jaxpr instead of the result. */
export function make_jaxpr(
  f: (...args: never[]) => unknown,
): (...args: readonly unknown[]) => PrintableJaxpr {
  return (...args) => {
    const { leaves, treedef } = treeFlatten(args);
    const avals = leaves.map((leaf) => {
      if (leaf instanceof ArrayBase) return leaf.aval;
      if (isPythonScalar(leaf)) return avalOfScalar(leaf);
      throw new TypeError(`make_jaxpr takes arrays and scalars, got ${typeof leaf}`);
    });
    const body = (...tracers: readonly ArrayBase[]): readonly Value[] => {
      const inputs = treeUnflatten(treedef, tracers) as never[];
      return treeFlatten(f(...inputs)).leaves as Value[];
    };
    const closed = traceToJaxpr(body, avals, f.name, currentTrace());
    return Object.assign(closed, { toString: () => printJaxpr(closed.jaxpr) });
  };
}
