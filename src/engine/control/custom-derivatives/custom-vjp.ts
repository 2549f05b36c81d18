import { sameShape, type ShapedArray } from "../../core/aval.ts";
import { isFloating } from "../../core/dtype.ts";
import { ValueError } from "../../core/errors.ts";
import { ArrayBase } from "../../core/array-base.ts";
import { typedScalar } from "../../core/scalar.ts";
import { withScratch } from "../../core/scratch.ts";
import { avalOf, type Value } from "../../core/tracer.ts";
import { treeFlatten, treeKey, treeUnflatten, type PyTreeDef } from "../../core/tree.ts";
import { zerosOf } from "../../primitives/zeros.ts";
import {
  checkCallable,
  checkLeaf,
  functionName,
  shown,
  type AnyFunction,
} from "../../transforms/flat-call.ts";
import { customFunction, joinArguments, splitArguments } from "./custom-rule.ts";
import { bindCustomVjp, type FlatBackward, type FlatForward } from "./custom-vjp-call.ts";

/** A function with a way back of its own. */
export interface CustomVjpFunction {
  (...args: unknown[]): unknown;
  /**
   * Sets the rules: `fwd(...args) => [result, residuals]` and `bwd(residuals, cotangent) => list of cotangents`, one
   * per argument, null for zeros. With nondiff_argnums `bwd` gets those arguments first.
   */
  defvjp(fwd: (...args: never[]) => unknown, bwd: (...args: never[]) => unknown): void;
}

interface Rules {
  readonly name: string;
  readonly fwd: AnyFunction;
  readonly bwd: AnyFunction;
}

/**
 * `f` with a way back of its own, set by `defvjp`, for reverse mode only. Forward mode throws TypeError,
 * differentiating without rules AttributeError.
 */
export function custom_vjp(f: AnyFunction, ...rest: unknown[]): CustomVjpFunction {
  const { call, setRules } = customFunction<Rules>("vjp", f, rest, (rules, args, nondiff) =>
    callWithRules(f, rules, args, nondiff),
  );
  return Object.assign(call, {
    defvjp: (fwd: AnyFunction, bwd: AnyFunction) => {
      checkCallable(fwd);
      checkCallable(bwd);
      setRules({ name: functionName(f), fwd, bwd });
    },
  });
}

function callWithRules(
  f: AnyFunction,
  rules: Rules,
  args: readonly unknown[],
  nondiff: readonly number[],
): unknown {
  const { fixed, rest } = splitArguments(args, nondiff);
  const { leaves, treedef } = treeFlatten(rest);
  let out: PyTreeDef | undefined;
  const argumentsFrom = (values: readonly unknown[]): never[] =>
    joinArguments(fixed, treeUnflatten(treedef, values) as readonly unknown[], nondiff) as never[];
  const forward: FlatForward = (primals) => {
    // What a user's rules make is the user's: nothing of it is scratch.
    const pair = withScratch(undefined, () => rules.fwd(...argumentsFrom(primals)));
    const { result, residuals } = checkForward(rules, pair);
    const flat = treeFlatten(result);
    const saved = treeFlatten(residuals);
    out = flat.treedef;
    const arrays = saved.leaves.filter((leaf) => leaf instanceof ArrayBase);
    return {
      results: flat.leaves.map(checkLeaf),
      residuals: arrays,
      backward: flatBackward(rules, fixed, treedef, primals.map(avalOf), saved, flat.treedef),
    };
  };
  const results = bindCustomVjp(
    {
      name: rules.name,
      f: (...values) => {
        const result = treeFlatten(f(...argumentsFrom(values)));
        out = result.treedef;
        return result.leaves.map(checkLeaf);
      },
      forward,
    },
    leaves.map(checkLeaf),
  );
  return treeUnflatten(out!, results);
}

