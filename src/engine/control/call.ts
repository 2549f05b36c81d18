import type { PartialEvalRule, Primitive } from "../core/primitive.ts";
import { partialEvalJaxpr } from "../transforms/partial-eval.ts";
import { calleeOf, callRules, mergeByFlag } from "./call-rules.ts";

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
  const residuals = now.slice(knownCount);
  const waiting = operands.filter((_, k) => unknownIn[k]);
  const later = unknownOut.includes(true)
    ? evaluation.record(pjit, [...residuals, ...waiting], { ...params, jaxpr: unknown })
    : [];
  return mergeByFlag(unknownOut, later, now);
};

/** pjit[jaxpr, name]: a call of a jitted function inside another traced function. */
export const pjit: Primitive = { ...callRules(() => pjit), name: "pjit", partialEval };
