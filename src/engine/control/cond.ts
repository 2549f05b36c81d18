import type { ArrayBase } from "../core/array-base.ts";
import type { ShapedArray } from "../core/aval.ts";
import { condParams, splitList } from "../core/control-params.ts";
import { ClosedJaxpr, Jaxpr, Var } from "../core/jaxpr.ts";
import { JaxprCache } from "../core/jaxpr-cache.ts";
import type {
  BatchRule,
  JvpRule,
  PartialEvalRule,
  Primitive,
  Tangent,
  TransposeRule,
} from "../core/primitive.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { avalOf, bind, bind1, currentTrace, type Value } from "../core/tracer.ts";
import { like } from "../primitives/apply.ts";
import { broadcastTo } from "../primitives/broadcast.ts";
import { ge, select_n } from "../primitives/comparison.ts";
import { zerosOf } from "../primitives/zeros.ts";
import { batchAxisAt } from "../transforms/batch-axis.ts";
import { flagKey, lasts, withoutConstants, type Derived } from "../transforms/derived-jaxprs.ts";
import { evalJaxpr } from "../transforms/eval-jaxpr.ts";
import { traceToJaxpr } from "../transforms/jaxpr-trace.ts";
import { jvpJaxpr } from "../transforms/jvp.ts";
import { partialEvalJaxpr } from "../transforms/partial-eval.ts";
import { transposeJaxpr } from "../transforms/transpose.ts";
import { batchJaxpr } from "../transforms/vmap.ts";
import { pjit } from "./call.ts";
import { merged, picked, unpicked } from "../core/flags.ts";

/** Flags that any of the branches sets. */
function anyOf(flags: readonly (readonly boolean[])[]): boolean[] {
  return flags[0]!.map((_, k) => flags.some((own) => own[k]));
}

/** Branches of one signature: each takes what the rules in any of them closed over, and looks at its own. */
function sharingConstants(
  parts: readonly Derived[],
): Derived & { readonly branches: readonly ClosedJaxpr[] } {
  const branches = parts.map(({ jaxpr: { jaxpr }, consts }, own) => {
    const closed = parts.flatMap((part, k) =>
      k === own ? jaxpr.invars.slice(0, consts.length) : part.consts.map((value) => new Var(avalOf(value))),
    );
    const invars = [...closed, ...jaxpr.invars.slice(consts.length)];
    return new ClosedJaxpr(new Jaxpr([], invars, jaxpr.eqns, jaxpr.outvars), []);
  });
  return { jaxpr: branches[0]!, branches, consts: parts.flatMap((part) => part.consts) };
}

const derivatives = new JaxprCache<ReturnType<typeof sharingConstants>>();

const jvp: JvpRule = ([index, ...primals], [, ...tangents], params) => {
  const { branches } = condParams(params);
  const nonzero = tangents.map((tangent) => !(tangent instanceof Zero));
  const nonzeroOut = anyOf(branches.map((branch) => jvpJaxpr(branch, nonzero, false).nonzeroOut));
  const derivative = derivatives.get(
    branches,
    flagKey(nonzero),
    () => sharingConstants(branches.map((branch) => jvpJaxpr(branch, nonzero, nonzeroOut))),
    lasts,
  );
  const given = tangents.filter((tangent): tangent is Value => !(tangent instanceof Zero));
  const results = bind(cond, [index!, ...derivative.consts, ...primals, ...given], {
    branches: derivative.branches,
  });
  const [values, dots] = splitList(results, nonzeroOut.length);
  const zeros = unpicked(values!, nonzeroOut).map((value) => new Zero(value.aval));
  return { primals: values!, tangents: merged<Tangent>(nonzeroOut, dots!, zeros) };
};

const batch: BatchRule = ([index, ...operands], [indexDim, ...dims], params, axisSize) => {
  const { branches } = condParams(params);
  const batched = dims.map((dim) => dim !== null);
  const moved = operands.map((operand, k) =>
    batched[k] ? batchAxisAt(operand, dims[k]!, 0, axisSize) : operand,
  );
  if (indexDim !== null) return selectAmong(branches, index!, moved, batched, axisSize);
  const batchedOut = anyOf(branches.map((branch) => batchJaxpr(branch, axisSize, batched, false).batchedOut));
  const values = bind(cond, [index!, ...moved], {
    branches: branches.map((branch) => batchJaxpr(branch, axisSize, batched, batchedOut).jaxpr),
  });
  return { values, dims: batchedOut.map((flag) => (flag ? 0 : null)) };
};

/** Runs all branches and takes each example from its own. */
function selectAmong(
  branches: readonly ClosedJaxpr[],
  index: Value,
  operands: readonly Value[],
  batched: readonly boolean[],
  axisSize: number,
): ReturnType<BatchRule> {
  const perBranch = branches.map((branch) =>
    bind(pjit, operands, {
      jaxpr: batchJaxpr(branch, axisSize, batched, true).jaxpr,
      name: "branch",
    }),
  );
  const values = perBranch[0]!.map((first, k) =>
    perBranch.slice(1).reduce<ArrayBase>((chosen, results, position) => {
      const isLater = bind1(ge, [index, like(index, position + 1)]);
      return bind1(select_n, [broadcastTo(isLater, first.shape, [0]), chosen, results[k]!]);
    }, first),
  );
  return { values, dims: values.map(() => 0) };
}

/** Branches divided into what can run now and what has to wait, over residuals that all of them share. */
interface SplitBranches {
  readonly known: readonly ClosedJaxpr[];
  readonly unknown: readonly ClosedJaxpr[];
  readonly unknownOut: readonly boolean[];
}

const splits = new JaxprCache<SplitBranches>();

