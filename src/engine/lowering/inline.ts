import { ClosedJaxpr, Literal, Var, type Atom, type Jaxpr, type JaxprEqn } from "../core/jaxpr.ts";

/** A Jaxpr without calls: every equation is a first-order primitive. */
export interface FlatJaxpr {
  /** Constvars, then invars. */
  readonly inputs: readonly Var[];
  readonly eqns: readonly JaxprEqn[];
  readonly outputs: readonly Atom[];
}

/** Replaces every call by the body it calls, and drops equations that nothing uses. */
export function inlineCalls(jaxpr: Jaxpr): FlatJaxpr {
  const eqns: JaxprEqn[] = [];
  const outputs = appendBody(jaxpr, new Map(), eqns);
  return {
    inputs: [...jaxpr.constvars, ...jaxpr.invars],
    eqns: dropUnused(eqns, outputs),
    outputs,
  };
}

function appendBody(jaxpr: Jaxpr, environment: Map<Var, Atom>, eqns: JaxprEqn[]): Atom[] {
  const resolve = (atom: Atom): Atom => (atom instanceof Literal ? atom : (environment.get(atom) ?? atom));
  for (const eqn of jaxpr.eqns) {
    const invars = eqn.invars.map(resolve);
    if (eqn.primitive.lower.kind !== "call") {
      // A body that is called twice must define new variables each time.
      const outvars = eqn.outvars.map((variable) => new Var(variable.aval));
      eqn.outvars.forEach((variable, position) => environment.set(variable, outvars[position]!));
      eqns.push({ ...eqn, invars, outvars });
      continue;
    }
    const callee = (eqn.params["jaxpr"] as ClosedJaxpr).jaxpr;
    const inner = new Map<Var, Atom>();
    callee.invars.forEach((variable, position) => inner.set(variable, invars[position]!));
    const results = appendBody(callee, inner, eqns);
    eqn.outvars.forEach((variable, position) => environment.set(variable, results[position]!));
  }
  return jaxpr.outvars.map(resolve);
}

function dropUnused(eqns: readonly JaxprEqn[], outputs: readonly Atom[]): JaxprEqn[] {
  const used = new Set<Atom>(outputs);
  const kept: JaxprEqn[] = [];
  for (const eqn of [...eqns].reverse()) {
    if (!eqn.outvars.some((variable) => used.has(variable))) continue;
    eqn.invars.forEach((atom) => used.add(atom));
    kept.push(eqn);
  }
  return kept.reverse();
}
