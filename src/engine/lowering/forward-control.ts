import { condParams, scanParams, splitList, whileParams } from "../core/control-params.ts";
import { ClosedJaxpr, Jaxpr, Var, type Atom, type JaxprEqn } from "../core/jaxpr.ts";

/** An equation without some of its results, and all results of the one it replaces. */
interface Forwarded {
  readonly eqn: JaxprEqn;
  readonly results: readonly Atom[];
}

/**
 * Carry that a loop hands through unchanged becomes a constant of it, and what every branch of a choice hands through
 * is taken from the operands: neither needs memory of its own.
 */
export function forwardThroughControl(eqn: JaxprEqn): Forwarded {
  const rule = eqn.primitive.lower;
  if (rule.kind !== "control") return { eqn, results: eqn.outvars };
  switch (rule.form) {
    case "scan":
      return forwardScan(eqn);
    case "while":
      return forwardWhile(eqn);
    case "cond":
      return forwardCond(eqn);
  }
}

function forwardScan(eqn: JaxprEqn): Forwarded {
  const params = scanParams(eqn.params);
  const { num_consts: numConsts, num_carry: numCarry } = params;
  const { jaxpr } = params.jaxpr;
  const [consts, carry, xs] = splitList(jaxpr.invars, numConsts, numCarry);
  const [constOperands, inits, xOperands] = splitList(eqn.invars, numConsts, numCarry);
  const moved = carry!.map((variable, k) => jaxpr.outvars[k] === variable);
  const results = eqn.outvars.map((variable, k): Atom => {
    if (k < numCarry) return moved[k] === true ? inits![k]! : variable;
    // Elements handed through are stacked already; equal results are stacked once.
    const input = xs!.indexOf(jaxpr.outvars[k] as Var);
    if (input >= 0) return xOperands![input]!;
    return eqn.outvars[jaxpr.outvars.indexOf(jaxpr.outvars[k]!, numCarry)]!;
  });
  const isOwn = eqn.outvars.map((variable, k) => results[k] === variable);
  if (!isOwn.includes(false)) return { eqn, results };
  const kept = (_: unknown, k: number): boolean => moved[k] !== true;
  const gone = (_: unknown, k: number): boolean => moved[k] === true;
  const body = new Jaxpr(
    [],
    [...consts!, ...carry!.filter(gone), ...carry!.filter(kept), ...xs!],
    jaxpr.eqns,
    jaxpr.outvars.filter((_, k) => isOwn[k]),
  );
  const numMoved = moved.filter(Boolean).length;
  const rest: JaxprEqn = {
    ...eqn,
    params: {
      ...params,
      jaxpr: new ClosedJaxpr(body, []),
      num_consts: numConsts + numMoved,
      num_carry: numCarry - numMoved,
    },
    invars: [...constOperands!, ...inits!.filter(gone), ...inits!.filter(kept), ...xOperands!],
    outvars: eqn.outvars.filter((_, k) => isOwn[k]),
  };
  return { eqn: rest, results };
}

function forwardWhile(eqn: JaxprEqn): Forwarded {
  const params = whileParams(eqn.params);
  const { cond_jaxpr: cond, body_jaxpr: body, cond_nconsts: condConsts, body_nconsts: bodyConsts } = params;
  const [forCond, forBody, inits] = splitList(eqn.invars, condConsts, bodyConsts);
  const moved = inits!.map((_, k) => body.jaxpr.outvars[k] === body.jaxpr.invars[bodyConsts + k]);
  if (!moved.includes(true)) return { eqn, results: eqn.outvars };
  const kept = (_: unknown, k: number): boolean => moved[k] !== true;
  const gone = (_: unknown, k: number): boolean => moved[k] === true;
  const movedFirst = (jaxpr: Jaxpr, consts: number, outvars: readonly Atom[]): ClosedJaxpr => {
    const [own, carry] = splitList(jaxpr.invars, consts);
    const invars = [...own!, ...carry!.filter(gone), ...carry!.filter(kept)];
    return new ClosedJaxpr(new Jaxpr([], invars, jaxpr.eqns, outvars), []);
  };
  const numMoved = moved.filter(Boolean).length;
  return {
    eqn: {
      ...eqn,
      params: {
        cond_jaxpr: movedFirst(cond.jaxpr, condConsts, cond.jaxpr.outvars),
        cond_nconsts: condConsts + numMoved,
        body_jaxpr: movedFirst(body.jaxpr, bodyConsts, body.jaxpr.outvars.filter(kept)),
        body_nconsts: bodyConsts + numMoved,
      },
      invars: [
        ...forCond!,
        ...inits!.filter(gone),
        ...forBody!,
        ...inits!.filter(gone),
        ...inits!.filter(kept),
      ],
      outvars: eqn.outvars.filter(kept),
    },
    results: eqn.outvars.map((variable, k) => (gone(variable, k) ? inits![k]! : variable)),
  };
}

function forwardCond(eqn: JaxprEqn): Forwarded {
  const { branches } = condParams(eqn.params);
  const sources = eqn.outvars.map((_, k) => {
    const positions = branches.map(({ jaxpr }) => {
      const atom = jaxpr.outvars[k]!;
      return atom instanceof Var ? jaxpr.invars.indexOf(atom) : -1;
    });
    return positions.every((position) => position === positions[0]) ? positions[0]! : -1;
  });
  const kept = (_: unknown, k: number): boolean => sources[k] === -1;
  const results = eqn.outvars.map((variable, k) =>
    kept(variable, k) ? variable : eqn.invars[1 + sources[k]!]!,
  );
  const remaining = branches.map(
    ({ jaxpr }) => new ClosedJaxpr(new Jaxpr([], jaxpr.invars, jaxpr.eqns, jaxpr.outvars.filter(kept)), []),
  );
  return {
    eqn: { ...eqn, params: { branches: remaining }, outvars: eqn.outvars.filter(kept) },
    results,
  };
}
