import { sameShape } from "../../core/aval.ts";
import { isFloating } from "../../core/dtype.ts";
import { ValueError } from "../../core/errors.ts";
import { ArrayBase } from "../../core/array-base.ts";
import { typedScalar } from "../../core/scalar.ts";
import { Zero } from "../../core/tangent.ts";
import { avalOf, type Value } from "../../core/tracer.ts";
import { treeFlatten, treeKey } from "../../core/tree.ts";
import { instantiateZeros } from "../../primitives/zeros.ts";
import { evalJaxpr } from "../eval-jaxpr.ts";
import { asArray, checkCallable, checkLeaf, FlatCall, type AnyFunction } from "../flat-call.ts";
import { linearizeFlat } from "../partial-eval.ts";
import { longName, trailingOptions } from "./vjp.ts";

/**
 * The value of `f` at the arguments and its derivative there as a linear function: [value, f_jvp], or
 * [value, f_jvp, aux] with a last argument `{ has_aux: true }`. `f_jvp(...tangents)` does not compute the value again.
 */
export function linearize(f: AnyFunction, ...args: unknown[]): unknown[] {
  checkCallable(f);
  const { positional, options } = trailingOptions<{ has_aux: boolean }>(args, ["has_aux"]);
  const { leaves, treedef } = treeFlatten(positional);
  const primals = leaves.map(checkLeaf);
  const call = new FlatCall(f, treedef, options.has_aux === true);
  const linear = linearizeFlat(call.flat, primals, () => call.mainCount);
  const outs = linear.primals.slice(0, call.mainCount);
  const outAvals = outs.map(avalOf);
  const inAvals = primals.map(avalOf);
  const pushForward = (...tangents: unknown[]): unknown => {
    const given = treeFlatten(tangents);
    if (treeKey(given.treedef) !== treeKey(treedef)) {
      throw new TypeError(
        `expected PyTreeDef(${treeKey(treedef)}), got PyTreeDef(${treeKey(given.treedef)})`,
      );
    }
    const values = given.leaves.map((leaf, k): Value => {
      const aval = inAvals[k]!;
      const tangent = checkLeaf(leaf);
      const own = avalOf(tangent);
      if (!sameShape(own.shape, aval.shape) || (isFloating(aval.dtype) && !isFloating(own.dtype))) {
        throw new ValueError(
          `linearized function called on tangent values inconsistent with the original primal values:\n` +
            `Got tangent aval ${longName(own)} for primal aval ${longName(aval)} but expected ${longName(aval)}.`,
        );
      }
      return tangent instanceof ArrayBase ? tangent : typedScalar(tangent, aval.dtype, aval.weakType);
    });
    const results = [...evalJaxpr(linear.jaxpr.jaxpr, linear.jaxpr.consts, values)];
    const all = outAvals.map((aval, k) =>
      asArray(linear.nonzeroOut[k] === true ? results.shift()! : instantiateZeros(new Zero(aval))),
    );
    return call.result(all);
  };
  const result = [call.result(outs.map(asArray)), pushForward];
  return options.has_aux === true ? [...result, call.auxiliary(linear.primals)] : result;
}
