import type { ArrayBase } from "../core/array-base.ts";
import { splitList, whileParams, type WhileParams } from "../core/control-params.ts";
import { ValueError } from "../core/errors.ts";
import { ClosedJaxpr, Jaxpr, Var } from "../core/jaxpr.ts";
import { JaxprCache } from "../core/jaxpr-cache.ts";
import type { BatchRule, JvpRule, PartialEvalRule, Primitive, Tangent } from "../core/primitive.ts";
import { Zero } from "../core/tangent.ts";
import { avalOf, bind, bind1, currentTrace, type Value } from "../core/tracer.ts";
import { broadcastTo } from "../primitives/broadcast.ts";
import { select_n } from "../primitives/comparison.ts";
import { reduce_or } from "../primitives/reductions.ts";
import { instantiateZeros } from "../primitives/zeros.ts";
import { batchAxisAt } from "../transforms/batch-axis.ts";
import { flagKey, lasts, withoutConstants } from "../transforms/derived-jaxprs.ts";
import { evalJaxpr } from "../transforms/eval-jaxpr.ts";
import { traceToJaxpr } from "../transforms/jaxpr-trace.ts";
import { jvpJaxpr } from "../transforms/jvp.ts";
import { partialEvalJaxpr } from "../transforms/partial-eval.ts";
import { batchJaxpr } from "../transforms/vmap.ts";
import { fixedPoint, merged, picked, unpicked } from "../core/flags.ts";

/** Parameters of another loop, and what became of the carry. */
interface DerivedWhile {
  readonly params: WhileParams;
  /** Which carry has a tangent, is unknown, has a batch axis. */
  readonly carry: readonly boolean[];
}

interface WhileDerivative extends DerivedWhile {
  /** What rules closed over: constants of the new body, before the others. */
  readonly consts: readonly Value[];
}

const derivatives = new JaxprCache<WhileDerivative>();

/** The loop that carries tangents along; the condition does not look at them. */
function derivativeOf(params: WhileParams, nonzero: readonly boolean[]): WhileDerivative {
  const { cond_jaxpr: cond, body_jaxpr: body, cond_nconsts: condConsts, body_nconsts: bodyConsts } = params;
  const key = `${String(condConsts)} ${String(bodyConsts)} ${flagKey(nonzero)}`;
  const derivative = (): WhileDerivative => {
    const [, forConsts, forInit] = splitList(nonzero, condConsts, bodyConsts);
    const derive = (flags: readonly boolean[]): ReturnType<typeof jvpJaxpr> =>
      jvpJaxpr(body, [...forConsts!, ...flags], flags);
    const carry = fixedPoint(forInit!, (flags) => derive(flags).nonzeroOut);
    const { jaxpr, consts: closedOver } = derive(carry);
    const [closed, primalIns, tangentIns] = splitList(
      jaxpr.jaxpr.invars,
      closedOver.length,
      body.in_avals.length,
    );
    const [consts, carryIns] = splitList(primalIns!, bodyConsts);
    const [constsDot, carryDot] = splitList(tangentIns!, picked(forConsts!, forConsts!).length);
    const invars = [...closed!, ...consts!, ...constsDot!, ...carryIns!, ...carryDot!];
    const unused = carryDot!.map((variable) => new Var(variable.aval));
    const test = cond.jaxpr;
    return {
      params: {
        cond_jaxpr: new ClosedJaxpr(new Jaxpr([], [...test.invars, ...unused], test.eqns, test.outvars), []),
        cond_nconsts: condConsts,
        body_jaxpr: new ClosedJaxpr(new Jaxpr([], invars, jaxpr.jaxpr.eqns, jaxpr.jaxpr.outvars), []),
        body_nconsts: closedOver.length + bodyConsts + constsDot!.length,
      },
      consts: closedOver,
      carry,
    };
  };
  return derivatives.get([cond, body], key, derivative, lasts);
}

