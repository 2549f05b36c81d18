import type { ClosedJaxpr } from "../core/jaxpr.ts";
import type {
  BatchRule,
  JvpRule,
  Params,
  PartialEvalRule,
  Primitive,
  Tangent,
  TransposeRule,
} from "../core/primitive.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { bind, type Value } from "../core/tracer.ts";
import { batchAxisAt } from "../transforms/batch-axis.ts";
import { jvpJaxpr } from "../transforms/jvp.ts";
import { partialEvalJaxpr } from "../transforms/partial-eval.ts";
import { transposeJaxpr } from "../transforms/transpose.ts";
import { batchJaxpr } from "../transforms/vmap.ts";

export { constantsAsArguments } from "../transforms/derived-jaxprs.ts";

function calleeOf(params: Params): ClosedJaxpr {
  return params["jaxpr"] as ClosedJaxpr;
}

/** The values of `given` at the positions that `flags` marks, and null elsewhere. */
function spreadOut<T>(given: readonly T[], flags: readonly boolean[]): readonly (T | undefined)[] {
  let next = 0;
  return flags.map((flag) => (flag ? given[next++] : undefined));
}

/** The call of the callee's derivative. */
const jvp: JvpRule = (primals, tangents, params) => {
  const callee = calleeOf(params);
  const nonzero = tangents.map((tangent) => !(tangent instanceof Zero));
  const { jaxpr, nonzeroOut } = jvpJaxpr(callee, nonzero, false);
  const given = tangents.filter((tangent): tangent is Value => !(tangent instanceof Zero));
  const results = bind(pjit, [...primals, ...given], { ...params, jaxpr });
  const avals = callee.out_avals;
  const outTangents = spreadOut(results.slice(avals.length), nonzeroOut);
  return {
    primals: results.slice(0, avals.length),
    tangents: avals.map((aval, k): Tangent => outTangents[k] ?? new Zero(aval)),
  };
};

/** Two calls: of what can be computed now, and of what has to wait. */
const partialEval: PartialEvalRule = (evaluation, operands, params) => {
  const unknownIn = operands.map((operand) => !evaluation.isKnown(operand));
  const { known, unknown, unknownOut } = partialEvalJaxpr(calleeOf(params), unknownIn, false);
  const now = evaluation.bindKnown(
    pjit,
    operands.filter((_, k) => !unknownIn[k]),
    { ...params, jaxpr: known },
  );
  const knownCount = unknownOut.filter((flag) => !flag).length;
  const knownResults = spreadOut(
    now,
    unknownOut.map((flag) => !flag),
  );
  if (knownCount === unknownOut.length) return knownResults as readonly Value[];
  const waiting = operands.filter((_, k) => unknownIn[k]);
  const later = evaluation.record(pjit, [...now.slice(knownCount), ...waiting], {
    ...params,
    jaxpr: unknown,
  });
  const laterResults = spreadOut(later, unknownOut);
  return unknownOut.map((flag, k) => (flag ? laterResults[k]! : knownResults[k]!));
};

/** The call of the callee's transpose. */
const transpose: TransposeRule = (cotangents, operands, params) => {
  const linear = operands.map((operand) => operand instanceof UndefinedPrimal);
  const nonzero = cotangents.map((cotangent) => !(cotangent instanceof Zero));
  const { jaxpr, nonzeroOut } = transposeJaxpr(calleeOf(params), linear, nonzero);
  const fixed = operands.filter((operand): operand is Value => !(operand instanceof UndefinedPrimal));
  const given = cotangents.filter((cotangent): cotangent is Value => !(cotangent instanceof Zero));
  const results = spreadOut(bind(pjit, [...fixed, ...given], { ...params, jaxpr }), nonzeroOut);
  return operands.map((operand, k) =>
    operand instanceof UndefinedPrimal ? (results[k] ?? new Zero(operand.aval)) : null,
  );
};

/** The call of the batched callee. */
const batch: BatchRule = (operands, dims, params, axisSize) => {
  const batched = dims.map((dim) => dim !== null);
  const { jaxpr, batchedOut } = batchJaxpr(calleeOf(params), axisSize, batched, false);
  const moved = operands.map((operand, k) => {
    const dim = dims[k]!;
    return dim === null ? operand : batchAxisAt(operand, dim, 0, axisSize);
  });
  const values = bind(pjit, moved, { ...params, jaxpr });
  return { values, dims: batchedOut.map((flag) => (flag ? 0 : null)) };
};

/** pjit[jaxpr, name]: a call of a jitted function inside another traced function. */
export const pjit: Primitive = {
  name: "pjit",
  abstractEval: (_, params) => calleeOf(params).out_avals,
  lower: { kind: "call" },
  jvp,
  transpose,
  batch,
  partialEval,
};
