import type { ArrayBase } from "../core/array-base.ts";
import type { ShapedArray } from "../core/aval.ts";
import { JaxprCache } from "../core/jaxpr-cache.ts";
import { ClosedJaxpr, Jaxpr, Literal, Var, type Atom } from "../core/jaxpr.ts";
import type { Params, Primitive } from "../core/primitive.ts";
import { avalOfScalar, convertScalar, type PythonScalar } from "../core/scalar.ts";
import { activeScratch } from "../core/scratch.ts";
import { leakedTracer, Tracer, type Trace, type Value } from "../core/tracer.ts";
import type { Program } from "../lowering/program.ts";
import { ArrayImpl } from "./array.ts";
import { compileProgram } from "./compile-program.ts";
import { runProgram } from "./run-program.ts";

/**
 * Eager evaluation: every primitive is a program of one equation, compiled once for its parameters and the avals of
 * its operands, and cached.
 */
export class EvalTrace implements Trace {
  readonly name = "EvalTrace";
  readonly #programs = new JaxprCache<Program>();

  processPrimitive(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[] {
    const atoms = operands.map((operand) => atomOf(primitive, concrete(operand)));
    const args = atoms.filter((atom) => !(atom instanceof Literal));
    const results = runProgram(this.#find(primitive, params, atoms, args), args);
    activeScratch()?.add(results);
    return results;
  }

  #find(
    primitive: Primitive,
    params: Params,
    atoms: readonly (ArrayImpl | PythonScalar | Literal)[],
    args: readonly (ArrayImpl | PythonScalar)[],
  ): Program {
    const { key, jaxprs } = describeParams(params);
    return this.#programs.get(jaxprs, `${primitive.name} ${atoms.map(signatureOf).join(" ")} ${key}`, () => {
      const flags = args.map((arg) => !(arg instanceof ArrayImpl));
      return compileProgram(oneEquation(primitive, params, atoms), flags);
    });
  }
}

/** Parameters as text, and the Jaxprs among them. */
function describeParams(params: Params): { key: string; jaxprs: readonly ClosedJaxpr[] } {
  const jaxprs: ClosedJaxpr[] = [];
  const key = JSON.stringify(params, (_, value: unknown) => {
    if (typeof value === "bigint") return `${String(value)}n`;
    if (!(value instanceof ClosedJaxpr)) return value;
    jaxprs.push(value);
    return "jaxpr";
  });
  return { key, jaxprs };
}

/** A scalar whose value shapes the kernel is a literal of the program; every other operand is an argument. */
function atomOf(primitive: Primitive, operand: ArrayImpl | PythonScalar): ArrayImpl | PythonScalar | Literal {
  const rule = primitive.lower;
  if (operand instanceof ArrayImpl || rule.kind !== "elementwise" || rule.isStructural === undefined)
    return operand;
  const aval = avalOfScalar(operand);
  const value = convertScalar(operand, aval.dtype);
  return rule.isStructural(value) ? new Literal(value, aval) : operand;
}

/** What a program depends on: `f32[3]`, `f32[]*$` for a host scalar, `1.5:f32[]` for a literal. */
function signatureOf(atom: ArrayImpl | PythonScalar | Literal): string {
  if (atom instanceof Literal) return `${String(atom.value)}:${atom.aval.key}`;
  return avalOfArgument(atom).key + (atom instanceof ArrayImpl ? "" : "$");
}

function oneEquation(
  primitive: Primitive,
  params: Params,
  atoms: readonly (ArrayImpl | PythonScalar | Literal)[],
): Jaxpr {
  const invars: Atom[] = atoms.map((atom) =>
    atom instanceof Literal ? atom : new Var(avalOfArgument(atom)),
  );
  const avals = invars.map((atom) => atom.aval);
  const outvars = primitive.abstractEval(avals, params).map((aval) => new Var(aval));
  const variables = invars.filter((atom) => atom instanceof Var);
  return new Jaxpr([], variables, [{ primitive, params, invars, outvars }], outvars);
}

function avalOfArgument(arg: ArrayImpl | PythonScalar): ShapedArray {
  return arg instanceof ArrayImpl ? arg.aval : avalOfScalar(arg);
}

/** A value that can be computed with now; a tracer here has outlived its transformation. */
function concrete(value: Value): ArrayImpl | PythonScalar {
  if (value instanceof Tracer) throw leakedTracer(value);
  return value as ArrayImpl | PythonScalar;
}
