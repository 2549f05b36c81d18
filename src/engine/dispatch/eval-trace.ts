import type { ArrayBase } from "../core/array-base.ts";
import type { ShapedArray } from "../core/aval.ts";
import { ClosedJaxpr, Jaxpr, Literal, Var, type Atom } from "../core/jaxpr.ts";
import { KeyTree } from "../core/key-tree.ts";
import type { Params, Primitive } from "../core/primitive.ts";
import { avalOfScalar, convertScalar, type PythonScalar } from "../core/scalar.ts";
import { activeScratch } from "../core/scratch.ts";
import { currentTrace, leakedTracer, Tracer, type Trace, type Value } from "../core/tracer.ts";
import { operandKey } from "./argument-keys.ts";
import { ArrayImpl } from "./array.ts";
import { PlacedProgram } from "./placed-program.ts";

/**
 * Eager evaluation: every primitive is a program of one equation, compiled once for its parameters and the avals of
 * its operands, and cached.
 */
export class EvalTrace implements Trace {
  readonly name = "EvalTrace";
  readonly #programs = new KeyTree<PlacedProgram>();

  processPrimitive(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[] {
    const args: (ArrayImpl | PythonScalar)[] = [];
    let place = this.#programs.at(primitive);
    for (const operand of operands) {
      if (operand instanceof Tracer) throw leakedTracer(operand);
      const literal = literalOf(primitive, operand as ArrayImpl | PythonScalar);
      if (literal !== undefined) {
        place = place.at(literal.aval.key).at(literal.value);
        continue;
      }
      place = place.at(operandKey(operand as ArrayImpl | PythonScalar));
      args.push(operand as ArrayImpl | PythonScalar);
    }
    for (const name in params) place = followParam(place.at(name), params[name]);
    place.value ??= programOf(primitive, operands as readonly (ArrayImpl | PythonScalar)[], params);
    const results = place.value.run(args);
    activeScratch()?.add(results);
    return results;
  }
}

/** Whether primitives bound now are computed at once. */
export function evaluatesNow(): boolean {
  return currentTrace() instanceof EvalTrace;
}

/** Where a parameter leads: plain data by its content, Jaxprs by identity. */
function followParam<T>(from: KeyTree<T>, param: unknown): KeyTree<T> {
  if (typeof param !== "object" || param === null) return typeof param === "function" ? from : from.at(param);
  if (param instanceof ClosedJaxpr) return from.within(param);
  if (Array.isArray(param)) {
    let place = from.at(param.length);
    for (let k = 0; k < param.length; k++) place = followParam(place, param[k]);
    return place;
  }
  let place = from;
  for (const name in param) place = followParam(place.at(name), (param as Params)[name]);
  return place.at(end);
}

/** Ends a record. */
const end = Symbol("end");

/** A scalar whose value shapes the kernel is a literal of the program; every other operand is an argument. */
function literalOf(primitive: Primitive, operand: ArrayImpl | PythonScalar): Literal | undefined {
  const rule = primitive.lower;
  if (operand instanceof ArrayImpl || rule.kind !== "elementwise" || rule.isStructural === undefined) {
    return undefined;
  }
  const aval = avalOfScalar(operand);
  const value = convertScalar(operand, aval.dtype);
  return rule.isStructural(value) ? new Literal(value, aval) : undefined;
}

/** The program of one equation. */
function programOf(
  primitive: Primitive,
  operands: readonly (ArrayImpl | PythonScalar)[],
  params: Params,
): PlacedProgram {
  const invars = operands.map(
    (operand): Atom => literalOf(primitive, operand) ?? new Var(avalOfOperand(operand)),
  );
  const outvars = primitive
    .abstractEval(
      invars.map((atom) => atom.aval),
      params,
    )
    .map((aval) => new Var(aval));
  const variables = invars.filter((atom) => atom instanceof Var);
  const flags = operands
    .filter((_, position) => invars[position] instanceof Var)
    .map((operand) => !(operand instanceof ArrayImpl));
  return new PlacedProgram(
    new Jaxpr([], variables, [{ primitive, params, invars, outvars }], outvars),
    flags,
  );
}

function avalOfOperand(operand: ArrayImpl | PythonScalar): ShapedArray {
  return operand instanceof ArrayImpl ? operand.aval : avalOfScalar(operand);
}
