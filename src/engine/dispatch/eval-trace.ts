import { counters } from "../backend/backend.ts";
import type { ArrayBase } from "../core/array-base.ts";
import type { ShapedArray } from "../core/aval.ts";
import { ClosedJaxpr, Jaxpr, Var } from "../core/jaxpr.ts";
import type { Params, Primitive } from "../core/primitive.ts";
import { UnexpectedTracerError } from "../core/errors.ts";
import { avalOfScalar, type PythonScalar } from "../core/scalar.ts";
import { Tracer, type Trace, type Value } from "../core/tracer.ts";
import { compile } from "../lowering/compile.ts";
import type { Program } from "../lowering/program.ts";
import { ArrayImpl } from "./array.ts";
import { defaultBackend } from "./devices.ts";
import { runProgram } from "./run-program.ts";

/**
 * Eager evaluation: every primitive is a program of one equation, compiled once for its parameters and the avals of
 * its operands, and cached.
 */
export class EvalTrace implements Trace {
  readonly name = "EvalTrace";
  readonly #programs = new Map<string, Program>();
  readonly #calls = new WeakMap<ClosedJaxpr, Map<string, Program>>();

  processPrimitive(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[] {
    const args = operands.map(concrete);
    const avals = args.map(avalOfArgument);
    const program = this.#find(primitive, params, args, avals);
    return runProgram(program, args);
  }

  #find(
    primitive: Primitive,
    params: Params,
    args: readonly (ArrayImpl | PythonScalar)[],
    avals: readonly ShapedArray[],
  ): Program {
    const flags = args.map((arg) => !(arg instanceof ArrayImpl));
    const signature = avals.map((aval, position) => aval.key + (flags[position]! ? "$" : "")).join(" ");
    const closed = params["jaxpr"];
    let cache = this.#programs;
    let key = `${primitive.name} ${signature}`;
    if (closed instanceof ClosedJaxpr) {
      cache = this.#calls.get(closed) ?? new Map<string, Program>();
      this.#calls.set(closed, cache);
    } else {
      key += ` ${JSON.stringify(params)}`;
    }
    const known = cache.get(key);
    if (known !== undefined) return known;
    const started = performance.now();
    const program = compile(oneEquation(primitive, params, avals), flags, defaultBackend().maxKernelBuffers);
    counters.compileMs += performance.now() - started;
    cache.set(key, program);
    return program;
  }
}

function oneEquation(primitive: Primitive, params: Params, avals: readonly ShapedArray[]): Jaxpr {
  const invars = avals.map((aval) => new Var(aval));
  const outvars = primitive.abstractEval(avals, params).map((aval) => new Var(aval));
  return new Jaxpr([], invars, [{ primitive, params, invars, outvars }], outvars);
}

function avalOfArgument(arg: ArrayImpl | PythonScalar): ShapedArray {
  return arg instanceof ArrayImpl ? arg.aval : avalOfScalar(arg);
}

/** A value that can be computed with now; a tracer here has outlived its transformation. */
function concrete(value: Value): ArrayImpl | PythonScalar {
  if (value instanceof Tracer) {
    throw new UnexpectedTracerError(
      `Encountered an unexpected tracer. A function transformed by JAX had a side effect, allowing for a reference ` +
        `to an intermediate value with type ${value.aval.toString()} to escape the scope of the transformation.`,
    );
  }
  return value as ArrayImpl | PythonScalar;
}
