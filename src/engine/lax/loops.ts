import { while_loop as whilePrimitive } from "../control/while-loop.ts";
import { ArrayBase } from "../core/array-base.ts";
import { callArguments } from "../core/call-arguments.ts";
import { isFloating, isUnsigned, type DType } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { typedScalar } from "../core/scalar.ts";
import { avalOf, bind, Tracer, type Value } from "../core/tracer.ts";
import { treeKey, treeUnflatten } from "../core/tree.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import { checkCarry, promoteWeakCarry, typeName } from "./carry-types.ts";
import { convert_element_type } from "./conversion.ts";
import { add, lt } from "./elementwise.ts";
import { forwardCarry, mergeCarry } from "./forward-carry.ts";
import { scanWith } from "./scan.ts";
import { firstParameter, flattenValues, traceBody, type BodyCall, type TracedBody } from "./traced-body.ts";

type AnyFunction = (...args: readonly unknown[]) => unknown;

/**
 * `val = body_fun(val)` as long as `cond_fun(val)` holds. Both are traced once. The value may be any tree, whose
 * structure and types stay the same. Forward-mode differentiation works, reverse-mode does not.
 *
 * Throws TypeError when the condition is no boolean scalar or the body changes the type of the value.
 */
export function while_loop<T>(
  cond_fun: (val: never) => unknown,
  body_fun: (val: never) => unknown,
  init_val: T,
): T {
  if (typeof cond_fun !== "function" || typeof body_fun !== "function") {
    throw new TypeError("lax.while_loop: body_fun and cond_fun arguments should be callable.");
  }
  const test = { key: cond_fun, role: "while_loop condition", call: cond_fun as AnyFunction };
  const step = { key: body_fun, role: "while_loop body", call: body_fun as AnyFunction };
  return whileWith(test, step, firstParameter(body_fun), init_val) as T;
}

type Function = Omit<BodyCall, "args">;

function whileWith(test: Function, step: Function, parameter: string | undefined, init: unknown): unknown {
  const start = flattenValues(init, "while_loop");
  const { treedef } = start;
  let { leaves, avals } = start;
  const trace = (f: Function): TracedBody => traceBody({ ...f, args: [{ avals, treedef }] });
  let cond = tracedCondition(trace(test));
  let body = trace(step);
  if (body.outAvals.length === avals.length) {
    const promoted = promoteWeakCarry(leaves, avals, body.outAvals);
    if (promoted !== leaves) {
      leaves = promoted;
      avals = promoted.map(avalOf);
      cond = tracedCondition(trace(test));
      body = trace(step);
    }
  }
  const output = { avals: body.outAvals, treedef: body.outTree };
  checkCarry("while_loop body", parameter, { avals, treedef }, output);
  const condition = { jaxpr: cond.jaxpr, numConsts: cond.consts.length };
  const loop = forwardCarry(body.jaxpr, body.consts.length, leaves.length, condition);
  const fixed = leaves.filter((_, k) => loop.moved[k]);
  const carry = leaves.filter((_, k) => !loop.moved[k]);
  const results = bind(whilePrimitive, [...cond.consts, ...body.consts, ...fixed, ...carry], {
    body_jaxpr: loop.body,
    body_nconsts: body.consts.length + fixed.length,
    cond_jaxpr: loop.cond,
    cond_nconsts: cond.consts.length,
  });
  return treeUnflatten(treedef, mergeCarry(loop.moved, fixed, results));
}

function tracedCondition(cond: TracedBody): TracedBody {
  if (cond.outTree.kind !== "leaf") {
    throw new TypeError(
      `cond_fun must return a boolean scalar, but got pytree PyTreeDef(${treeKey(cond.outTree)}).`,
    );
  }
  const [aval] = cond.outAvals;
  if (aval!.dtype !== "bool" || aval!.ndim > 0) {
    const weak = aval!.weakType ? ", weak_type=True" : "";
    throw new TypeError(
      `cond_fun must return a boolean scalar, but got output type(s) [ShapedArray(${typeName(aval!)}${weak})].`,
    );
  }
  return cond;
}

