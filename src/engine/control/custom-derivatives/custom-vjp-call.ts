import type { ArrayBase } from "../../core/array-base.ts";
import type { ShapedArray } from "../../core/aval.ts";
import type { ClosedJaxpr } from "../../core/jaxpr.ts";
import type { BatchDim, Params, Primitive, Tangent } from "../../core/primitive.ts";
import { Zero } from "../../core/tangent.ts";
import { avalOf, bind, bind1, currentTrace, withTrace, type Value } from "../../core/tracer.ts";
import { reduce_sum } from "../../primitives/reductions.ts";
import { instantiateZeros } from "../../primitives/zeros.ts";
import { batchAxisAt } from "../../transforms/batch-axis.ts";
import { JaxprTrace } from "../../transforms/jaxpr-trace.ts";
import { JvpTrace, type FlatFunction } from "../../transforms/jvp.ts";
import { PartialEvalTrace } from "../../transforms/partial-eval.ts";
import { batchJaxpr, BatchTrace, vmapFlat } from "../../transforms/vmap.ts";
import { batchedInFront } from "./custom-jvp-call.ts";
import { bodyOf, evaluateBody, ruleOperands } from "./custom-rule.ts";

/** Cotangents of the arguments from residuals and the cotangents of the results. */
export type FlatBackward = (residuals: readonly Value[], cotangents: readonly Value[]) => readonly Value[];

/** Results, and what the way back needs. */
export type FlatForward = (primals: readonly Value[]) => {
  readonly results: readonly Value[];
  readonly residuals: readonly Value[];
  readonly backward: FlatBackward;
};

/** A function that comes with its own way back. */
export interface CustomVjpCall {
  readonly name: string;
  readonly f: FlatFunction;
  readonly forward: FlatForward;
}

/** Calls the function as the current trace asks; see `bindCustomJvp`. */
export function bindCustomVjp(call: CustomVjpCall, operands: readonly Value[]): readonly Value[] {
  const trace = currentTrace();
  if (trace instanceof JvpTrace) return jvpOf(call, trace, operands);
  if (trace instanceof BatchTrace) return batchOf(call, trace, operands);
  if (trace instanceof JaxprTrace) {
    const { jaxpr, consts } = bodyOf(call.f, operands, call.name, trace);
    const params = { name: call.name, jaxpr, fwd: call.forward, num_consts: consts.length };
    return bind(custom_vjp_call, [...consts, ...operands], params);
  }
  if (trace instanceof PartialEvalTrace && operands.every((operand) => trace.isKnown(operand))) {
    return withTrace(trace.parent, () => bindCustomVjp(call, operands));
  }
  return call.f(...(operands as readonly ArrayBase[]));
}

function jvpOf(call: CustomVjpCall, trace: JvpTrace, operands: readonly Value[]): readonly Value[] {
  const pairs = operands.map((operand) => trace.unwrap(operand));
  const primals = pairs.map(({ primal }) => primal);
  return withTrace(trace.parent, () => {
    if (pairs.every(({ tangent }) => tangent instanceof Zero)) return bindCustomVjp(call, primals);
    const tangents = pairs.map(({ tangent }) => tangent);
    const results = forwardWithTangents(call.forward, primals, tangents, call.name);
    return results.primals.map((primal, k) => trace.wrap(primal, results.tangents[k]!, call.name));
  });
}

/** Runs the forward rule; the tangents are a promise that only the way back keeps. */
function forwardWithTangents(
  forward: FlatForward,
  primals: readonly Value[],
  tangents: readonly Tangent[],
  name: string,
): { readonly primals: readonly Value[]; readonly tangents: readonly Tangent[] } {
  const { results, residuals, backward } = forward(primals);
  const params: CustomLinParams = {
    name,
    num_res: residuals.length,
    out_avals: results.map(avalOf),
    bwd: backward,
  };
  return {
    primals: results,
    tangents: bind(custom_lin, [...residuals, ...tangents.map(instantiateZeros)], { ...params }),
  };
}

function batchOf(call: CustomVjpCall, trace: BatchTrace, operands: readonly Value[]): readonly Value[] {
  const pairs = operands.map((operand) => trace.unwrap(operand));
  const values = pairs.map(({ value }) => value);
  const dims = pairs.map(({ dim }) => dim);
  return withTrace(trace.parent, () => {
    if (dims.every((dim) => dim === null)) return bindCustomVjp(call, values);
    const size = trace.axisSize;
    const batched: CustomVjpCall = {
      name: call.name,
      f: (...batch) => batchedInFront(call.f, batch, dims, size),
      forward: batchedForward(call.forward, dims, size),
    };
    return bindCustomVjp(batched, values).map((value) => trace.wrap(value as ArrayBase, 0));
  });
}

