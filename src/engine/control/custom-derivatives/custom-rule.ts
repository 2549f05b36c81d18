import { NotImplementedError } from "../../core/errors.ts";
import type { ClosedJaxpr } from "../../core/jaxpr.ts";
import type { Params, PartialEvalRule, Tangent } from "../../core/primitive.ts";
import { Zero } from "../../core/tangent.ts";
import { avalOf, withTrace, type Value } from "../../core/tracer.ts";
import { constantsAsArguments } from "../../transforms/derived-jaxprs.ts";
import { evalJaxpr } from "../../transforms/eval-jaxpr.ts";
import type { JaxprTrace } from "../../transforms/jaxpr-trace.ts";
import { traceToJaxpr } from "../../transforms/jaxpr-trace.ts";
import type { FlatFunction } from "../../transforms/jvp.ts";

/** The function as a closed Jaxpr, and the constants to call it with first. */
export function bodyOf(
  f: FlatFunction,
  operands: readonly Value[],
  name: string,
  trace: JaxprTrace,
): { readonly jaxpr: ClosedJaxpr; readonly consts: readonly Value[] } {
  const closed = withTrace(trace, () => traceToJaxpr(f, operands.map(avalOf), name, trace));
  return { jaxpr: constantsAsArguments(closed), consts: closed.consts as readonly Value[] };
}

/** In an evaluation that builds a linear program no derivative rule is needed any more: the body itself runs. */
export const evaluateBody: PartialEvalRule = (_, operands, params) =>
  evalJaxpr((params["jaxpr"] as ClosedJaxpr).jaxpr, [], operands);

/** The operands a rule speaks of, without what the function closed over. Throws when that varies. */
export function ruleOperands(
  kind: "jvp" | "vjp",
  primals: readonly Value[],
  tangents: readonly Tangent[],
  params: Params,
): { readonly primals: readonly Value[]; readonly tangents: readonly Tangent[] } {
  const constants = params["num_consts"] as number;
  if (tangents.slice(0, constants).some((tangent) => !(tangent instanceof Zero))) {
    throw new NotImplementedError(
      `Detected differentiation of a custom_${kind} function with respect to a closed-over value. That isn't ` +
        `supported because the custom ${kind.toUpperCase()} rule only specifies how to differentiate the ` +
        `custom_${kind} function with respect to explicit input parameters. Try passing the closed-over value into ` +
        `the custom_${kind} function as an argument, and adapting the custom_${kind} rule.`,
    );
  }
  return { primals: primals.slice(constants), tangents: tangents.slice(constants) };
}

/** Splits arguments into those that are constants of the rule and the rest. */
export function splitArguments(
  args: readonly unknown[],
  nondiff: readonly number[],
): { readonly fixed: readonly unknown[]; readonly rest: readonly unknown[] } {
  const isFixed = (position: number): boolean =>
    nondiff.includes(position) || nondiff.includes(position - args.length);
  const fixed = args.filter((_, position) => isFixed(position));
  return { fixed, rest: args.filter((_, position) => !isFixed(position)) };
}

/** The arguments in their original order. */
export function joinArguments(
  fixed: readonly unknown[],
  rest: readonly unknown[],
  nondiff: readonly number[],
): unknown[] {
  const count = fixed.length + rest.length;
  const [left, right] = [fixed.slice(), rest.slice()];
  return Array.from({ length: count }, (_, position) =>
    nondiff.includes(position) || nondiff.includes(position - count) ? left.shift() : right.shift(),
  );
}
