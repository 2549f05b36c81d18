import { ArrayBase } from "../core/array-base.ts";
import type { ShapedArray } from "../core/aval.ts";
import { ClosedJaxpr, Jaxpr, Literal, Var, type Atom, type JaxprEqn } from "../core/jaxpr.ts";
import type { Params, Primitive } from "../core/primitive.ts";
import { avalOfScalar, convertScalar, type PythonScalar } from "../core/scalar.ts";
import { leakedTracer, Tracer, type Trace, type Value } from "../core/tracer.ts";

/** A variable of a Jaxpr in the making, standing for the array it will hold. */
export abstract class VariableTracer extends Tracer {
  readonly variable: Var;

  constructor(variable: Var) {
    super();
    this.variable = variable;
  }

  override get aval(): ShapedArray {
    return this.variable.aval;
  }
}

/** Whether values of `trace` may be used inside `inner`. A trace that has ended encloses nothing that still runs. */
function isEnclosing(trace: Trace, inner: Trace): boolean {
  for (let outer = inner.parent; outer !== undefined; outer = outer.parent) if (outer === trace) return true;
  return false;
}

/** A Jaxpr in the making: equations, and the values from outside that they use. */
export class JaxprBuilder {
  readonly #trace: Trace;
  readonly #constants = new Map<ArrayBase, Var>();
  readonly #eqns: JaxprEqn[] = [];

  /** Tracers of `trace` are the variables; those of traces around it, and arrays, are values from outside. */
  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** The atom that stands for a value: arrays from outside become constvars, Python scalars literals. */
  atomOf(value: Value): Atom {
    if (!(value instanceof ArrayBase)) return literalOf(value);
    const own = this.#variableOf(value) ?? this.#constants.get(value);
    if (own !== undefined) return own;
    const variable = new Var(value.aval);
    this.#constants.set(value, variable);
    return variable;
  }

  /** Adds an equation and gives the variables of its results. */
  record(primitive: Primitive, operands: readonly Value[], params: Params): readonly Var[] {
    const invars = operands.map((operand) => this.atomOf(operand));
    const avals = primitive.abstractEval(
      invars.map((atom): ShapedArray => atom.aval),
      params,
    );
    const outvars = avals.map((aval) => new Var(aval));
    this.#eqns.push({ primitive, params, invars, outvars });
    return outvars;
  }

  #variableOf(value: ArrayBase): Var | undefined {
    if (value instanceof VariableTracer && value._trace === this.#trace) return value.variable;
    if (value instanceof Tracer && !isEnclosing(value._trace, this.#trace)) throw leakedTracer(value);
    return undefined;
  }

  /** Everything recorded, as a program. */
  build(invars: readonly Var[], outvars: readonly Atom[]): ClosedJaxpr {
    const jaxpr = new Jaxpr([...this.#constants.values()], invars, this.#eqns, outvars);
    return new ClosedJaxpr(jaxpr, [...this.#constants.keys()]);
  }
}

function literalOf(value: PythonScalar): Literal {
  const aval = avalOfScalar(value);
  return new Literal(convertScalar(value, aval.dtype), aval);
}

/** The program without equations and constants that no result needs. */
export function pruned(closed: ClosedJaxpr): ClosedJaxpr {
  const { constvars, invars, eqns, outvars } = closed.jaxpr;
  const used = new Set<Atom>(outvars);
  const kept: JaxprEqn[] = [];
  for (let position = eqns.length - 1; position >= 0; position--) {
    const eqn = eqns[position]!;
    if (!eqn.outvars.some((variable) => used.has(variable))) continue;
    for (const atom of eqn.invars) used.add(atom);
    kept.push(eqn);
  }
  return new ClosedJaxpr(
    new Jaxpr(
      constvars.filter((variable) => used.has(variable)),
      invars,
      kept.reverse(),
      outvars,
    ),
    closed.consts.filter((_, position) => used.has(constvars[position]!)),
  );
}
