import { ArrayBase } from "../../core/array-base.ts";
import { formatShape, sameShape } from "../../core/aval.ts";
import { callArguments } from "../../core/call-arguments.ts";
import { isFloating } from "../../core/dtype.ts";
import { ValueError } from "../../core/errors.ts";
import type { Tangent } from "../../core/primitive.ts";
import { pythonTypeName } from "../../core/python-type-name.ts";
import { typedScalar } from "../../core/scalar.ts";
import { Zero } from "../../core/tangent.ts";
import { avalOf, type Value } from "../../core/tracer.ts";
import { treeFlatten, treeKey } from "../../core/tree.ts";
import { instantiateZeros } from "../../primitives/zeros.ts";
import { asArray, checkCallable, checkLeaf, FlatCall, type AnyFunction } from "../flat-call.ts";
import { jvpFlat } from "../jvp.ts";

/**
 * The value of `f` at `primals` and its directional derivative along `tangents`: [value, tangent], or
 * [value, tangent, aux] with `has_aux`. Both are lists, one entry per argument, of equal shapes and dtypes.
 */
export function jvp(f: AnyFunction, primals: unknown, tangents: unknown, ...rest: unknown[]): unknown[] {
  checkCallable(f);
  const { has_aux } = callArguments<{ has_aux: boolean }>("jvp", ["has_aux"], rest);
  if (!Array.isArray(primals) || !Array.isArray(tangents)) {
    throw new TypeError(
      `primal and tangent arguments to jax.jvp must be tuples or lists; ` +
        `found ${typeName(primals)} and ${typeName(tangents)}.`,
    );
  }
  const inputs = treeFlatten(primals);
  const directions = treeFlatten(tangents);
  if (treeKey(inputs.treedef) !== treeKey(directions.treedef)) {
    throw new TypeError(
      `primal and tangent arguments to jax.jvp must have the same tree structure; primals have tree structure ` +
        `PyTreeDef(${treeKey(inputs.treedef)}) whereas tangents have tree structure ` +
        `PyTreeDef(${treeKey(directions.treedef)}).`,
    );
  }
  const values = inputs.leaves.map(checkLeaf);
  const given = directions.leaves.map((leaf, k) => tangentFor(values[k]!, checkLeaf(leaf)));
  const call = new FlatCall(f, inputs.treedef, has_aux === true);
  const results = jvpFlat(call.flat, values, given);
  const outs = results.primals.slice(0, call.mainCount);
  const outTangents = results.tangents.slice(0, call.mainCount);
  const pair = [
    call.result(outs.map(asArray)),
    call.result(outTangents.map((tangent) => asArray(instantiateZeros(tangent)))),
  ];
  return has_aux === true ? [...pair, call.auxiliary(results.primals)] : pair;
}

function typeName(value: unknown): string {
  return value instanceof ArrayBase ? "ArrayImpl" : pythonTypeName(value);
}

/** A tangent that fits its primal. An integer's can only be zero, and is given as an array of zeros. */
function tangentFor(primal: Value, tangent: Value): Tangent {
  const [own, other] = [avalOf(primal), avalOf(tangent)];
  if (!isFloating(own.dtype) && own.dtype === other.dtype && tangent instanceof ArrayBase)
    return new Zero(own);
  if (!isFloating(own.dtype) || own.dtype !== other.dtype) {
    if (
      isFloating(own.dtype) &&
      isFloating(other.dtype) &&
      !(tangent instanceof ArrayBase) &&
      own.ndim === 0
    ) {
      return typedScalar(tangent, own.dtype, own.weakType);
    }
    throw new TypeError(
      `primal and tangent arguments to jax.jvp do not match; dtypes must be equal, or in case of int/bool primal ` +
        `dtype the tangent dtype must be float0.Got primal dtype ${own.dtype} and so expected tangent dtype ` +
        `${isFloating(own.dtype) ? own.dtype : "float0"}, but got tangent dtype ${other.dtype} instead.`,
    );
  }
  if (!sameShape(own.shape, other.shape)) {
    throw new ValueError(
      `jvp called with different primal and tangent shapes;Got primal shape ${formatShape(own.shape)} ` +
        `and tangent shape as ${formatShape(other.shape)}`,
    );
  }
  return tangent;
}
