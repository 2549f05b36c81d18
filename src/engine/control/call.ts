import { merged, picked, unpicked } from "../core/flags.ts";
import type { PartialEvalRule, Primitive } from "../core/primitive.ts";
import { partialEvalJaxpr } from "../transforms/partial-eval.ts";
import { calleeOf, callRules } from "./call-rules.ts";

/** Two calls: of what can be computed now, and of what has to wait. */
const partialEval: PartialEvalRule = (evaluation, operands, params) => {
  const unknownIn = operands.map((operand) => !evaluation.isKnown(operand));
  const { known, unknown, unknownOut } = partialEvalJaxpr(calleeOf(params), unknownIn, false);
  const now = evaluation.bindKnown(pjit, unpicked(operands, unknownIn), { ...params, jaxpr: known });
  const knownCount = unknownOut.filter((flag) => !flag).length;
  const residuals = now.slice(knownCount);
  const waiting = picked(operands, unknownIn);
  const later = unknownOut.includes(true)
    ? evaluation.record(pjit, [...residuals, ...waiting], { ...params, jaxpr: unknown })
    : [];
  return merged(unknownOut, later, now);
};

/** pjit[jaxpr, name]: a call of a jitted function inside another traced function. */
export const pjit: Primitive = { ...callRules(() => pjit), name: "pjit", partialEval };
