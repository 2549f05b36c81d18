import { callArguments } from "../../core/call-arguments.ts";
import { isFloating } from "../../core/dtype.ts";
import { typedScalar } from "../../core/scalar.ts";
import { UndefinedPrimal } from "../../core/tangent.ts";
import { avalOf, bind1, type Value } from "../../core/tracer.ts";
import type { ShapedArray } from "../../core/aval.ts";
import { treeFlatten, treeUnflatten } from "../../core/tree.ts";
import { add } from "../../primitives/arithmetic.ts";
import { eq } from "../../primitives/comparison.ts";
import { convert_element_type } from "../../primitives/conversion.ts";
import { iota } from "../../primitives/iota.ts";
import { reshaped } from "../../primitives/reshape.ts";
import { slice } from "../../primitives/slicing.ts";
import { instantiateZeros } from "../../primitives/zeros.ts";
import { batchAxisAt } from "../batch-axis.ts";
import { asArray, checkCallable, checkLeaf, FlatCall, type AnyFunction } from "../flat-call.ts";
import { jvpFlat } from "../jvp.ts";
import { linearizeFlat } from "../partial-eval.ts";
import { backwardPass } from "../transpose.ts";
import { vmapFlat } from "../vmap.ts";
import { argumentPositions, withFixedOthers } from "./argument-positions.ts";
import { checkRealInput, checkRealOutput, type GradOptions } from "./grad.ts";

const optionNames = ["argnums", "has_aux"] as const;
type Jacobian = (...args: unknown[]) => unknown;

/**
 * The Jacobian of `f`, column by column (forward mode): the best choice where there are fewer inputs than outputs. A
 * tree of the structure of the result, each leaf of the structure of the argument, of shape result + argument.
 */
export function jacfwd(f: AnyFunction, ...rest: unknown[]): Jacobian {
  checkCallable(f);
  return jacobian(f, callArguments<GradOptions>("jacfwd", optionNames, rest), forward);
}

/** The Jacobian of `f`, row by row (reverse mode): the best choice where there are fewer outputs than inputs. */
export function jacrev(f: AnyFunction, ...rest: unknown[]): Jacobian {
  checkCallable(f);
  return jacobian(f, callArguments<GradOptions>("jacrev", optionNames, rest), reverse);
}

/** The second derivatives of `f`: the forward Jacobian of its reverse Jacobian. */
export function hessian(f: AnyFunction, ...rest: unknown[]): Jacobian {
  checkCallable(f);
  const options = callArguments<GradOptions>("hessian", optionNames, rest);
  return jacfwd(jacrev(f, options), options);
}

/** Results of `f`, and its Jacobian: one list of blocks, one per input, for every output. */
type Blocks = (
  call: FlatCall,
  primals: readonly Value[],
) => { readonly results: readonly Value[]; readonly blocks: readonly (readonly Value[])[] };

function jacobian(f: AnyFunction, options: GradOptions, compute: Blocks): Jacobian {
  return (...args) => {
    const argnums = options.argnums ?? 0;
    const positions = argumentPositions(argnums, args.length);
    const { leaves, treedef } = treeFlatten(positions.map((position) => args[position]));
    const call = new FlatCall(withFixedOthers(f, args, positions), treedef, options.has_aux === true);
    const { results, blocks } = compute(call, leaves.map(checkLeaf));
    const rows = blocks.map((row) => {
      const tree = treeUnflatten(treedef, row.map(asArray)) as readonly unknown[];
      return typeof argnums === "number" ? tree[0] : tree;
    });
    const matrix = treeUnflatten(call.out, rows);
    return options.has_aux === true ? [matrix, call.auxiliary(results)] : matrix;
  };
}

