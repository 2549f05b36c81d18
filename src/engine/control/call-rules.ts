import type { ClosedJaxpr } from "../core/jaxpr.ts";
import type { Params, Primitive, Tangent } from "../core/primitive.ts";
import { merged, unpicked } from "../core/flags.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { bind, type Value } from "../core/tracer.ts";
import { batchAxisAt } from "../transforms/batch-axis.ts";
import { jvpJaxpr } from "../transforms/jvp.ts";
import { transposeJaxpr } from "../transforms/transpose.ts";
import { batchJaxpr } from "../transforms/vmap.ts";

/** The program a call calls. */
export function calleeOf(params: Params): ClosedJaxpr {
  return params["jaxpr"] as ClosedJaxpr;
}

type CallRules = Pick<Primitive, "abstractEval" | "lower" | "jvp" | "transpose" | "batch">;

/**
 * The rules of a primitive that calls `params.jaxpr`: its derivative, transpose and batched form call those of the
 * Jaxpr. `self` is the primitive, which does not exist yet.
 */
export function callRules(self: () => Primitive): CallRules {
  return {
    abstractEval: (_, params) => calleeOf(params).out_avals,
    lower: { kind: "call" },
    jvp: (primals, tangents, params) => {
      const { out_avals } = calleeOf(params);
      const nonzero = tangents.map((tangent) => !(tangent instanceof Zero));
      const { jaxpr, consts, nonzeroOut } = jvpJaxpr(calleeOf(params), nonzero, false);
      const given = tangents.filter((tangent): tangent is Value => !(tangent instanceof Zero));
      const results = bind(self(), [...consts, ...primals, ...given], { ...params, jaxpr });
      const zeros = unpicked(out_avals, nonzeroOut).map((aval) => new Zero(aval));
      return {
        primals: results.slice(0, out_avals.length),
        tangents: merged<Tangent>(nonzeroOut, results.slice(out_avals.length), zeros),
      };
    },
    transpose: (cotangents, operands, params) => {
      const linear = operands.map((operand) => operand instanceof UndefinedPrimal);
      const nonzero = cotangents.map((cotangent) => !(cotangent instanceof Zero));
      const { jaxpr, consts, nonzeroOut } = transposeJaxpr(calleeOf(params), linear, nonzero);
      const fixed = operands.filter((operand): operand is Value => !(operand instanceof UndefinedPrimal));
      const given = cotangents.filter((cotangent): cotangent is Value => !(cotangent instanceof Zero));
      const results = bind(self(), [...consts, ...fixed, ...given], { ...params, jaxpr });
      const rest = unpicked(operands, nonzeroOut);
      return merged<Tangent | null>(
        nonzeroOut,
        results,
        rest.map((operand) => (operand instanceof UndefinedPrimal ? new Zero(operand.aval) : null)),
      );
    },
    batch: (operands, dims, params, axisSize) => {
      const batched = dims.map((dim) => dim !== null);
      const { jaxpr, batchedOut } = batchJaxpr(calleeOf(params), axisSize, batched, false);
      const moved = operands.map((operand, k) =>
        dims[k] === null ? operand : batchAxisAt(operand, dims[k]!, 0, axisSize),
      );
      const values = bind(self(), moved, { ...params, jaxpr });
      return { values, dims: batchedOut.map((flag) => (flag ? 0 : null)) };
    },
  };
}
