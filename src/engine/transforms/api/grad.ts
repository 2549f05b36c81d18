import { callArguments } from "../../core/call-arguments.ts";
import { formatShape } from "../../core/aval.ts";
import { isFloating } from "../../core/dtype.ts";
import { typedScalar } from "../../core/scalar.ts";
import { Scratch, withScratch } from "../../core/scratch.ts";
import { UndefinedPrimal } from "../../core/tangent.ts";
import { avalOf, currentTrace, Tracer, type Trace, type Value } from "../../core/tracer.ts";
import { treeFlatten, treeUnflatten } from "../../core/tree.ts";
import { instantiateZeros } from "../../primitives/zeros.ts";
import { asArray, checkCallable, checkLeaf, FlatCall, shown, type AnyFunction } from "../flat-call.ts";
import { linearizeFlat } from "../partial-eval.ts";
import { backwardPass } from "../transpose.ts";
import { BatchTrace } from "../vmap.ts";
import { argumentPositions, withFixedOthers, type Positions } from "./argument-positions.ts";

export interface GradOptions {
  /** Which argument to differentiate with respect to; several give a list. 0 unless said. */
  readonly argnums?: Positions;
  /** Whether `f` returns [value, auxiliary data]. */
  readonly has_aux?: boolean;
}

const optionNames = ["argnums", "has_aux"] as const;

/**
 * The gradient of a scalar function: same arguments as `f`, and a result of the shape of the argument at `argnums`
 * (a list for several; [gradient, aux] with `has_aux`).
 *
 * Throws TypeError when those arguments are not floating or the result is not a floating scalar.
 */
export function grad(f: AnyFunction, ...rest: unknown[]): (...args: unknown[]) => unknown {
  checkCallable(f);
  const options = callArguments<GradOptions>("grad", optionNames, rest);
  return (...args) => {
    const { value, gradient } = valueAndGradient(f, args, options);
    return options.has_aux === true ? [gradient, (value as readonly unknown[])[1]] : gradient;
  };
}

/** As `grad`, with the value of `f` as well: [value, gradient], the value being [value, aux] with `has_aux`. */
export function value_and_grad(
  f: AnyFunction,
  ...rest: unknown[]
): (...args: unknown[]) => [unknown, unknown] {
  checkCallable(f);
  const options = callArguments<GradOptions>("value_and_grad", optionNames, rest);
  return (...args) => {
    const { value, gradient } = valueAndGradient(f, args, options);
    return [value, gradient];
  };
}

function valueAndGradient(
  f: AnyFunction,
  args: readonly unknown[],
  options: GradOptions,
): { value: unknown; gradient: unknown } {
  const argnums = options.argnums ?? 0;
  const positions = argumentPositions(argnums, args.length);
  const { leaves, treedef } = treeFlatten(positions.map((position) => args[position]));
  const primals = leaves.map(checkLeaf);
  for (const primal of primals) checkRealInput("grad", primal);
  const call = new FlatCall(withFixedOthers(f, args, positions), treedef, options.has_aux === true);
  const scratch = newScratch(currentTrace());
  const linear = linearizeFlat(call.flat, primals, () => call.mainCount, scratch);
  const seed = seedOf(call, linear.primals);
  const { jaxpr, consts } = linear.jaxpr;
  const undefinedPrimals = primals.map((primal) => new UndefinedPrimal(avalOf(primal)));
  const cotangents = withScratch(scratch, () =>
    backwardPass(jaxpr, consts, undefinedPrimals, linear.nonzeroOut[0] === true ? [seed] : []),
  );
  const gradients = cotangents.map((cotangent) => asArray(instantiateZeros(cotangent)));
  const result = asArray(linear.primals[0]!);
  scratch?.deleteExcept(reachable([...gradients, result, ...linear.primals]));
  const tree = treeUnflatten(treedef, gradients) as readonly unknown[];
  return {
    value: options.has_aux === true ? [result, call.auxiliary(linear.primals)] : result,
    gradient: typeof argnums === "number" ? tree[0] : tree,
  };
}

/** Where the intermediates go: nowhere inside another derivative, which may need them itself. */
function newScratch(trace: Trace): Scratch | undefined {
  if (trace instanceof BatchTrace) return newScratch(trace.parent);
  return trace.parent === undefined ? new Scratch() : undefined;
}

/** The values, and everything their tracers are made of. */
function reachable(values: readonly unknown[]): ReadonlySet<unknown> {
  const found = new Set<unknown>();
  const visit = (value: unknown): void => {
    found.add(value);
    if (value instanceof Tracer) value.parts.forEach(visit);
  };
  values.forEach(visit);
  return found;
}

/** The cotangent 1 of a scalar result. */
function seedOf(call: FlatCall, results: readonly Value[]): Value {
  if (call.out.kind !== "leaf") {
    const tree = call.result(results.slice(0, call.mainCount));
    throw new TypeError(`Gradient only defined for scalar-output functions. Output was ${shown(tree)}.`);
  }
  const aval = avalOf(results[0]!);
  if (aval.ndim > 0) {
    throw new TypeError(
      `Gradient only defined for scalar-output functions. Output had shape: ${formatShape(aval.shape)}.`,
    );
  }
  checkRealOutput("grad", results[0]!);
  return typedScalar(1, aval.dtype, aval.weakType);
}

/** Throws TypeError, in JAX's words, for an argument that cannot vary continuously. */
export function checkRealInput(name: string, value: Value): void {
  const { dtype } = avalOf(value);
  if (isFloating(dtype)) return;
  throw new TypeError(
    `${name} requires real- or complex-valued inputs (input dtype that is a sub-dtype of np.inexact), but got ` +
      `${dtype}. If you want to use Boolean- or integer-valued inputs, use vjp or set allow_int to True.`,
  );
}

/** Throws TypeError, in JAX's words, for a result that cannot vary continuously. */
export function checkRealOutput(name: string, value: Value): void {
  const { dtype } = avalOf(value);
  if (isFloating(dtype)) return;
  throw new TypeError(
    `${name} requires real-valued outputs (output dtype that is a sub-dtype of np.floating), but got ${dtype}. ` +
      `For differentiation of functions with integer outputs, use jax.vjp directly.`,
  );
}
