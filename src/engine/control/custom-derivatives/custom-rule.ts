import { callArguments } from "../../core/call-arguments.ts";
import { AttributeError, NotImplementedError } from "../../core/errors.ts";
import type { ClosedJaxpr } from "../../core/jaxpr.ts";
import type { Params, PartialEvalRule, Tangent } from "../../core/primitive.ts";
import { Zero } from "../../core/tangent.ts";
import { avalOf, withTrace, type Value } from "../../core/tracer.ts";
import { positionsOf } from "../../transforms/call-signature.ts";
import { asDerived, type Derived } from "../../transforms/derived-jaxprs.ts";
import { evalJaxpr } from "../../transforms/eval-jaxpr.ts";
import { checkCallable, functionName, type AnyFunction } from "../../transforms/flat-call.ts";
import type { JaxprTrace } from "../../transforms/jaxpr-trace.ts";
import { traceToJaxpr } from "../../transforms/jaxpr-trace.ts";
import type { FlatFunction } from "../../transforms/jvp.ts";

/** Keyword arguments of custom_jvp and custom_vjp. */
interface CustomDerivativeOptions {
  /** Positions of arguments that are no arrays, or constants of the derivative: the rule gets them first. */
  readonly nondiff_argnums?: number | readonly number[];
}

/**
 * What a user calls for a function with rules of its own, and the place the rules go; `apply` runs the call with them.
 * Calling it without rules throws AttributeError.
 */
export function customFunction<Rules>(
  kind: "jvp" | "vjp",
  f: AnyFunction,
  rest: readonly unknown[],
  apply: (rules: Rules, args: readonly unknown[], nondiff: readonly number[]) => unknown,
): { readonly call: (...args: unknown[]) => unknown; readonly setRules: (rules: Rules) => void } {
  checkCallable(f);
  const options = callArguments<CustomDerivativeOptions>(`custom_${kind}`, ["nondiff_argnums"], rest);
  const nondiff = positionsOf(options.nondiff_argnums);
  const name = functionName(f);
  let rules: Rules | undefined;
  const call = (...args: unknown[]): unknown => {
    if (rules === undefined) {
      throw new AttributeError(
        `No ${kind.toUpperCase()} defined for custom_${kind} function ${name} using def${kind}.`,
      );
    }
    return apply(rules, args, nondiff);
  };
  Object.defineProperty(call, "name", { value: name });
  const setRules = (given: Rules): void => {
    rules = given;
  };
  return { call, setRules };
}

/** The function as a closed Jaxpr, and the constants to call it with first. */
export function bodyOf(
  f: FlatFunction,
  operands: readonly Value[],
  name: string,
  trace: JaxprTrace,
): Derived {
  return asDerived(withTrace(trace, () => traceToJaxpr(f, operands.map(avalOf), name, trace)));
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
