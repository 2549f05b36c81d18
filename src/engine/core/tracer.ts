import { ArrayBase } from "./array-base.ts";
import type { ShapedArray } from "./aval.ts";
import type { Params, Primitive } from "./primitive.ts";
import type { PythonScalar } from "./scalar.ts";

/** What primitives are bound to: concrete arrays, tracers, Python scalars. */
export type Value = ArrayBase | PythonScalar;

/** An interpreter of primitives: eager evaluation, tracing to a Jaxpr, and every transformation is one. */
export interface Trace {
  processPrimitive(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[];
}

/** A stand-in for an array while a function is traced; it knows its aval and the trace it belongs to. */
export abstract class Tracer extends ArrayBase {
  abstract readonly trace: Trace;
  abstract override readonly aval: ShapedArray;
}

let current: Trace | undefined;

/** The innermost interpreter: it sees every primitive that is bound now. */
export function currentTrace(): Trace {
  if (current === undefined) throw new Error("internal error: the engine's eager trace is not installed");
  return current;
}

/** Installs the outermost interpreter; called once by the engine's door. */
export function installBaseTrace(trace: Trace): void {
  current = trace;
}

/** Runs `body` with `trace` as the innermost interpreter. */
export function withTrace<T>(trace: Trace, body: () => T): T {
  const previous = current;
  current = trace;
  try {
    return body();
  } finally {
    current = previous;
  }
}

/** Applies a primitive: the one way anything is ever computed. */
export function bind(primitive: Primitive, operands: readonly Value[], params: Params = {}): readonly ArrayBase[] {
  return currentTrace().processPrimitive(primitive, operands, params);
}

/** `bind` for the primitives with one result. */
export function bind1(primitive: Primitive, operands: readonly Value[], params: Params = {}): ArrayBase {
  return bind(primitive, operands, params)[0]!;
}