function checkForward(rules: Rules, pair: unknown): { result: unknown; residuals: unknown } {
  if (Array.isArray(pair) && pair.length === 2) {
    return { result: pair[0] as unknown, residuals: pair[1] as unknown };
  }
  const fwd = functionName(rules.fwd);
  throw new TypeError(
    `Custom VJP fwd rule ${fwd} for function ${rules.name} must produce a pair (list or tuple of length two) where ` +
      `the first element represents the primal output (equal to those of the custom_vjp-decorated function ` +
      `${rules.name}) and the second element represents residuals (i.e. values stored from the forward pass for use ` +
      `on the backward pass), but instead of a pair the fwd rule ${fwd} produced ${shown(pair)}.`,
  );
}

/** Residuals that are no arrays (numbers, strings, null) are kept beside those that are. */
function flatBackward(
  rules: Rules,
  fixed: readonly unknown[],
  args: PyTreeDef,
  avals: readonly ShapedArray[],
  saved: { readonly leaves: readonly unknown[]; readonly treedef: PyTreeDef },
  out: PyTreeDef,
): FlatBackward {
  return (residuals, cotangents) => {
    const arrays = residuals.slice();
    const leaves = saved.leaves.map((leaf) => (leaf instanceof ArrayBase ? arrays.shift() : leaf));
    const result = withScratch(undefined, () =>
      rules.bwd(
        ...([...fixed, treeUnflatten(saved.treedef, leaves), treeUnflatten(out, cotangents)] as never[]),
      ),
    );
    return cotangentsOf(result, args, avals);
  };
}

/** One cotangent per leaf of the arguments; null stands for zeros of a whole subtree. */
function cotangentsOf(result: unknown, args: PyTreeDef, avals: readonly ShapedArray[]): readonly Value[] {
  const found: (Value | null)[] = [];
  const collect = (tree: unknown, treedef: PyTreeDef): boolean => {
    if (treedef.kind === "none") return tree === null || tree === undefined;
    if (tree === null || tree === undefined) {
      fillWithNull(treedef, found);
      return true;
    }
    if (treedef.kind === "leaf") {
      if (treeFlatten(tree).treedef.kind !== "leaf") return false;
      found.push(checkLeaf(tree));
      return true;
    }
    if (treedef.kind === "list") {
      if (!Array.isArray(tree) || tree.length !== treedef.children.length) return false;
      return treedef.children.every((child, k) => collect(tree[k], child));
    }
    const keys = treeFlatten(tree).treedef;
    if (keys.kind !== "dict" || keys.keys.join() !== treedef.keys.join()) return false;
    return treedef.children.every((child, k) =>
      collect((tree as Record<string, unknown>)[treedef.keys[k]!], child),
    );
  };
  if (!collect(result, args) || result === null || result === undefined) {
    throw new TypeError(
      `Custom VJP bwd rule must produce an output with the same container (pytree) structure as the args tuple of the ` +
        `primal function, and in particular must produce a tuple of length equal to the number of arguments to the ` +
        `primal function, but got bwd output structure PyTreeDef(${treeKey(treeFlatten(result).treedef)}) for primal ` +
        `input structure PyTreeDef(${treeKey(args)}).`,
    );
  }
  return found.map((value, k) => (value === null ? zerosOf(avals[k]!) : cotangentOf(avals[k]!, value, k)));
}

function fillWithNull(treedef: PyTreeDef, found: (Value | null)[]): void {
  if (treedef.kind === "leaf") found.push(null);
  else if (treedef.kind !== "none") for (const child of treedef.children) fillWithNull(child, found);
}

function cotangentOf(aval: ShapedArray, cotangent: Value, position: number): Value {
  if (!isFloating(aval.dtype)) return zerosOf(aval);
  const own = avalOf(cotangent);
  if (!sameShape(own.shape, aval.shape)) {
    throw new ValueError(
      `Custom VJP bwd rule must produce an output with the same type as the args tuple of the primal function, but at ` +
        `output[${String(position)}] the bwd rule produced an output of type ${own.dtype}[${own.shape.join(",")}] ` +
        `corresponding to an input of type ${aval.dtype}[${aval.shape.join(",")}], so the shapes do not match`,
    );
  }
  return cotangent instanceof ArrayBase ? cotangent : typedScalar(cotangent, aval.dtype, aval.weakType);
}