const forward: Blocks = (call, primals) => {
  for (const primal of primals) {
    const { dtype } = avalOf(primal);
    if (isFloating(dtype)) continue;
    throw new TypeError(
      `jacfwd requires real-valued inputs (input dtype that is a sub-dtype of np.floating), but got ${dtype}. ` +
        `For holomorphic differentiation, pass holomorphic=True. For differentiation of non-holomorphic functions ` +
        `involving complex inputs or integer inputs, use jax.jvp directly.`,
    );
  }
  const avals = primals.map(avalOf);
  const { directions, count } = standardBasis(avals);
  const pushed = vmapFlat(
    (...tangents) => {
      const out = jvpFlat(call.flat, primals, tangents);
      return [...out.tangents.slice(0, call.mainCount).map(instantiateZeros), ...out.primals];
    },
    directions,
    directions.map(() => 0),
    count,
  );
  const primalDims = pushed.dims.slice(call.mainCount);
  const results = primalDims.map((dim, k) => {
    const value = pushed.values[call.mainCount + k]!;
    return dim === null ? value : firstExample(value, dim);
  });
  const outAvals = results.slice(0, call.mainCount).map(avalOf);
  const blocks = outAvals.map((out, k) => {
    const columns = batchAxisAt(pushed.values[k]!, pushed.dims[k]!, out.ndim, count);
    return cut(columns, out.ndim, avals).map((part, j) => reshaped(part, [...out.shape, ...avals[j]!.shape]));
  });
  return { results, blocks };
};

const reverse: Blocks = (call, primals) => {
  for (const primal of primals) checkRealInput("jacrev", primal);
  const avals = primals.map(avalOf);
  const linear = linearizeFlat(call.flat, primals, () => call.mainCount);
  const outs = linear.primals.slice(0, call.mainCount);
  for (const out of outs) checkRealOutput("jacrev", out);
  const outAvals = outs.map(avalOf);
  const { directions, count } = standardBasis(outAvals);
  const pulled = vmapFlat(
    (...cotangents) =>
      backwardPass(
        linear.jaxpr.jaxpr,
        linear.jaxpr.consts,
        avals.map((aval) => new UndefinedPrimal(aval)),
        cotangents.filter((_, k) => linear.nonzeroOut[k]),
      ).map(instantiateZeros),
    directions,
    directions.map(() => 0),
    count,
  );
  const columns = avals.map((aval, j) => {
    const rows = batchAxisAt(pulled.values[j]!, pulled.dims[j]!, 0, count);
    return cut(rows, 0, outAvals).map((part, k) => reshaped(part, [...outAvals[k]!.shape, ...aval.shape]));
  });
  return { results: linear.primals, blocks: outAvals.map((_, k) => columns.map((parts) => parts[k]!)) };
};

/** What all examples have in common, from one of them. */
function firstExample(value: Value, dim: number): Value {
  const { shape } = avalOf(value);
  const part = bind1(slice, [value], {
    start_indices: shape.map(() => 0),
    limit_indices: shape.map((extent, axis) => (axis === dim ? 1 : extent)),
    strides: null,
  });
  return reshaped(
    part,
    shape.filter((_, axis) => axis !== dim),
  );
}

/** Every direction of the space these values span, as batches: row r is 1 at the r-th element of all. */
function standardBasis(avals: readonly ShapedArray[]): { directions: readonly Value[]; count: number } {
  const count = avals.reduce((sum, aval) => sum + aval.size, 0);
  let start = 0;
  const directions = avals.map((aval): Value => {
    const shape = [count, aval.size];
    const rows = bind1(iota, [], { dtype: "int32", shape, dimension: 0 });
    const columns = bind1(iota, [], { dtype: "int32", shape, dimension: 1 });
    const isOne = bind1(eq, [rows, bind1(add, [columns, typedScalar(start, "int32")])]);
    start += aval.size;
    const ones = bind1(convert_element_type, [isOne], { new_dtype: aval.dtype, weak_type: aval.weakType });
    return reshaped(ones, [count, ...aval.shape]);
  });
  return { directions, count };
}

/** The parts of an axis that belong to each of these values. */
function cut(value: Value, axis: number, avals: readonly ShapedArray[]): readonly Value[] {
  if (avals.length === 1) return [value];
  const { shape } = avalOf(value);
  let start = 0;
  return avals.map((aval) => {
    const limit = start + aval.size;
    const part = bind1(slice, [value], {
      start_indices: shape.map((_, k) => (k === axis ? start : 0)),
      limit_indices: shape.map((extent, k) => (k === axis ? limit : extent)),
      strides: null,
    });
    start = limit;
    return part;
  });
}
