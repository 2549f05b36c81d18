import { condParams, scanParams, splitList, whileParams } from "../core/control-params.ts";
import { picked } from "../core/flags.ts";
import { ClosedJaxpr, Jaxpr, type Atom, type JaxprEqn, type Var } from "../core/jaxpr.ts";

/** The equations that `outputs` need, in order; loops and choices without the results that nothing uses. */
export function dropUnused(eqns: readonly JaxprEqn[], outputs: readonly Atom[]): JaxprEqn[] {
  const used = new Set<Atom>(outputs);
  const kept: JaxprEqn[] = [];
  for (const original of [...eqns].reverse()) {
    if (!original.outvars.some((variable) => used.has(variable))) continue;
    const eqn = original.primitive.lower.kind === "control" ? pruneControl(original, used) : original;
    eqn.invars.forEach((atom) => used.add(atom));
    kept.push(eqn);
  }
  return kept.reverse();
}

function pruneControl(eqn: JaxprEqn, used: ReadonlySet<Atom>): JaxprEqn {
  const rule = eqn.primitive.lower;
  if (rule.kind !== "control") return eqn;
  const isUsed = eqn.outvars.map((variable) => used.has(variable));
  switch (rule.form) {
    case "scan":
      return pruneScan(eqn, isUsed);
    case "while":
      return pruneWhile(eqn, isUsed);
    case "cond":
      return pruneCond(eqn, isUsed);
  }
}

/** A body with only some results, and which of its inputs they need. */
function prunedBody(
  { jaxpr }: ClosedJaxpr,
  wanted: readonly boolean[],
): { eqns: readonly JaxprEqn[]; outvars: readonly Atom[]; needed: readonly boolean[] } {
  const outvars = picked(jaxpr.outvars, wanted);
  const eqns = dropUnused(jaxpr.eqns, outvars);
  const read = new Set<Atom>([...outvars, ...eqns.flatMap((eqn) => eqn.invars)]);
  return { eqns, outvars, needed: jaxpr.invars.map((variable) => read.has(variable)) };
}

function closedWith(
  invars: readonly Var[],
  body: { readonly eqns: readonly JaxprEqn[]; readonly outvars: readonly Atom[] },
): ClosedJaxpr {
  return new ClosedJaxpr(new Jaxpr([], invars, body.eqns, body.outvars), []);
}

function pruneScan(eqn: JaxprEqn, isUsed: readonly boolean[]): JaxprEqn {
  const params = scanParams(eqn.params);
  const { num_consts: numConsts, num_carry: numCarry } = params;
  const wanted = [...isUsed];
  // A carry that a result needs needs others in turn.
  for (;;) {
    const body = prunedBody(params.jaxpr, wanted);
    const [, carryNeeded] = splitList(body.needed, numConsts, numCarry);
    const more = carryNeeded!.findIndex((needed, k) => needed && !wanted[k]);
    if (more < 0) {
      const [consts, , xs] = splitList(body.needed, numConsts, numCarry);
      const carry = wanted.slice(0, numCarry);
      const inputs = [...consts!, ...carry, ...xs!];
      return {
        ...eqn,
        params: {
          ...params,
          jaxpr: closedWith(picked(params.jaxpr.jaxpr.invars, inputs), body),
          num_consts: consts!.filter(Boolean).length,
          num_carry: carry.filter(Boolean).length,
        },
        invars: picked(eqn.invars, inputs),
        outvars: picked(eqn.outvars, wanted),
      };
    }
    carryNeeded!.forEach((needed, k) => {
      if (needed) wanted[k] = true;
    });
  }
}

function pruneWhile(eqn: JaxprEqn, isUsed: readonly boolean[]): JaxprEqn {
  const params = whileParams(eqn.params);
  const { cond_jaxpr: condJaxpr, body_jaxpr: bodyJaxpr } = params;
  const cond = prunedBody(condJaxpr, [true]);
  const [condConsts, condCarry] = splitList(cond.needed, params.cond_nconsts);
  const wanted = isUsed.map((used, k) => used || condCarry![k]!);
  for (;;) {
    const body = prunedBody(bodyJaxpr, wanted);
    const [bodyConsts, carryNeeded] = splitList(body.needed, params.body_nconsts);
    const more = carryNeeded!.findIndex((needed, k) => needed && !wanted[k]);
    if (more < 0) {
      return {
        ...eqn,
        params: {
          cond_jaxpr: closedWith(picked(condJaxpr.jaxpr.invars, [...condConsts!, ...wanted]), cond),
          cond_nconsts: condConsts!.filter(Boolean).length,
          body_jaxpr: closedWith(picked(bodyJaxpr.jaxpr.invars, [...bodyConsts!, ...wanted]), body),
          body_nconsts: bodyConsts!.filter(Boolean).length,
        },
        invars: picked(eqn.invars, [...condConsts!, ...bodyConsts!, ...wanted]),
        outvars: picked(eqn.outvars, wanted),
      };
    }
    carryNeeded!.forEach((needed, k) => {
      if (needed) wanted[k] = true;
    });
  }
}

function pruneCond(eqn: JaxprEqn, isUsed: readonly boolean[]): JaxprEqn {
  const { branches } = condParams(eqn.params);
  const bodies = branches.map((branch) => prunedBody(branch, isUsed));
  const needed = bodies[0]!.needed.map((_, k) => bodies.some((body) => body.needed[k]));
  return {
    ...eqn,
    params: {
      branches: branches.map((branch, k) => closedWith(picked(branch.jaxpr.invars, needed), bodies[k]!)),
    },
    invars: picked(eqn.invars, [true, ...needed]),
    outvars: picked(eqn.outvars, isUsed),
  };
}
