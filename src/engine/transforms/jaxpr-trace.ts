import type { ArrayBase } from "../core/array-base.ts";
import type { ShapedArray } from "../core/aval.ts";
import { Var, type Atom, type ClosedJaxpr } from "../core/jaxpr.ts";
import type { Params, Primitive } from "../core/primitive.ts";
import { leakedTracer, Tracer, withTrace, type Trace, type Value } from "../core/tracer.ts";
import { JaxprBuilder } from "./jaxpr-builder.ts";

/** A variable of the Jaxpr being built, standing for the array it will hold. */
export class JaxprTracer extends Tracer {
  override readonly _trace: JaxprTrace;
  readonly variable: Var;

  constructor(trace: JaxprTrace, variable: Var) {
    super();
    this._trace = trace;
    this.variable = variable;
  }

  override get aval(): ShapedArray {
    return this.variable.aval;
  }

  override get origin(): string {
    return `the function ${this._trace.functionName} for jit`;
  }
}

/** Records every primitive as an equation. Values from outside become constvars, Python scalars literals. */
export class JaxprTrace implements Trace {
  readonly name = "DynamicJaxprTrace";
  /** Names the traced function in error messages. */
  readonly functionName: string;
  readonly parent: Trace | undefined;
  readonly #builder = new JaxprBuilder((value) => this.#variableOf(value));

  constructor(functionName: string, parent: Trace | undefined) {
    this.functionName = functionName;
    this.parent = parent;
  }

  newArgument(aval: ShapedArray): JaxprTracer {
    return new JaxprTracer(this, new Var(aval));
  }

  processPrimitive(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[] {
    return this.#builder
      .record(primitive, operands, params)
      .map((variable) => new JaxprTracer(this, variable));
  }

  finish(args: readonly JaxprTracer[], results: readonly Value[]): ClosedJaxpr {
    const outvars: Atom[] = results.map((value) => this.#builder.atomOf(value));
    return this.#builder.build(
      args.map((tracer) => tracer.variable),
      outvars,
    );
  }

  #variableOf(value: ArrayBase): Var | undefined {
    if (value instanceof JaxprTracer && value._trace === this) return value.variable;
    if (value instanceof Tracer && !isEnclosing(value._trace, this)) throw leakedTracer(value);
    return undefined;
  }
}

/** Whether values of `trace` may be used inside `inner`. A trace that has ended encloses nothing that still runs. */
export function isEnclosing(trace: Trace, inner: Trace): boolean {
  for (let outer = inner.parent; outer !== undefined; outer = outer.parent) if (outer === trace) return true;
  return false;
}

/**
 * Traces `f` on abstract arguments. `f` takes and returns flat lists of values; the Jaxpr's constvars are whatever
 * `f` closed over.
 */
export function traceToJaxpr(
  f: (...args: readonly ArrayBase[]) => readonly Value[],
  avals: readonly ShapedArray[],
  functionName: string,
  parent: Trace | undefined,
): ClosedJaxpr {
  const trace = new JaxprTrace(functionName, parent);
  const args = avals.map((aval) => trace.newArgument(aval));
  return trace.finish(
    args,
    withTrace(trace, () => f(...args)),
  );
}
