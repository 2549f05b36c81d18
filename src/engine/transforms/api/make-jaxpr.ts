import type { ArrayBase } from "../../core/array-base.ts";
import { callArguments } from "../../core/call-arguments.ts";
import type { ClosedJaxpr } from "../../core/jaxpr.ts";
import { printJaxpr } from "../../core/print-jaxpr.ts";
import { currentTrace, type Value } from "../../core/tracer.ts";
import { treeFlatten, treeUnflatten, type PyTreeDef } from "../../core/tree.ts";
import { positionsOf } from "../call-signature.ts";
import { checkCallable, checkLeaf, functionName, type AnyFunction } from "../flat-call.ts";
import { traceToJaxpr } from "../jaxpr-trace.ts";
import { abstractArgument, ShapeDtypeStruct } from "./abstract-arguments.ts";

/** A traced program that prints as JAX prints it. */
export interface PrintableJaxpr extends ClosedJaxpr {
  toString(): string;
}

export interface MakeJaxprOptions {
  /** Positions of arguments that are constants of the program. */
  readonly static_argnums?: number | readonly number[];
  /** Whether to give the types of the results as well: [jaxpr, shapes]. */
  readonly return_shape?: boolean;
}

/** Returns a function that traces `f` on its arguments and gives the Jaxpr instead of the result. */
export function make_jaxpr(
  f: AnyFunction,
  ...rest: unknown[]
): (...args: readonly unknown[]) => PrintableJaxpr {
  checkCallable(f);
  const options = callArguments<MakeJaxprOptions>("make_jaxpr", ["static_argnums", "return_shape"], rest);
  const statics = positionsOf(options.static_argnums);
  return (...args) => {
    const { closed, out } = traceAbstractly(f, args, statics);
    const printable = Object.assign(closed, { toString: () => printJaxpr(closed.jaxpr) });
    if (options.return_shape !== true) return printable;
    return [printable, structOf(closed, out)] as unknown as PrintableJaxpr;
  };
}

/** The shapes and dtypes of what `f` would return, without computing anything. */
export function eval_shape(f: AnyFunction, ...args: readonly unknown[]): unknown {
  checkCallable(f);
  const { closed, out } = traceAbstractly(f, args, []);
  return structOf(closed, out);
}

function structOf(closed: ClosedJaxpr, out: PyTreeDef): unknown {
  return treeUnflatten(
    out,
    closed.out_avals.map((aval) => new ShapeDtypeStruct(aval.shape, aval.dtype, aval.weakType)),
  );
}

function traceAbstractly(
  f: AnyFunction,
  args: readonly unknown[],
  statics: readonly number[],
): { closed: ClosedJaxpr; out: PyTreeDef } {
  const isStatic = (position: number): boolean =>
    statics.includes(position) || statics.includes(position - args.length);
  const { leaves, treedef } = treeFlatten(args.filter((_, position) => !isStatic(position)));
  const name = functionName(f);
  let out: PyTreeDef | undefined;
  const body = (...tracers: readonly ArrayBase[]): readonly Value[] => {
    const dynamic = treeUnflatten(treedef, tracers) as unknown[];
    const all = args.map((arg, position) => (isStatic(position) ? arg : dynamic.shift()));
    const result = treeFlatten(f(...(all as never[])));
    out = result.treedef;
    return result.leaves.map(checkLeaf);
  };
  const avals = leaves.map((leaf) => abstractArgument(name, leaf));
  return { closed: traceToJaxpr(body, avals, name, currentTrace()), out: out! };
}
