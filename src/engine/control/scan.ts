import { scanParams, splitList, type ScanParams } from "../core/control-params.ts";
import { ClosedJaxpr, Jaxpr } from "../core/jaxpr.ts";
import { JaxprCache } from "../core/jaxpr-cache.ts";
import type { BatchRule, JvpRule, Primitive, Tangent } from "../core/primitive.ts";
import { Zero } from "../core/tangent.ts";
import { bind, type Value } from "../core/tracer.ts";
import { instantiateZeros } from "../primitives/zeros.ts";
import { batchAxisAt } from "../transforms/batch-axis.ts";
import { flagKey, lasts, type Derived } from "../transforms/derived-jaxprs.ts";
import { jvpJaxpr } from "../transforms/jvp.ts";
import { batchJaxpr } from "../transforms/vmap.ts";
import { fixedPoint, merged, picked } from "../core/flags.ts";
import { scanPartialEval } from "./scan-partial-eval.ts";
import { scanTranspose } from "./scan-transpose.ts";

interface ScanDerivative extends Derived {
  /**
   * (what a rule closed over, constants, their tangents, carry, its tangents, elements, their tangents) to the same of
   * carry and results.
   */
  readonly jaxpr: ClosedJaxpr;
  readonly carryNonzero: readonly boolean[];
  readonly ysNonzero: readonly boolean[];
}

const derivatives = new JaxprCache<ScanDerivative>();

/** The derivative of the body; a carry has a tangent when it starts with one or gets one in some turn. */
function derivativeOf(params: ScanParams, nonzero: readonly boolean[]): ScanDerivative {
  const { jaxpr: body, num_consts: numConsts, num_carry: numCarry } = params;
  const key = `${String(numConsts)} ${String(numCarry)} ${flagKey(nonzero)}`;
  const derivative = (): ScanDerivative => {
    const [forConsts, forInit, forXs] = splitList(nonzero, numConsts, numCarry);
    const noYs = body.out_avals.slice(numCarry).map(() => false);
    const derive = (carry: readonly boolean[]): ReturnType<typeof jvpJaxpr> =>
      jvpJaxpr(body, [...forConsts!, ...carry, ...forXs!], [...carry, ...noYs]);
    const carryNonzero = fixedPoint(forInit!, (carry) => derive(carry).nonzeroOut.slice(0, numCarry));
    const { jaxpr, consts: closedOver, nonzeroOut } = derive(carryNonzero);
    const ysNonzero = nonzeroOut.slice(numCarry);
    const count = (flags: readonly boolean[]): number => flags.filter(Boolean).length;
    const [closed, primalIns, tangentIns] = splitList(
      jaxpr.jaxpr.invars,
      closedOver.length,
      body.in_avals.length,
    );
    const [consts, carry, xs] = splitList(primalIns!, numConsts, numCarry);
    const [constsDot, carryDot, xsDot] = splitList(tangentIns!, count(forConsts!), count(carryNonzero));
    const [primalOuts, tangentOuts] = splitList(jaxpr.jaxpr.outvars, body.out_avals.length);
    const [carryOut, ys] = splitList(primalOuts!, numCarry);
    const [carryOutDot, ysDot] = splitList(tangentOuts!, count(carryNonzero));
    const rearranged = new Jaxpr(
      [],
      [...closed!, ...consts!, ...constsDot!, ...carry!, ...carryDot!, ...xs!, ...xsDot!],
      jaxpr.jaxpr.eqns,
      [...carryOut!, ...carryOutDot!, ...ys!, ...ysDot!],
    );
    return { jaxpr: new ClosedJaxpr(rearranged, []), consts: closedOver, carryNonzero, ysNonzero };
  };
  return derivatives.get([body], key, derivative, lasts);
}

const jvp: JvpRule = (primals, tangents, params) => {
  const own = scanParams(params);
  const { num_consts: numConsts, num_carry: numCarry } = own;
  const nonzero = tangents.map((tangent) => !(tangent instanceof Zero));
  const { jaxpr, consts: closedOver, carryNonzero, ysNonzero } = derivativeOf(own, nonzero);
  const [consts, init, xs] = splitList(primals, numConsts, numCarry);
  const [constsDot, initDot, xsDot] = splitList(tangents, numConsts, numCarry);
  const present = (list: readonly Tangent[]): Value[] =>
    list.filter((tangent): tangent is Value => !(tangent instanceof Zero));
  const constTangents = present(constsDot!);
  const carryTangents = picked(initDot!, carryNonzero).map(instantiateZeros);
  const results = bind(
    scan,
    [...closedOver, ...consts!, ...constTangents, ...init!, ...carryTangents, ...xs!, ...present(xsDot!)],
    {
      ...own,
      jaxpr,
      num_consts: closedOver.length + numConsts + constTangents.length,
      num_carry: numCarry + carryTangents.length,
    },
  );
  const numYs = ysNonzero.length;
  const [carry, carryDot, ys, ysDot] = splitList(results, numCarry, carryTangents.length, numYs);
  const primalsOut = [...carry!, ...ys!];
  const zeros = primalsOut.map((value) => new Zero(value.aval));
  const flags = [...carryNonzero, ...ysNonzero];
  const none = zeros.filter((_, k) => !flags[k]);
  return { primals: primalsOut, tangents: merged<Tangent>(flags, [...carryDot!, ...ysDot!], none) };
};

const batch: BatchRule = (operands, dims, params, axisSize) => {
  const own = scanParams(params);
  const { jaxpr: body, num_consts: numConsts, num_carry: numCarry } = own;
  const [forConsts, forInit, forXs] = splitList(
    dims.map((dim) => dim !== null),
    numConsts,
    numCarry,
  );
  const noYs = body.out_avals.slice(numCarry).map(() => false);
  const derive = (carry: readonly boolean[]): ReturnType<typeof batchJaxpr> =>
    batchJaxpr(body, axisSize, [...forConsts!, ...carry, ...forXs!], [...carry, ...noYs]);
  const carryBatched = fixedPoint(forInit!, (carry) => derive(carry).batchedOut.slice(0, numCarry));
  const { jaxpr, batchedOut } = derive(carryBatched);
  const moved = operands.map((operand, k): Value => {
    const dim = dims[k] ?? null;
    const isCarry = k >= numConsts && k < numConsts + numCarry;
    const isBatched = isCarry ? carryBatched[k - numConsts] === true : dim !== null;
    if (!isBatched) return operand;
    // The leading axis of stacked inputs stays in front.
    return batchAxisAt(operand, dim, k < numConsts + numCarry ? 0 : 1, axisSize);
  });
  const values = bind(scan, moved, { ...own, jaxpr });
  return {
    values,
    dims: batchedOut.map((flag, k) => (flag ? (k < numCarry ? 0 : 1) : null)),
  };
};

/** scan[jaxpr, length, reverse, ...]: a loop with a fixed number of turns, over the leading axis of its inputs. */
export const scan: Primitive = {
  name: "scan",
  abstractEval: (_, params) => {
    const { jaxpr, length, num_carry: numCarry } = scanParams(params);
    return jaxpr.out_avals.map((aval, k) =>
      k < numCarry ? aval : aval.update({ shape: [length, ...aval.shape] }),
    );
  },
  lower: { kind: "control", form: "scan" },
  jvp,
  transpose: (cotangents, operands, params) => scanTranspose(scan, cotangents, operands, params),
  batch,
  partialEval: (evaluation, operands, params) => scanPartialEval(scan, evaluation, operands, params),
};
