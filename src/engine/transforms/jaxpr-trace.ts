import { ArrayBase } from "../core/array-base.ts";
import type { ShapedArray } from "../core/aval.ts";
import { UnexpectedTracerError } from "../core/errors.ts";
import { ClosedJaxpr, Jaxpr, Literal, Var, type Atom, type JaxprEqn } from "../core/jaxpr.ts";
import type { Params, Primitive } from "../core/primitive.ts";
import { avalOfScalar, convertScalar, type PythonScalar } from "../core/scalar.ts";
import { Tracer, withTrace, type Trace, type Value } from "../core/tracer.ts";

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
  readonly #parent: JaxprTrace | undefined;
  readonly #constants = new Map<ArrayBase, Var>();
  readonly #eqns: JaxprEqn[] = [];
  #ended = false;

  constructor(functionName: string, parent: Trace | undefined) {
    this.functionName = functionName;
    this.#parent = parent instanceof JaxprTrace ? parent : undefined;
  }

  newArgument(aval: ShapedArray): JaxprTracer {
    return new JaxprTracer(this, new Var(aval));
  }

  processPrimitive(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[] {
    const invars = operands.map((operand) => this.atomOf(operand));
    const avals = primitive.abstractEval(
      invars.map((atom) => atom.aval),
      params,
    );
    const outvars = avals.map((aval) => new Var(aval));
    this.#eqns.push({ primitive, params, invars, outvars });
    return outvars.map((variable) => new JaxprTracer(this, variable));
  }

  /** The atom that stands for a value in this Jaxpr. */
  atomOf(value: Value): Atom {
    if (!(value instanceof ArrayBase)) return literalOf(value);
    if (value instanceof JaxprTracer && value._trace === this) return value.variable;
    if (value instanceof JaxprTracer && !this.#isEnclosing(value._trace)) throw leaked(value);
    let variable = this.#constants.get(value);
    if (variable === undefined) {
      variable = new Var(value.aval);
      this.#constants.set(value, variable);
    }
    return variable;
  }

  finish(args: readonly JaxprTracer[], outputs: readonly Atom[]): ClosedJaxpr {
    this.#ended = true;
    const jaxpr = new Jaxpr(
      [...this.#constants.values()],
      args.map((tracer) => tracer.variable),
      this.#eqns,
      outputs,
    );
    return new ClosedJaxpr(jaxpr, [...this.#constants.keys()]);
  }

  abandon(): void {
    this.#ended = true;
  }

  #isEnclosing(trace: JaxprTrace): boolean {
    if (trace.#ended) return false;
    for (let outer = this.#parent; outer !== undefined; outer = outer.#parent) {
      if (outer === trace) return true;
    }
    return false;
  }
}

function literalOf(value: PythonScalar): Literal {
  const aval = avalOfScalar(value);
  return new Literal(convertScalar(value, aval.dtype), aval);
}

function leaked(tracer: JaxprTracer): UnexpectedTracerError {
  return new UnexpectedTracerError(
    `Encountered an unexpected tracer. A function transformed by JAX had a side effect, allowing for a reference to ` +
      `an intermediate value with type ${tracer.aval.toString()} wrapped in a DynamicJaxprTracer to escape the scope ` +
      `of the transformation. The function being traced when the value leaked was ${tracer._trace.functionName}.`,
  );
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
  try {
    const results = withTrace(trace, () => f(...args));
    return trace.finish(
      args,
      results.map((value) => trace.atomOf(value)),
    );
  } finally {
    trace.abandon();
  }
}
