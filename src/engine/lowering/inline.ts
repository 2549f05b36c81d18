import { condParams } from "../core/control-params.ts";
import { ClosedJaxpr, Jaxpr, Literal, Var, type Atom, type JaxprEqn } from "../core/jaxpr.ts";
import { forwardThroughControl } from "./forward-control.ts";
import { dropUnused } from "./drop-unused.ts";

/** A Jaxpr without calls: every equation is a first-order primitive, or a loop or choice over Jaxprs without calls. */
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
  for (const original of jaxpr.eqns) {
    const invars = original.invars.map(resolve);
    const callee = calledBy(original, invars);
    if (callee !== undefined) {
      const inner = new Map<Var, Atom>();
      callee.jaxpr.invars.forEach((variable, position) => inner.set(variable, callee.operands[position]!));
      const results = appendBody(callee.jaxpr, inner, eqns);
      original.outvars.forEach((variable, position) => environment.set(variable, results[position]!));
      continue;
    }
    // A body that is called twice must define new variables each time.
    const outvars = original.outvars.map((variable) => new Var(variable.aval));
    original.outvars.forEach((variable, position) => environment.set(variable, outvars[position]!));
    const eqn = { ...original, invars, outvars };
    if (original.primitive.lower.kind !== "control") {
      eqns.push(eqn);
      continue;
    }
    const rest = forwardThroughControl({ ...eqn, params: inlineBodies(eqn.params) });
    original.outvars.forEach((variable, position) => environment.set(variable, rest.results[position]!));
    eqns.push(rest.eqn);
  }
  return jaxpr.outvars.map(resolve);
}

/** The body an equation stands for, if it is a call or a choice made already. */
function calledBy(
  eqn: JaxprEqn,
  invars: readonly Atom[],
): { jaxpr: Jaxpr; operands: readonly Atom[] } | undefined {
  const rule = eqn.primitive.lower;
  if (rule.kind === "call") return { jaxpr: (eqn.params["jaxpr"] as ClosedJaxpr).jaxpr, operands: invars };
  const index = invars[0];
  if (rule.kind !== "control" || rule.form !== "cond" || !(index instanceof Literal)) return undefined;
  const { branches } = condParams(eqn.params);
  const chosen = Math.max(0, Math.min(branches.length - 1, Number(index.value)));
  return { jaxpr: branches[chosen]!.jaxpr, operands: invars.slice(1) };
}

function inlineBodies(params: JaxprEqn["params"]): JaxprEqn["params"] {
  const inlined = (value: unknown): unknown => {
    if (value instanceof ClosedJaxpr) {
      const { inputs, eqns, outputs } = inlineCalls(value.jaxpr);
      return new ClosedJaxpr(new Jaxpr([], inputs, eqns, outputs), []);
    }
    return Array.isArray(value) ? value.map(inlined) : value;
  };
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, inlined(value)]));
}
