import { Literal, type Atom, type Jaxpr, type Var } from "../core/jaxpr.ts";
import { TypedScalar } from "../core/scalar.ts";
import { bind, type Value } from "../core/tracer.ts";

/** The scalar a literal stands for. */
export function valueOfLiteral(literal: Literal): Value {
  return new TypedScalar(literal.value, literal.aval);
}

/** Binds the equations of a Jaxpr one after the other, under the current trace. */
export function evalJaxpr(
  jaxpr: Jaxpr,
  consts: readonly unknown[],
  args: readonly Value[],
): readonly Value[] {
  const values = new Map<Var, Value>();
  jaxpr.constvars.forEach((variable, position) => values.set(variable, consts[position] as Value));
  jaxpr.invars.forEach((variable, position) => values.set(variable, args[position]!));
  const read = (atom: Atom): Value => (atom instanceof Literal ? valueOfLiteral(atom) : values.get(atom)!);
  for (const eqn of jaxpr.eqns) {
    const results = bind(eqn.primitive, eqn.invars.map(read), eqn.params);
    eqn.outvars.forEach((variable, position) => values.set(variable, results[position]!));
  }
  return jaxpr.outvars.map(read);
}
