import { ClosedJaxpr, Jaxpr } from "../core/jaxpr.ts";
import type { Primitive } from "../core/primitive.ts";

/** pjit[jaxpr, name]: a call of a jitted function inside another traced function. */
export const pjit: Primitive = {
  name: "pjit",
  abstractEval: (_, params) => (params["jaxpr"] as ClosedJaxpr).out_avals,
  lower: { kind: "call" },
};

/** The same program with its constants as leading arguments, so that a call can pass them. */
export function constantsAsArguments(closed: ClosedJaxpr): ClosedJaxpr {
  const { constvars, invars, eqns, outvars } = closed.jaxpr;
  if (constvars.length === 0) return closed;
  return new ClosedJaxpr(new Jaxpr([], [...constvars, ...invars], eqns, outvars), []);
}
