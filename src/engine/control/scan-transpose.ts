import { scanParams, splitList, type ScanParams } from "../core/control-params.ts";
import type { ArrayBase } from "../core/array-base.ts";
import type { ClosedJaxpr } from "../core/jaxpr.ts";
import { JaxprCache } from "../core/jaxpr-cache.ts";
import type { Params, Primitive, Tangent } from "../core/primitive.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { avalOf, bind, bind1, currentTrace, type Value } from "../core/tracer.ts";
import { add_any } from "../primitives/elementwise.ts";
import { instantiateZeros, zerosOf } from "../primitives/zeros.ts";
import { flagKey, lasts, withoutConstants, type Derived } from "../transforms/derived-jaxprs.ts";
import { evalJaxpr } from "../transforms/eval-jaxpr.ts";
import { traceToJaxpr } from "../transforms/jaxpr-trace.ts";
import { partialEvalJaxpr } from "../transforms/partial-eval.ts";
import { transposeJaxpr } from "../transforms/transpose.ts";
import { fixedPoint, merged, picked, unpicked } from "../core/flags.ts";
import { runKnownScan } from "./scan-partial-eval.ts";

type LinearOperand = Value | UndefinedPrimal;

/** A scan the other way, from the cotangents of the results to those of the operands; constants gather theirs. */
export function scanTranspose(
  scan: Primitive,
  cotangents: readonly Tangent[],
  operands: readonly LinearOperand[],
  params: Params,
): readonly (Tangent | null)[] {
  const own = scanParams(params);
  const { num_consts: numConsts, num_carry: numCarry } = own;
  const linear = operands.map((operand) => operand instanceof UndefinedPrimal);
  const carryLinear = linearCarry(own, linear);
  if (carryLinear.includes(false)) return afterKnownPart(scan, cotangents, operands, params, linear);
  const [constsLinear, , xsLinear] = splitList(linear, numConsts, numCarry);
  const nonzero = cotangents.map((cotangent) => !(cotangent instanceof Zero));
  const backward = backwardOf(own, [...constsLinear!, ...carryLinear, ...xsLinear!], nonzero);

  const [consts, , xs] = splitList(operands, numConsts, numCarry);
  const [carryCotangents, yCotangents] = splitList(cotangents, numCarry);
  const fixedConsts = [...backward.consts, ...(unpicked(consts!, constsLinear!) as Value[])];
  const gathered = picked(backward.gathers, backward.gathers);
  const constAvals = picked(own.jaxpr.in_avals.slice(0, numConsts), backward.gathers);
  const carried = picked(carryCotangents!, backward.carryNonzero).map(instantiateZeros);
  const given = yCotangents!.filter((cotangent): cotangent is Value => !(cotangent instanceof Zero));
  const results = bind(
    scan,
    [
      ...fixedConsts,
      ...constAvals.map(zerosOf),
      ...carried,
      ...given,
      ...(unpicked(xs!, xsLinear!) as Value[]),
    ],
    {
      ...own,
      jaxpr: backward.jaxpr,
      reverse: !own.reverse,
      num_consts: fixedConsts.length,
      num_carry: gathered.length + carried.length,
    },
  );
  const [forConsts, forCarry, forXs] = splitList<Value>(results, gathered.length, carried.length);
  const flags = [...backward.gathers, ...backward.carryNonzero, ...backward.xsNonzero];
  const zeros = unpicked(operands, flags).map((operand) =>
    operand instanceof UndefinedPrimal ? new Zero(operand.aval) : null,
  );
  const all = merged<Tangent | null>(flags, [...forConsts!, ...forCarry!, ...forXs!], zeros);
  return all.map((cotangent, k) => (linear[k] ? cotangent : null));
}

/** Which carry depends on a linear operand, at the start or after some turn. */
function linearCarry(params: ScanParams, linear: readonly boolean[]): readonly boolean[] {
  const { jaxpr, num_consts: numConsts, num_carry: numCarry } = params;
  const [forConsts, forInit, forXs] = splitList(linear, numConsts, numCarry);
  return fixedPoint(forInit!, (carry) =>
    partialEvalJaxpr(jaxpr, [...forConsts!, ...carry, ...forXs!], false).unknownOut.slice(0, numCarry),
  );
}