/** Options of `fori_loop`, as Python's keyword arguments. */
interface ForiOptions {
  readonly unroll?: number | boolean | null;
}

/**
 * `val = body_fun(i, val)` for i from `lower` to `upper - 1`. When both bounds are known while tracing the loop is a
 * `scan`, which can be differentiated in reverse mode; else it is a `while_loop`.
 *
 * Throws TypeError when the bounds differ in type or the body changes the structure or type of the value.
 */
export function fori_loop<T>(
  lower: Value,
  upper: Value,
  body_fun: (i: never, val: never) => unknown,
  init_val: T,
  ...options: readonly unknown[]
): T {
  if (typeof body_fun !== "function") {
    throw new TypeError("lax.fori_loop: body_fun argument should be callable.");
  }
  const { unroll } = callArguments<ForiOptions>("fori_loop", ["unroll"], options);
  const dtype = boundsDType(lower, upper);
  const body = body_fun as AnyFunction;
  const [from, to] = [concreteInteger(lower), concreteInteger(upper)];
  if (from !== undefined && to !== undefined) {
    const call = (carry: unknown): unknown => {
      const [i, value] = carry as [ArrayBase, unknown];
      return [[add(i, 1), body(i, value)], null];
    };
    const scanBody = { key: body_fun, role: "fori_loop", call, parameter: "loop_carry" };
    const given = { length: Math.max(to - from, 0), unroll: unroll ?? false };
    const [[, result]] = scanWith(scanBody, [from, init_val], null, given) as [[unknown, T], unknown];
    return result;
  }
  if (unroll !== undefined && unroll !== null && unroll !== false && unroll !== 1) {
    throw new ValueError("Can only use `unroll` in `fori_loop` if the loop bounds are statically known.");
  }
  const step = (carry: unknown): unknown => {
    const [i, limit, value] = carry as [ArrayBase, ArrayBase, unknown];
    return [add(i, 1), limit, body(i, value)];
  };
  const [, , result] = whileWith(
    { key: foriCondition, role: "fori_loop", call: foriCondition as AnyFunction },
    { key: body_fun, role: "fori_loop with dynamic bounds", call: step },
    "loop_carry",
    [inDType(lower, dtype), inDType(upper, dtype), init_val],
  ) as [unknown, unknown, T];
  return result;
}

function foriCondition([i, limit]: [ArrayBase, ArrayBase]): ArrayBase {
  return lt(i, limit);
}

function inDType(bound: Value, dtype: DType): Value {
  if (avalOf(bound).dtype === dtype) return bound;
  return bound instanceof ArrayBase ? convert_element_type(bound, dtype) : typedScalar(bound, dtype);
}

/** The dtype of the counter: a Python scalar follows the other bound. */
function boundsDType(lower: Value, upper: Value): DType {
  const [low, high] = [avalOf(lower), avalOf(upper)];
  if (low.dtype === high.dtype) return low.dtype;
  const isSigned = (dtype: DType): boolean => !isFloating(dtype) && !isUnsigned(dtype) && dtype !== "bool";
  if (isSigned(low.dtype) && isSigned(high.dtype)) {
    if (low.weakType && !high.weakType) return high.dtype;
    if (!low.weakType && high.weakType) return low.dtype;
  }
  throw new TypeError(
    `lower and upper arguments to fori_loop must have equal types, got ${low.dtype} and ${high.dtype}`,
  );
}

/** The bound as a number, where it is known while tracing and can be read without waiting. */
function concreteInteger(bound: Value): number | undefined {
  const value = bound instanceof Tracer ? bound.known : bound;
  if (value === undefined) return undefined;
  if (!(value instanceof ArrayBase))
    return Math.trunc(Number(value instanceof Object && "value" in value ? value.value : value));
  if (!(value instanceof ArrayImpl) || value.size !== 1) return undefined;
  if (!value.storage.backend.description.synchronousReads) return undefined;
  return Math.trunc(Number(value.item()));
}