const jvp: JvpRule = (primals, tangents, params) => {
  const own = whileParams(params);
  const { cond_nconsts: condConsts, body_nconsts: bodyConsts } = own;
  const nonzero = tangents.map((tangent) => !(tangent instanceof Zero));
  const derivative = derivativeOf(own, nonzero);
  const [forCond, forBody, init] = splitList(primals, condConsts, bodyConsts);
  const [, bodyDot, initDot] = splitList(tangents, condConsts, bodyConsts);
  const given = bodyDot!.filter((tangent): tangent is Value => !(tangent instanceof Zero));
  const carried = picked(initDot!, derivative.carry).map(instantiateZeros);
  const results = bind(
    while_loop,
    [...forCond!, ...derivative.consts, ...forBody!, ...given, ...init!, ...carried],
    { ...derivative.params },
  );
  const [values, dots] = splitList(results, init!.length);
  const zeros = unpicked(values!, derivative.carry).map((value) => new Zero(value.aval));
  return { primals: values!, tangents: merged<Tangent>(derivative.carry, dots!, zeros) };
};

const knownLoops = new JaxprCache<DerivedWhile | undefined>();

/** The part of a loop that is known; undefined when its condition has to wait. */
function knownLoopOf(params: WhileParams, unknown: readonly boolean[]): DerivedWhile | undefined {
  const { cond_jaxpr: cond, body_jaxpr: body, cond_nconsts: condConsts, body_nconsts: bodyConsts } = params;
  const [condUnknown, bodyUnknown, initUnknown] = splitList(unknown, condConsts, bodyConsts);
  const key = `${String(condConsts)} ${String(bodyConsts)} ${flagKey(unknown)}`;
  return knownLoops.get([cond, body], key, () => {
    const carry = fixedPoint(
      initUnknown!,
      (flags) => partialEvalJaxpr(body, [...bodyUnknown!, ...flags], flags).unknownOut,
    );
    const test = partialEvalJaxpr(cond, [...condUnknown!, ...carry], false);
    if (test.unknownOut[0] === true || !carry.includes(false)) return undefined;
    const { jaxpr } = partialEvalJaxpr(body, [...bodyUnknown!, ...carry], carry).known;
    const outvars = jaxpr.outvars.slice(0, unpicked(carry, carry).length);
    return {
      params: {
        cond_jaxpr: test.known,
        cond_nconsts: unpicked(condUnknown!, condUnknown!).length,
        body_jaxpr: new ClosedJaxpr(new Jaxpr([], jaxpr.invars, jaxpr.eqns, outvars), []),
        body_nconsts: unpicked(bodyUnknown!, bodyUnknown!).length,
      },
      carry,
    };
  });
}

/** Runs what is known of the carry now; the rest waits as a whole loop, which computes the known part again. */
const partialEval: PartialEvalRule = (evaluation, operands, params) => {
  const unknown = operands.map((operand) => !evaluation.isKnown(operand));
  const knownLoop = knownLoopOf(whileParams(params), unknown);
  if (knownLoop === undefined) return evaluation.record(while_loop, operands, params);
  const { cond_nconsts: condConsts, body_nconsts: bodyConsts } = whileParams(params);
  const flags = [...unknown.slice(0, condConsts + bodyConsts), ...knownLoop.carry];
  const known = evaluation.bindKnown(while_loop, unpicked(operands, flags), { ...knownLoop.params });
  if (!knownLoop.carry.includes(true)) return known;
  const all = evaluation.record(while_loop, operands, params);
  return merged(knownLoop.carry, picked(all, knownLoop.carry), known);
};

const batches = new JaxprCache<DerivedWhile & { readonly predicateBatched: boolean }>();

