import type { ArrayBase } from "../core/array-base.ts";
import type { ShapedArray } from "../core/aval.ts";
import { Var, type Atom, type ClosedJaxpr } from "../core/jaxpr.ts";
import type { Params, Primitive } from "../core/primitive.ts";
import { withTrace, type Trace, type Value } from "../core/tracer.ts";
import { JaxprBuilder, VariableTracer } from "./jaxpr-builder.ts";

/** A value of the function being traced. */
export class JaxprTracer extends VariableTracer {
  override readonly _trace: JaxprTrace;

  constructor(trace: JaxprTrace, variable: Var) {
    super(variable);
    this._trace = trace;
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
  readonly #builder = new JaxprBuilder(this);

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
