import { sameShape, type ShapedArray } from "../../core/aval.ts";
import { isFloating } from "../../core/dtype.ts";
import { ArrayBase } from "../../core/array-base.ts";
import { typedScalar } from "../../core/scalar.ts";
import { withScratch } from "../../core/scratch.ts";
import { avalOf, bind1, type Value } from "../../core/tracer.ts";
import { treeFlatten, treeKey, treeUnflatten, type PyTreeDef } from "../../core/tree.ts";
import { add } from "../../primitives/arithmetic.ts";
import { zerosOf } from "../../primitives/zeros.ts";
import {
  checkCallable,
  checkLeaf,
  functionName,
  shown,
  type AnyFunction,
} from "../../transforms/flat-call.ts";
import { bindCustomJvp, type FlatJvp } from "./custom-jvp-call.ts";
import { customFunction, joinArguments, splitArguments } from "./custom-rule.ts";

/** From [arguments that are constants of the rule], primals and tangents to [results, their tangents]. */
export type JvpFunction = (...args: never[]) => unknown;

/** A function with a derivative of its own. */
export interface CustomJvpFunction {
  (...args: unknown[]): unknown;
  /** Sets the rule: `(primals, tangents) => [results, their tangents]`, all lists. Returns it. */
  defjvp<F extends JvpFunction>(rule: F): F;
  /**
   * Sets the rule by one function per argument: `(tangent, result, ...primals) => its part of the result's tangent`;
   * null for an argument whose part is zero.
   */
  defjvps(...rules: (((...args: never[]) => unknown) | null)[]): void;
}

/**
 * `f` with a derivative of its own, set by `defjvp`; it holds for forward and, transposed, for reverse mode.
 * Differentiating it without a rule throws AttributeError.
 */
export function custom_jvp(f: AnyFunction, ...rest: unknown[]): CustomJvpFunction {
  const { call, setRules } = customFunction<AnyFunction>("jvp", f, rest, (rule, args, nondiff) =>
    callWithRule(f, rule, args, nondiff),
  );
  return Object.assign(call, {
    defjvp: <F extends JvpFunction>(jvp: F): F => {
      checkCallable(jvp);
      setRules(jvp);
      return jvp;
    },
    defjvps: (...rules: (((...args: never[]) => unknown) | null)[]) => {
      setRules(sumOfParts(call, rules));
    },
  });
}

/** The rule that adds up what each argument contributes. */
function sumOfParts(
  f: (...args: unknown[]) => unknown,
  rules: readonly (((...args: never[]) => unknown) | null)[],
): (primals: readonly unknown[], tangents: readonly unknown[]) => unknown {
  return (primals, tangents) => {
    const result = f(...primals);
    const zero = zerosOf(avalOf(checkLeaf(result)));
    const parts = rules.map((part, k) => part?.(...([tangents[k], result, ...primals] as never[])) ?? zero);
    return [result, parts.reduce((sum, part) => bind1(add, [checkLeaf(sum), checkLeaf(part)]))];
  };
}

function callWithRule(
  f: AnyFunction,
  rule: AnyFunction,
  args: readonly unknown[],
  nondiff: readonly number[],
): unknown {
  const { fixed, rest } = splitArguments(args, nondiff);
  const { leaves, treedef } = treeFlatten(rest);
  let out: PyTreeDef | undefined;
  const results = bindCustomJvp(
    {
      name: functionName(f),
      f: (...values) => {
        const inputs = treeUnflatten(treedef, values) as readonly unknown[];
        const result = treeFlatten(f(...(joinArguments(fixed, inputs, nondiff) as never[])));
        out = result.treedef;
        return result.leaves.map(checkLeaf);
      },
      jvp: flatRule(functionName(f), rule, fixed, treedef, (tree) => (out = tree)),
    },
    leaves.map(checkLeaf),
  );
  return treeUnflatten(out!, results);
}

function flatRule(
  name: string,
  rule: AnyFunction,
  fixed: readonly unknown[],
  treedef: PyTreeDef,
  setOut: (tree: PyTreeDef) => void,
): FlatJvp {
  return (primals, tangents) => {
    // What a user's rule makes is the user's: nothing of it is scratch.
    const pair = withScratch(undefined, () =>
      rule(...([...fixed, treeUnflatten(treedef, primals), treeUnflatten(treedef, tangents)] as never[])),
    );
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new TypeError(
        `Custom JVP rule ${functionName(rule)} for function ${name} must produce a pair (list or tuple of length two) ` +
          `representing primal and tangent outputs, but got ${shown(pair)}.`,
      );
    }
    const [outs, outTangents] = pair.map((tree) => treeFlatten(tree));
    if (treeKey(outs!.treedef) !== treeKey(outTangents!.treedef)) {
      throw new TypeError(
        `Custom JVP rule ${functionName(rule)} for function ${name} must produce primal and tangent outputs with ` +
          `equal container (pytree) structures, but got PyTreeDef(${treeKey(outs!.treedef)}) and ` +
          `PyTreeDef(${treeKey(outTangents!.treedef)}) respectively.`,
      );
    }
    setOut(outs!.treedef);
    const values = outs!.leaves.map(checkLeaf);
    return {
      primals: values,
      tangents: outTangents!.leaves.map((leaf, k) => tangentOf(avalOf(values[k]!), checkLeaf(leaf))),
    };
  };
}

/** A rule's tangent, checked against its primal. Python floats take the primal's dtype. */
function tangentOf(aval: ShapedArray, tangent: Value): Value {
  const own = avalOf(tangent);
  const isNumber = !(tangent instanceof ArrayBase) && isFloating(own.dtype) && isFloating(aval.dtype);
  if (sameShape(own.shape, aval.shape) && (own.dtype === aval.dtype || isNumber)) {
    return isNumber ? typedScalar(tangent, aval.dtype, aval.weakType) : tangent;
  }
  if (!isFloating(aval.dtype)) return zerosOf(aval);
  const type = `${aval.dtype}[${aval.shape.join(",")}]`;
  throw new TypeError(
    `Custom JVP rule must produce primal and tangent outputs with corresponding shapes and dtypes. Expected ${type} ` +
      `(tangent type of ${type}) but got ${own.dtype}[${own.shape.join(",")}].`,
  );
}