function splitBranches(branches: readonly ClosedJaxpr[], unknownIn: readonly boolean[]): SplitBranches {
  return splits.get(branches, flagKey(unknownIn), () => {
    const unknownOut = anyOf(branches.map((branch) => partialEvalJaxpr(branch, unknownIn, false).unknownOut));
    const parts = branches.map((branch) => partialEvalJaxpr(branch, unknownIn, unknownOut));
    const { slots, places } = shareSlots(parts.map((part) => part.residuals));
    const numKnownOut = unpicked(unknownOut, unknownOut).length;
    const known = parts.map((part, k) => {
      const f = (...args: readonly ArrayBase[]): readonly Value[] => {
        const [results, residuals] = splitList(evalJaxpr(part.known.jaxpr, [], args), numKnownOut);
        const filled = slots.map((aval, slot) => {
          const own = places[k]!.indexOf(slot);
          return own < 0 ? zerosOf(aval) : residuals![own]!;
        });
        return [...results!, ...filled];
      };
      return traced(f, part.known.in_avals);
    });
    const unknown = parts.map((part, k) => {
      const f = (...args: readonly ArrayBase[]): readonly Value[] => {
        const [shared, rest] = splitList(args, slots.length);
        return evalJaxpr(part.unknown.jaxpr, [], [...places[k]!.map((slot) => shared![slot]!), ...rest!]);
      };
      return traced(f, [...slots, ...part.unknown.in_avals.slice(part.residuals.length)]);
    });
    return { known, unknown, unknownOut };
  });
}

/** Only one branch runs, so residuals of one type can share a place. `places[k][r]`: where residual r of branch k is. */
function shareSlots(residuals: readonly (readonly ShapedArray[])[]): {
  slots: readonly ShapedArray[];
  places: readonly (readonly number[])[];
} {
  const slots: ShapedArray[] = [];
  const places = residuals.map((avals) => {
    const taken = new Set<number>();
    return avals.map((aval) => {
      let slot = slots.findIndex((other, position) => other.key === aval.key && !taken.has(position));
      if (slot < 0) slot = slots.push(aval) - 1;
      taken.add(slot);
      return slot;
    });
  });
  return { slots, places };
}

function traced(
  f: (...args: readonly ArrayBase[]) => readonly Value[],
  avals: readonly ShapedArray[],
): ClosedJaxpr {
  return withoutConstants(traceToJaxpr(f, avals, "cond", currentTrace()));
}

const partialEval: PartialEvalRule = (evaluation, operands, params) => {
  const [index, ...rest] = operands;
  if (!evaluation.isKnown(index!)) return evaluation.record(cond, operands, params);
  const unknownIn = rest.map((operand) => !evaluation.isKnown(operand));
  const split = splitBranches(condParams(params).branches, unknownIn);
  const results = evaluation.bindKnown(cond, [index!, ...unpicked(rest, unknownIn)], {
    branches: split.known,
  });
  const { unknownOut } = split;
  const [known, residuals] = splitList(results, unpicked(unknownOut, unknownOut).length);
  if (!unknownOut.includes(true)) return known!;
  const waiting = evaluation.record(cond, [index!, ...residuals!, ...picked(rest, unknownIn)], {
    branches: split.unknown,
  });
  return merged(unknownOut, waiting, known!);
};

interface BackwardBranches extends Derived {
  readonly branches: readonly ClosedJaxpr[];
  readonly nonzeroOut: readonly boolean[];
}

const backwards = new JaxprCache<BackwardBranches>();

function backwardBranches(
  branches: readonly ClosedJaxpr[],
  linear: readonly boolean[],
  nonzero: readonly boolean[],
): BackwardBranches {
  const backward = (): BackwardBranches => {
    const parts = branches.map((branch) => transposeJaxpr(branch, linear, nonzero));
    const nonzeroOut = anyOf(parts.map((part) => part.nonzeroOut));
    const joined = parts.map((part, k) => {
      const f = (...args: readonly ArrayBase[]): readonly Value[] => {
        const results = evalJaxpr(part.jaxpr.jaxpr, [], args);
        const zeros = unpicked(branches[k]!.in_avals, part.nonzeroOut).map(zerosOf);
        return picked(merged(part.nonzeroOut, results, zeros), nonzeroOut);
      };
      return { jaxpr: traced(f, part.jaxpr.in_avals), consts: part.consts };
    });
    return { ...sharingConstants(joined), nonzeroOut };
  };
  return backwards.get(branches, `${flagKey(linear)} ${flagKey(nonzero)}`, backward, lasts);
}

const transpose: TransposeRule = (cotangents, [index, ...operands], params) => {
  const linear = operands.map((operand) => operand instanceof UndefinedPrimal);
  const nonzero = cotangents.map((cotangent) => !(cotangent instanceof Zero));
  const { branches, consts, nonzeroOut } = backwardBranches(condParams(params).branches, linear, nonzero);
  const fixed = unpicked(operands, linear) as Value[];
  const given = cotangents.filter((cotangent): cotangent is Value => !(cotangent instanceof Zero));
  const results = bind(cond, [index as Value, ...consts, ...fixed, ...given], { branches });
  const rest = unpicked(operands, nonzeroOut).map((operand) =>
    operand instanceof UndefinedPrimal ? new Zero(operand.aval) : null,
  );
  return [null, ...merged<Tangent | null>(nonzeroOut, results, rest)];
};

/** cond[branches]: runs the branch that an int32 index selects. */
export const cond: Primitive = {
  name: "cond",
  abstractEval: (_, params) => condParams(params).branches[0]!.out_avals,
  lower: { kind: "control", form: "cond" },
  jvp,
  transpose,
  batch,
  partialEval,
};