/** The loop for a batch; when examples turn differently often, each keeps its carry once its condition is false. */
function batchedLoopOf(
  params: WhileParams,
  batched: readonly boolean[],
  axisSize: number,
): DerivedWhile & { readonly predicateBatched: boolean } {
  const { cond_jaxpr: cond, body_jaxpr: body, cond_nconsts: condConsts, body_nconsts: bodyConsts } = params;
  const [condBatched, bodyBatched, initBatched] = splitList(batched, condConsts, bodyConsts);
  const key = `${String(axisSize)} ${String(condConsts)} ${String(bodyConsts)} ${flagKey(batched)}`;
  return batches.get([cond, body], key, () => {
    const batchBody = (flags: readonly boolean[]): ReturnType<typeof batchJaxpr> =>
      batchJaxpr(body, axisSize, [...bodyBatched!, ...flags], flags);
    const carry = fixedPoint(initBatched!, (flags) => batchBody(flags).batchedOut);
    const test = batchJaxpr(cond, axisSize, [...condBatched!, ...carry], false);
    if (test.batchedOut[0] !== true) {
      const body_jaxpr = batchBody(carry).jaxpr;
      return { params: { ...params, cond_jaxpr: test.jaxpr, body_jaxpr }, carry, predicateBatched: false };
    }
    const all = carry.map(() => true);
    const testAll = batchJaxpr(cond, axisSize, [...condBatched!, ...all], false).jaxpr;
    const stepAll = batchBody(all).jaxpr;
    const any = (...args: readonly ArrayBase[]): readonly Value[] => {
      const [predicate] = evalJaxpr(testAll.jaxpr, [], args);
      return [bind1(reduce_or, [predicate!], { axes: [0] })];
    };
    const step = (...args: readonly ArrayBase[]): readonly Value[] => {
      const [forCond, forBody, values] = splitList(args, condConsts, bodyConsts);
      const [predicate] = evalJaxpr(testAll.jaxpr, [], [...forCond!, ...values!]);
      return evalJaxpr(stepAll.jaxpr, [], [...forBody!, ...values!]).map((next, k) => {
        const goesOn = broadcastTo(predicate!, avalOf(next).shape, [0]);
        return bind1(select_n, [goesOn, values![k]!, next]);
      });
    };
    const trace = (f: typeof any, avals: ClosedJaxpr["in_avals"]): ClosedJaxpr =>
      withoutConstants(traceToJaxpr(f, avals, "vmap", currentTrace()));
    return {
      params: {
        cond_jaxpr: trace(any, testAll.in_avals),
        cond_nconsts: condConsts,
        body_jaxpr: trace(step, [...testAll.in_avals.slice(0, condConsts), ...stepAll.in_avals]),
        body_nconsts: condConsts + bodyConsts,
      },
      carry: all,
      predicateBatched: true,
    };
  });
}

const batch: BatchRule = (operands, dims, params, axisSize) => {
  const own = whileParams(params);
  const { cond_nconsts: condConsts, body_nconsts: bodyConsts } = own;
  const batched = dims.map((dim) => dim !== null);
  const loop = batchedLoopOf(own, batched, axisSize);
  const consts = condConsts + bodyConsts;
  const moved = operands.map((operand, k) => {
    const isBatched = k < consts ? batched[k]! : loop.carry[k - consts]!;
    return isBatched ? batchAxisAt(operand, dims[k]!, 0, axisSize) : operand;
  });
  const forCond = loop.predicateBatched ? moved.slice(0, condConsts) : [];
  const values = bind(while_loop, [...forCond, ...moved], { ...loop.params });
  return { values, dims: loop.carry.map((flag) => (flag ? 0 : null)) };
};

/** while[cond_jaxpr, body_jaxpr, ...]: a loop that turns as long as its condition holds. */
export const while_loop: Primitive = {
  name: "while",
  abstractEval: (_, params) => whileParams(params).body_jaxpr.out_avals,
  lower: { kind: "control", form: "while" },
  jvp,
  transpose: () => {
    throw new ValueError(
      "Reverse-mode differentiation does not work for lax.while_loop or lax.fori_loop with dynamic start/stop " +
        "values. Try using lax.scan, or using fori_loop with static start/stop.",
    );
  },
  batch,
  partialEval,
};
