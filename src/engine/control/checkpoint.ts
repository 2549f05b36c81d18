import { callArguments } from "../core/call-arguments.ts";
import { NotImplementedError } from "../core/errors.ts";
import { merged, picked, unpicked } from "../core/flags.ts";
import { ClosedJaxpr, Jaxpr } from "../core/jaxpr.ts";
import type { PartialEvalRule, Primitive } from "../core/primitive.ts";
import { bind, type Value } from "../core/tracer.ts";
import { treeUnflatten } from "../core/tree.ts";
import { CallSignature, positionsOf, TracedSignatures } from "../transforms/call-signature.ts";
import { DerivedJaxprs, flagKey } from "../transforms/derived-jaxprs.ts";
import { checkCallable, functionName, type AnyFunction } from "../transforms/flat-call.ts";
import { pruned } from "../transforms/jaxpr-builder.ts";
import { partialEvalJaxpr } from "../transforms/partial-eval.ts";
import { callRules, calleeOf } from "./call-rules.ts";

/** Programs that compute only some of a Jaxpr's results. */
const restrictions = new DerivedJaxprs<ClosedJaxpr>();

function restricted(closed: ClosedJaxpr, wanted: readonly boolean[]): ClosedJaxpr {
  return restrictions.get(closed, flagKey(wanted), () => {
    const { invars, eqns, outvars } = closed.jaxpr;
    return pruned(new ClosedJaxpr(new Jaxpr([], invars, eqns, picked(outvars, wanted)), []));
  });
}

/** What is known is computed and forgotten; the part that waits gets the inputs and computes everything again. */
const partialEval: PartialEvalRule = (evaluation, operands, params) => {
  const callee = calleeOf(params);
  const unknownIn = operands.map((operand) => !evaluation.isKnown(operand));
  const { known, unknownOut } = partialEvalJaxpr(callee, unknownIn, false);
  const knownOut = unknownOut.map((flag) => !flag);
  const count = knownOut.filter(Boolean).length;
  const now = evaluation.bindKnown(remat, unpicked(operands, unknownIn), {
    ...params,
    jaxpr: restricted(
      known,
      known.out_avals.map((_, k) => k < count),
    ),
  });
  const later = evaluation.record(remat, operands, {
    ...params,
    jaxpr: restricted(callee, unknownOut),
    differentiated: true,
  });
  return merged(unknownOut, later, now);
};

/** remat2[jaxpr]: a call whose intermediate values are computed again for the backward pass. */
const remat: Primitive = { ...callRules(() => remat), name: "remat2", partialEval };

export interface CheckpointOptions {
  /** Positions of arguments that are constants of the program. */
  readonly static_argnums?: number | readonly number[];
  /** Accepted for JAX's sake: nothing here merges what is computed twice. */
  readonly prevent_cse?: boolean;
  /** Which intermediate values to keep. Only null, "none of them", is offered. */
  readonly policy?: unknown;
}

/**
 * `f` so that differentiating it keeps only its arguments in memory: the backward pass computes the intermediate values
 * again. Throws NotImplementedError for a policy.
 */
export function checkpoint(f: AnyFunction, ...rest: unknown[]): (...args: unknown[]) => unknown {
  checkCallable(f);
  const names = ["prevent_cse", "policy", "static_argnums"] as const;
  const options = callArguments<CheckpointOptions>("checkpoint", names, rest);
  if (options.policy !== undefined && options.policy !== null) {
    throw new NotImplementedError(
      "jax.checkpoint: policy is not supported; every intermediate value is recomputed.",
    );
  }
  const statics = positionsOf(options.static_argnums);
  const name = functionName(f);
  const cache = new TracedSignatures((call) => call.trace(f as (...args: readonly unknown[]) => unknown));
  const checkpointed = (...args: unknown[]): unknown => {
    const call = new CallSignature(args, statics, name);
    const traced = cache.find(call);
    const operands = [...(traced.closed.consts as readonly Value[]), ...call.leaves];
    const params = {
      jaxpr: traced.callable,
      policy: null,
      prevent_cse: options.prevent_cse ?? true,
      differentiated: false,
    };
    return treeUnflatten(traced.out, bind(remat, operands, params));
  };
  Object.defineProperty(checkpointed, "name", { value: name });
  return checkpointed;
}
