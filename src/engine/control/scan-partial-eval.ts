import { scanParams, splitList, type ScanParams } from "../core/control-params.ts";
import { ClosedJaxpr, Jaxpr, Literal } from "../core/jaxpr.ts";
import { JaxprCache } from "../core/jaxpr-cache.ts";
import type { Params, PartialEvaluation, Primitive } from "../core/primitive.ts";
import type { Value } from "../core/tracer.ts";
import { flagKey } from "../transforms/derived-jaxprs.ts";
import { valueOfLiteral } from "../transforms/eval-jaxpr.ts";
import { partialEvalJaxpr } from "../transforms/partial-eval.ts";
import { pjit } from "./call.ts";
import { fixedPoint, merged, picked, unpicked } from "../core/flags.ts";

/** A scan divided into one that can run now and one that has to wait. */
interface SplitScan {
  /** Of what the known body computes from constants alone: residuals for the waiting scan, constants for the known one. */
  readonly hoisted: ClosedJaxpr;
  /** How many of the hoisted results are residuals. */
  readonly numInvariant: number;
  /** (hoisted constants, known carry, known elements) to known carry, known results and residuals of each turn. */
  readonly known: ClosedJaxpr;
  /** (invariant residuals, unknown constants, unknown carry, residuals of the turn, unknown elements) to unknown results. */
  readonly unknown: ClosedJaxpr;
  readonly carryUnknown: readonly boolean[];
  readonly unknownOut: readonly boolean[];
}

const splits = new JaxprCache<SplitScan>();

function splitScan(params: ScanParams, unknownIn: readonly boolean[]): SplitScan {
  const { jaxpr: body, num_consts: numConsts, num_carry: numCarry } = params;
  const key = `${String(numConsts)} ${String(numCarry)} ${flagKey(unknownIn)}`;
  return splits.get([body], key, () => {
    const [forConsts, forInit, forXs] = splitList(unknownIn, numConsts, numCarry);
    const noYs = body.out_avals.slice(numCarry).map(() => false);
    const split = (carry: readonly boolean[]): ReturnType<typeof partialEvalJaxpr> =>
      partialEvalJaxpr(body, [...forConsts!, ...carry, ...forXs!], [...carry, ...noYs]);
    const carryUnknown = fixedPoint(forInit!, (carry) => split(carry).unknownOut.slice(0, numCarry));
    const { known, unknown, unknownOut, residuals } = split(carryUnknown);

    // What does not change from turn to turn is computed once, and not stacked.
    const numKnownConsts = unpicked(forConsts!, forConsts!).length;
    const numKnownOut = known.out_avals.length - residuals.length;
    const hoist = partialEvalJaxpr(
      known,
      known.in_avals.map((_, k) => k >= numKnownConsts),
      known.out_avals.map((_, k) => k < numKnownOut),
    );
    const varies = hoist.unknownOut.slice(numKnownOut);

    const [residualVars, unknownVars] = splitList(unknown.jaxpr.invars, residuals.length);
    const [constVars, carryVars, xVars] = splitList(
      unknownVars!,
      picked(forConsts!, forConsts!).length,
      picked(carryUnknown, carryUnknown).length,
    );
    const invars = [
      ...unpicked(residualVars!, varies),
      ...constVars!,
      ...carryVars!,
      ...picked(residualVars!, varies),
      ...xVars!,
    ];
    return {
      hoisted: hoist.known,
      numInvariant: unpicked(varies, varies).length,
      known: hoist.unknown,
      unknown: new ClosedJaxpr(new Jaxpr([], invars, unknown.jaxpr.eqns, unknown.jaxpr.outvars), []),
      carryUnknown,
      unknownOut,
    };
  });
}

/** A scan whose known part has run. */
export interface HalfRunScan {
  /** The known results, in order. */
  readonly known: readonly Value[];
  /** One flag per result. */
  readonly unknownOut: readonly boolean[];
  /** What is left to run. An unknown operand is where it was in the original, as is a known one that the rest carries. */
  readonly operands: readonly Value[];
  readonly params: Params;
}

/** Runs the part of a scan that does not depend on the marked operands. */
export function runKnownScan(
  scan: Primitive,
  bindKnown: PartialEvaluation["bindKnown"],
  operands: readonly Value[],
  params: Params,
  unknownIn: readonly boolean[],
): HalfRunScan {
  const own = scanParams(params);
  const { num_consts: numConsts, num_carry: numCarry } = own;
  const split = splitScan(own, unknownIn);
  const { carryUnknown, unknownOut } = split;
  const [constsUnknown, , xsUnknown] = splitList(unknownIn, numConsts, numCarry);
  const [consts, init, xs] = splitList(operands, numConsts, numCarry);
  const knownConsts = unpicked(consts!, constsUnknown!);
  const hoisted = runHoisted(split.hoisted, bindKnown, knownConsts);
  const [invariant, loopConsts] = splitList<Value>(hoisted, split.numInvariant);
  const knownCarry = unpicked(init!, carryUnknown);
  const results = bindKnown(scan, [...loopConsts!, ...knownCarry, ...unpicked(xs!, xsUnknown!)], {
    ...own,
    jaxpr: split.known,
    num_consts: loopConsts!.length,
    num_carry: knownCarry.length,
  });
  const [known, stacked] = splitList<Value>(results, unpicked(unknownOut, unknownOut).length);
  const restConsts = [...invariant!, ...picked(consts!, constsUnknown!)];
  const restCarry = picked(init!, carryUnknown);
  return {
    known: known!,
    unknownOut,
    operands: [...restConsts, ...restCarry, ...stacked!, ...picked(xs!, xsUnknown!)],
    params: {
      ...own,
      jaxpr: split.unknown,
      num_consts: restConsts.length,
      num_carry: restCarry.length,
    },
  };
}

function runHoisted(
  hoisted: ClosedJaxpr,
  bindKnown: PartialEvaluation["bindKnown"],
  consts: readonly Value[],
): readonly Value[] {
  const { eqns, invars, outvars } = hoisted.jaxpr;
  if (eqns.length > 0) return bindKnown(pjit, consts, { jaxpr: hoisted, name: "hoisted" });
  return outvars.map((atom) =>
    atom instanceof Literal ? valueOfLiteral(atom) : consts[invars.indexOf(atom)]!,
  );
}

/** Runs what is known, turn by turn, and keeps of every turn what the rest will need. */
export function scanPartialEval(
  scan: Primitive,
  evaluation: PartialEvaluation,
  operands: readonly Value[],
  params: Params,
): readonly Value[] {
  const unknownIn = operands.map((operand) => !evaluation.isKnown(operand));
  const half = runKnownScan(
    scan,
    (primitive, values, own) => evaluation.bindKnown(primitive, values, own),
    operands,
    params,
    unknownIn,
  );
  if (!half.unknownOut.includes(true)) return half.known;
  return merged(half.unknownOut, evaluation.record(scan, half.operands, half.params), half.known);
}
