import { sameShape, type ShapedArray } from "../../core/aval.ts";
import { isOptions } from "../../core/call-arguments.ts";
import { isFloating } from "../../core/dtype.ts";
import { ValueError } from "../../core/errors.ts";
import { typedScalar } from "../../core/scalar.ts";
import { ArrayBase } from "../../core/array-base.ts";
import { UndefinedPrimal } from "../../core/tangent.ts";
import { avalOf, type Value } from "../../core/tracer.ts";
import { treeFlatten, treeKey, treeUnflatten } from "../../core/tree.ts";
import { instantiateZeros } from "../../primitives/zeros.ts";
import { asArray, checkCallable, checkLeaf, FlatCall, functionName, type AnyFunction } from "../flat-call.ts";
import { linearizeFlat } from "../partial-eval.ts";
import { backwardPass } from "../transpose.ts";

/** Keyword arguments behind any number of positional ones: an object with only these names. */
export function trailingOptions<T extends object>(
  args: readonly unknown[],
  names: readonly (keyof T & string)[],
): { readonly positional: readonly unknown[]; readonly options: Partial<T> } {
  const last = args.at(-1);
  const keys = isOptions(last) ? Object.keys(last) : [];
  const isKeywords = keys.length > 0 && keys.every((key) => (names as readonly string[]).includes(key));
  return isKeywords
    ? { positional: args.slice(0, -1), options: last as Partial<T> }
    : { positional: args, options: {} };
}

/**
 * The value of `f` and a function from a cotangent of it (a tree of the same structure, shapes and dtypes) to the
 * list of cotangents of the arguments: [value, f_vjp], or [value, f_vjp, aux] with a last argument
 * `{ has_aux: true }`. Integer arguments get zeros.
 */
export function vjp(f: AnyFunction, ...args: unknown[]): unknown[] {
  checkCallable(f);
  const { positional, options } = trailingOptions<{ has_aux: boolean }>(args, ["has_aux"]);
  const { leaves, treedef } = treeFlatten(positional);
  const primals = leaves.map(checkLeaf);
  const avals = primals.map(avalOf);
  const call = new FlatCall(f, treedef, options.has_aux === true);
  const linear = linearizeFlat(call.flat, primals, () => call.mainCount);
  const outs = linear.primals.slice(0, call.mainCount);
  const outAvals = outs.map(avalOf);
  const { jaxpr, consts } = linear.jaxpr;
  const pullback = (cotangent: unknown): unknown => {
    const given = checkCotangent(f, call, outAvals, cotangent);
    const cotangents = backwardPass(
      jaxpr,
      consts,
      avals.map((aval) => new UndefinedPrimal(aval)),
      given.filter((_, k) => linear.nonzeroOut[k]),
    );
    return treeUnflatten(
      treedef,
      cotangents.map((value) => asArray(instantiateZeros(value))),
    );
  };
  const result = [call.result(outs.map(asArray)), pullback];
  return options.has_aux === true ? [...result, call.auxiliary(linear.primals)] : result;
}

function checkCotangent(
  f: AnyFunction,
  call: FlatCall,
  avals: readonly ShapedArray[],
  cotangent: unknown,
): readonly Value[] {
  const { leaves, treedef } = treeFlatten(cotangent);
  if (treeKey(treedef) !== treeKey(call.out)) {
    throw new ValueError(
      `unexpected tree structure.\nThe argument to a VJP function returned by \`jax.vjp\` must match the pytree\n` +
        `structure of the differentiated function ${functionName(f)}.\nBut the tree structures differ: ` +
        `the original output was PyTreeDef(${treeKey(call.out)}), the argument is PyTreeDef(${treeKey(treedef)}).`,
    );
  }
  return leaves.map((leaf, k) => cotangentFor(avals[k]!, checkLeaf(leaf)));
}

function cotangentFor(aval: ShapedArray, cotangent: Value): Value {
  const own = avalOf(cotangent);
  const fits = own.dtype === aval.dtype || !isFloating(aval.dtype);
  if (fits && sameShape(own.shape, aval.shape)) return cotangent;
  if (!(cotangent instanceof ArrayBase) && isFloating(own.dtype) && aval.ndim === 0) {
    return typedScalar(cotangent, aval.dtype, aval.weakType);
  }
  throw new ValueError(
    `unexpected JAX type (e.g. shape/dtype) for argument to VJP function: got ${longName(own)}, but expected ` +
      `${longName(aval)} because the corresponding output of the differentiated function had JAX type ${longName(aval)}`,
  );
}

/** As JAX's messages write a type: `float32[3]`. */
export function longName(aval: ShapedArray): string {
  return `${aval.dtype}[${aval.shape.join(",")}]`;
}
