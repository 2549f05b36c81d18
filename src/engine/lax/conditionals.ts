import { cond as condPrimitive } from "../control/cond.ts";
import { ArrayBase } from "../core/array-base.ts";
import { formatShape } from "../core/aval.ts";
import { isInteger } from "../core/dtype.ts";
import { ValueError } from "../core/errors.ts";
import { ClosedJaxpr, Jaxpr, Var, type JaxprEqn } from "../core/jaxpr.ts";
import { JaxprCache } from "../core/jaxpr-cache.ts";
import { convertScalar, isPythonScalar, typedScalar } from "../core/scalar.ts";
import { avalOf, bind, type Value } from "../core/tracer.ts";
import { treeUnflatten } from "../core/tree.ts";
import { checkBranches, showValue } from "./carry-types.ts";
import { convert_element_type } from "./conversion.ts";
import { clamp, ne } from "./elementwise.ts";
import { flattenValues, traceBody, type TracedBody } from "./traced-body.ts";

type AnyFunction = (...args: readonly unknown[]) => unknown;
type Branch = (...operands: never[]) => unknown;

/**
 * `true_fun(...operands)` where `pred` holds, else `false_fun(...operands)`. Both are traced, and one of them runs;
 * under `vmap` with a batched predicate both do.
 *
 * Throws TypeError when the predicate is no scalar or the branches differ in the structure or types of their results.
 */
export function cond(
  pred: unknown,
  true_fun: Branch,
  false_fun: Branch,
  ...operands: readonly unknown[]
): unknown {
  if (typeof true_fun !== "function" || typeof false_fun !== "function") {
    throw new TypeError("lax.cond: true_fun and false_fun arguments should be callable.");
  }
  if (pred === null || pred === undefined) throw new TypeError("cond predicate is None");
  if (!(pred instanceof ArrayBase) && !isPythonScalar(pred)) {
    throw new TypeError(`Pred must be a scalar, got ${showValue(pred)} of type ${typeOf(pred)}`);
  }
  const { shape } = avalOf(pred);
  if (shape.length > 0) {
    throw new TypeError(`Pred must be a scalar, got ${showValue(pred)} of shape ${formatShape(shape)}.`);
  }
  const branches = [false_fun, true_fun];
  return choose("cond", ["false_fun", "true_fun"], indexOf(pred), branches, operands);
}

/**
 * `branches[index](...operands)`, the index clamped to the branches there are. All are traced, and one of them runs.
 *
 * Throws TypeError when the index is no integer scalar or the branches differ in the structure or types of their
 * results, ValueError when there is no branch.
 */
function switch_(index: unknown, branches: readonly Branch[], ...operands: readonly unknown[]): unknown {
  if (!Array.isArray(branches)) throw new TypeError(`'${typeof branches}' object is not iterable`);
  if (!branches.every((branch) => typeof branch === "function")) {
    throw new TypeError("lax.switch: branches argument should be a sequence of callables.");
  }
  if (!(index instanceof ArrayBase) && !isPythonScalar(index)) {
    throw new TypeError(`Index type must be an integer, got ${showValue(index)}.`);
  }
  const { shape, dtype } = avalOf(index);
  if (shape.length > 0) {
    throw new TypeError(
      `Branch index must be scalar, got ${showValue(index)} of shape ${formatShape(shape)}.`,
    );
  }
  if (!isInteger(dtype)) {
    throw new TypeError(`Index type must be an integer, got ${showValue(index)} as ${dtype}`);
  }
  if (branches.length === 0) throw new ValueError("Empty branch sequence");
  if (branches.length === 1) return (branches[0] as AnyFunction)(...operands);
  const last = branches.length - 1;
  const clamped =
    index instanceof ArrayBase
      ? clamp(typedScalar(0, "int32"), convert_element_type(index, "int32"), typedScalar(last, "int32"))
      : typedScalar(Math.max(0, Math.min(last, Number(convertScalar(index, "int32")))), "int32");
  const names = branches.map((_, k) => (k === 0 ? "branch 0" : `branch${String(k)}`));
  return choose("switch", names, clamped, branches, operands);
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "list";
  return typeof value === "object" && value !== null ? value.constructor.name : typeof value;
}

/** 1 where the predicate holds, else 0. */
function indexOf(pred: Value): Value {
  if (!(pred instanceof ArrayBase)) {
    return typedScalar(convertScalar(pred, "bool") === true ? 1 : 0, "int32");
  }
  return convert_element_type(pred.dtype === "bool" ? pred : ne(pred, 0), "int32");
}

function choose(
  name: string,
  names: readonly string[],
  index: Value,
  branches: readonly Branch[],
  operands: readonly unknown[],
): unknown {
  const flat = operands.map((operand) => flattenValues(operand, name));
  const bodies = branches.map((branch) =>
    traceBody({ key: branch, role: name, call: branch as AnyFunction, args: flat }),
  );
  // JAX compares with the function that is given first.
  const order = name === "cond" ? [1, 0] : bodies.map((_, k) => k);
  const [first, ...others] = order;
  for (const other of others) {
    const typed = (body: TracedBody) => ({ avals: body.outAvals, treedef: body.outTree });
    checkBranches(name, [names[first!]!, names[other]!], typed(bodies[first!]!), typed(bodies[other]!));
  }
  const { jaxprs, consts } = withSharedConstants(bodies);
  const results = bind(condPrimitive, [index, ...consts, ...flat.flatMap((tree) => tree.leaves)], {
    branches: jaxprs,
  });
  return treeUnflatten(bodies[0]!.outTree, results);
}

const shared = new JaxprCache<readonly ClosedJaxpr[]>();

/** All branches take what any of them closed over. */
function withSharedConstants(bodies: readonly TracedBody[]): {
  jaxprs: readonly ClosedJaxpr[];
  consts: readonly Value[];
} {
  const consts = [...new Set(bodies.flatMap((body) => body.consts))];
  const places = bodies.map((body) => body.consts.map((value) => consts.indexOf(value)));
  const jaxprs = shared.get(
    bodies.map((body) => body.jaxpr),
    JSON.stringify([consts.length, places]),
    () =>
      bodies.map(({ jaxpr: { jaxpr } }, k) => {
        const own = places[k]!;
        const constvars = consts.map((value, place) => {
          const position = own.indexOf(place);
          return position < 0 ? new Var(avalOf(value)) : jaxpr.invars[position]!;
        });
        const eqns: readonly JaxprEqn[] = jaxpr.eqns;
        const invars = [...constvars, ...jaxpr.invars.slice(own.length)];
        return new ClosedJaxpr(new Jaxpr([], invars, eqns, jaxpr.outvars), []);
      }),
  );
  return { jaxprs, consts };
}

export { switch_ as switch };