/** Runs the carry that the cotangents do not concern first, then transposes the rest. */
function afterKnownPart(
  scan: Primitive,
  cotangents: readonly Tangent[],
  operands: readonly LinearOperand[],
  params: Params,
  linear: readonly boolean[],
): readonly (Tangent | null)[] {
  // Unknown operands are not looked at, only handed on.
  const half = runKnownScan(scan, bind, operands as readonly Value[], params, linear);
  const rest = half.operands as readonly LinearOperand[];
  const found = scanTranspose(scan, picked(cotangents, half.unknownOut), rest, half.params);
  return operands.map((operand) =>
    operand instanceof UndefinedPrimal ? (found[rest.indexOf(operand)] ?? new Zero(operand.aval)) : null,
  );
}

interface BackwardScan extends Derived {
  /** (what a rule closed over, fixed constants, gathered cotangents, carry cotangents, cotangents of results, fixed elements) to the next ones. */
  readonly jaxpr: ClosedJaxpr;
  /** Which constants, carry and elements have cotangents. */
  readonly gathers: readonly boolean[];
  readonly carryNonzero: readonly boolean[];
  readonly xsNonzero: readonly boolean[];
}

const backwards = new JaxprCache<BackwardScan>();

function backwardOf(
  params: ScanParams,
  linear: readonly boolean[],
  nonzero: readonly boolean[],
): BackwardScan {
  const { jaxpr: body, num_consts: numConsts, num_carry: numCarry } = params;
  const key = `${String(numConsts)} ${String(numCarry)} ${flagKey(linear)} ${flagKey(nonzero)}`;
  const backward = (): BackwardScan => {
    const [forCarry, forYs] = splitList(nonzero, numCarry);
    const transposed = (carry: readonly boolean[]): ReturnType<typeof transposeJaxpr> =>
      transposeJaxpr(body, linear, [...carry, ...forYs!]);
    const carryNonzero = fixedPoint(forCarry!, (carry) =>
      transposed(carry).nonzeroOut.slice(numConsts, numConsts + numCarry),
    );
    const { jaxpr: step, consts: closedOver, nonzeroOut } = transposed(carryNonzero);
    const [gathers, carryOut, xsNonzero] = splitList(nonzeroOut, numConsts, numCarry);
    const [constAvals, carryAvals, xAvals] = splitList(body.in_avals, numConsts, numCarry);
    const [constsLinear, , xsLinear] = splitList(linear, numConsts, numCarry);
    const fixedConsts = [...closedOver.map(avalOf), ...unpicked(constAvals!, constsLinear!)];
    const gathered = picked(constAvals!, gathers!);
    const carried = picked(body.out_avals.slice(0, numCarry), carryNonzero);
    const ys = picked(body.out_avals.slice(numCarry), forYs!);
    const f = (...values: readonly ArrayBase[]): readonly Value[] => {
      const [fixed, sums, carry, ysBar, elements] = splitList(
        values,
        fixedConsts.length,
        gathered.length,
        carried.length,
        ys.length,
      );
      const results = evalJaxpr(step.jaxpr, [], [...fixed!, ...elements!, ...carry!, ...ysBar!]);
      const [toConsts, toCarry, toXs] = splitList(
        results,
        gathered.length,
        picked(carryOut!, carryOut!).length,
      );
      const zeros = unpicked(carryAvals!, carryOut!).map(zerosOf);
      const nextCarry = picked(merged(carryOut!, toCarry!, zeros), carryNonzero);
      return [...sums!.map((sum, k) => bind1(add_any, [sum, toConsts![k]!])), ...nextCarry, ...toXs!];
    };
    const avals = [...fixedConsts, ...gathered, ...carried, ...ys, ...unpicked(xAvals!, xsLinear!)];
    const jaxpr = withoutConstants(traceToJaxpr(f, avals, "transpose", currentTrace()));
    return { jaxpr, consts: closedOver, gathers: gathers!, carryNonzero, xsNonzero: xsNonzero! };
  };
  return backwards.get([body], key, backward, lasts);
}
