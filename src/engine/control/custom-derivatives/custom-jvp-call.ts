import type { ArrayBase } from "../../core/array-base.ts";
import type { ClosedJaxpr } from "../../core/jaxpr.ts";
import type { BatchDim, Primitive } from "../../core/primitive.ts";
import { Zero } from "../../core/tangent.ts";
import { bind, currentTrace, withTrace, type Value } from "../../core/tracer.ts";
import { instantiateZeros } from "../../primitives/zeros.ts";
import { batchAxisAt } from "../../transforms/batch-axis.ts";
import { JaxprTrace } from "../../transforms/jaxpr-trace.ts";
import { JvpTrace, type FlatFunction } from "../../transforms/jvp.ts";
import { PartialEvalTrace } from "../../transforms/partial-eval.ts";
import { batchJaxpr, BatchTrace, vmapFlat } from "../../transforms/vmap.ts";
import { bodyOf, evaluateBody, ruleOperands } from "./custom-rule.ts";

/** Results and their tangents, flat. */
export type FlatJvp = (
  primals: readonly Value[],
  tangents: readonly Value[],
) => { readonly primals: readonly Value[]; readonly tangents: readonly Value[] };

/** A function that comes with its own derivative. */
export interface CustomJvpCall {
  readonly name: string;
  readonly f: FlatFunction;
  readonly jvp: FlatJvp;
}

/**
 * Calls the function as the current trace asks: by its rule where tangents flow, as an equation where a Jaxpr is
 * built, otherwise simply so, which lets it look at concrete values.
 */
export function bindCustomJvp(call: CustomJvpCall, operands: readonly Value[]): readonly Value[] {
  const trace = currentTrace();
  if (trace instanceof JvpTrace) return jvpOf(call, trace, operands);
  if (trace instanceof BatchTrace) return batchOf(call, trace, operands);
  if (trace instanceof JaxprTrace) {
    const { jaxpr, consts } = bodyOf(call.f, operands, call.name, trace);
    const params = { name: call.name, jaxpr, jvp: call.jvp, num_consts: consts.length };
    return bind(custom_jvp_call, [...consts, ...operands], params);
  }
  if (trace instanceof PartialEvalTrace && operands.every((operand) => trace.isKnown(operand))) {
    return withTrace(trace.parent, () => bindCustomJvp(call, operands));
  }
  return call.f(...(operands as readonly ArrayBase[]));
}

function jvpOf(call: CustomJvpCall, trace: JvpTrace, operands: readonly Value[]): readonly Value[] {
  const pairs = operands.map((operand) => trace.unwrap(operand));
  const primals = pairs.map(({ primal }) => primal);
  return withTrace(trace.parent, () => {
    if (pairs.every(({ tangent }) => tangent instanceof Zero)) return bindCustomJvp(call, primals);
    const results = call.jvp(
      primals,
      pairs.map(({ tangent }) => instantiateZeros(tangent)),
    );
    return results.primals.map((primal, k) => trace.wrap(primal, results.tangents[k]!, call.name));
  });
}

function batchOf(call: CustomJvpCall, trace: BatchTrace, operands: readonly Value[]): readonly Value[] {
  const pairs = operands.map((operand) => trace.unwrap(operand));
  const values = pairs.map(({ value }) => value);
  const dims = pairs.map(({ dim }) => dim);
  return withTrace(trace.parent, () => {
    if (dims.every((dim) => dim === null)) return bindCustomJvp(call, values);
    const size = trace.axisSize;
    const batched: CustomJvpCall = {
      name: call.name,
      f: (...batch) => batchedInFront(call.f, batch, dims, size),
      jvp: batchedJvp(call.jvp, dims, size),
    };
    return bindCustomJvp(batched, values).map((value) => trace.wrap(value as ArrayBase, 0));
  });
}

/** Results for a whole batch, every one with its batch axis in front. */
export function batchedInFront(
  f: FlatFunction,
  values: readonly Value[],
  dims: readonly BatchDim[],
  axisSize: number,
): readonly Value[] {
  const results = vmapFlat(f, values, dims, axisSize);
  return results.values.map((value, k) => batchAxisAt(value, results.dims[k]!, 0, axisSize));
}

function batchedJvp(jvp: FlatJvp, dims: readonly BatchDim[], axisSize: number): FlatJvp {
  return (primals, tangents) => {
    const f: FlatFunction = (...examples) => {
      const one = jvp(examples.slice(0, dims.length), examples.slice(dims.length));
      return [...one.primals, ...one.tangents];
    };
    const all = batchedInFront(f, [...primals, ...tangents], [...dims, ...dims], axisSize);
    return { primals: all.slice(0, all.length / 2), tangents: all.slice(all.length / 2) };
  };
}

/** custom_jvp_call[jaxpr, jvp, num_consts]: a call whose derivative is the function `jvp`. */
export const custom_jvp_call: Primitive = {
  name: "custom_jvp_call",
  abstractEval: (_, params) => (params["jaxpr"] as ClosedJaxpr).out_avals,
  lower: { kind: "call" },
  jvp: (allPrimals, allTangents, params) => {
    const { primals, tangents } = ruleOperands("jvp", allPrimals, allTangents, params);
    const results = (params["jvp"] as FlatJvp)(primals, tangents.map(instantiateZeros));
    return { primals: results.primals, tangents: results.tangents };
  },
  transpose: "nonlinear",
  batch: (operands, dims, params, axisSize) => {
    const batched = dims.map((dim) => dim !== null);
    const { jaxpr } = batchJaxpr(params["jaxpr"] as ClosedJaxpr, axisSize, batched, true);
    const inFront = dims.map((dim) => (dim === null ? null : 0));
    const moved = operands.map((operand, k) =>
      dims[k] === null ? operand : batchAxisAt(operand, dims[k]!, 0, axisSize),
    );
    const jvp = batchedJvp(params["jvp"] as FlatJvp, inFront.slice(params["num_consts"] as number), axisSize);
    const values = bind(custom_jvp_call, moved, { ...params, jaxpr, jvp });
    return { values, dims: values.map(() => 0) };
  },
  partialEval: evaluateBody,
};