function batchedForward(forward: FlatForward, dims: readonly BatchDim[], axisSize: number): FlatForward {
  return (primals) => {
    let one: ReturnType<FlatForward> | undefined;
    const all = vmapFlat(
      (...examples) => {
        one = forward(examples);
        return [...one.results, ...one.residuals];
      },
      primals,
      dims,
      axisSize,
    );
    const count = one!.results.length;
    return {
      results: all.values.slice(0, count).map((value, k) => batchAxisAt(value, all.dims[k]!, 0, axisSize)),
      residuals: all.values.slice(count),
      backward: batchedBackward(one!.backward, all.dims.slice(count), dims, axisSize),
    };
  };
}

/** The way back for a whole batch; an argument shared by all examples gets the sum of their cotangents. */
function batchedBackward(
  backward: FlatBackward,
  residualDims: readonly BatchDim[],
  primalDims: readonly BatchDim[],
  axisSize: number,
): FlatBackward {
  return (residuals, cotangents) => {
    const count = residuals.length;
    const results = vmapFlat(
      (...examples) => backward(examples.slice(0, count), examples.slice(count)),
      [...residuals, ...cotangents],
      [...residualDims, ...cotangents.map(() => 0)],
      axisSize,
    );
    return primalDims.map((target, k) => {
      const inFront = batchAxisAt(results.values[k]!, results.dims[k]!, target ?? 0, axisSize);
      return target === null ? bind1(reduce_sum, [inFront], { axes: [0] }) : inFront;
    });
  };
}

/** custom_vjp_call[jaxpr, fwd, num_consts]: a call with a way back of its own. */
export const custom_vjp_call: Primitive = {
  name: "custom_vjp_call",
  abstractEval: (_, params) => (params["jaxpr"] as ClosedJaxpr).out_avals,
  lower: { kind: "call" },
  jvp: (allPrimals, allTangents, params) => {
    const { primals, tangents } = ruleOperands("vjp", allPrimals, allTangents, params);
    return forwardWithTangents(params["fwd"] as FlatForward, primals, tangents, params["name"] as string);
  },
  transpose: "nonlinear",
  batch: (operands, dims, params, axisSize) => {
    const batched = dims.map((dim) => dim !== null);
    const { jaxpr } = batchJaxpr(params["jaxpr"] as ClosedJaxpr, axisSize, batched, true);
    const moved = operands.map((operand, k) =>
      dims[k] === null ? operand : batchAxisAt(operand, dims[k]!, 0, axisSize),
    );
    const inFront = dims.map((dim) => (dim === null ? null : 0)).slice(params["num_consts"] as number);
    const fwd = batchedForward(params["fwd"] as FlatForward, inFront, axisSize);
    const values = bind(custom_vjp_call, moved, { ...params, jaxpr, fwd });
    return { values, dims: values.map(() => 0) };
  },
  partialEval: evaluateBody,
};

interface CustomLinParams {
  readonly name: string;
  readonly num_res: number;
  readonly out_avals: readonly ShapedArray[];
  readonly bwd: FlatBackward;
}

function linParams(params: Params): CustomLinParams {
  return params as unknown as CustomLinParams;
}

function noForwardMode(): never {
  throw new TypeError("can't apply forward-mode autodiff (jvp) to a custom_vjp function.");
}

/** custom_lin[bwd, num_res]: tangents nobody can compute, from residuals and tangents; only its transpose is known. */
const custom_lin: Primitive = {
  name: "custom_lin",
  abstractEval: (_, params) => linParams(params).out_avals,
  lower: { kind: "elementwise", cost: 0, scalar: noForwardMode },
  jvp: noForwardMode,
  transpose: (cotangents, operands, params) => {
    const { num_res: count, bwd } = linParams(params);
    const residuals = operands.slice(0, count) as readonly Value[];
    return [...residuals.map(() => null), ...bwd(residuals, cotangents.map(instantiateZeros))];
  },
  batch: (operands, dims, params, axisSize) => {
    const { num_res: count, bwd, out_avals } = linParams(params);
    const backward = batchedBackward(bwd, dims.slice(0, count), dims.slice(count), axisSize);
    const batchedAvals = out_avals.map((aval) => aval.update({ shape: [axisSize, ...aval.shape] }));
    const values = bind(custom_lin, operands, { ...params, out_avals: batchedAvals, bwd: backward });
    return { values, dims: values.map(() => 0) };
  },
  partialEval: "whole",
};
