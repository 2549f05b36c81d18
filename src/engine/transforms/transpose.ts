import type { ArrayBase } from "../core/array-base.ts";
import { sameShape, type ShapedArray } from "../core/aval.ts";
import { NotImplementedError } from "../core/errors.ts";
import { Literal, Var, type Atom, type ClosedJaxpr, type Jaxpr, type JaxprEqn } from "../core/jaxpr.ts";
import type { Tangent } from "../core/primitive.ts";
import { UndefinedPrimal, Zero } from "../core/tangent.ts";
import { avalOf, bind, bind1, currentTrace, withTrace, type Value } from "../core/tracer.ts";
import { broadcastTo } from "../primitives/broadcast.ts";
import { convert_element_type } from "../primitives/conversion.ts";
import { add_any } from "../primitives/elementwise.ts";
import { reduce_sum } from "../primitives/reductions.ts";
import { asDerived, DerivedJaxprs, flagKey, lasts, type Derived } from "./derived-jaxprs.ts";
import { evalJaxpr, valueOfLiteral } from "./eval-jaxpr.ts";
import { traceToJaxpr } from "./jaxpr-trace.ts";
import { PartialEvalTrace, type UnknownTracer } from "./partial-eval.ts";

/**
 * Runs a linear Jaxpr backwards: from the cotangents of its results to those of its arguments. Arguments the program
 * is linear in are given as `UndefinedPrimal`; the answer for any other is `Zero`.
 */
export function backwardPass(
  jaxpr: Jaxpr,
  consts: readonly unknown[],
  args: readonly (Value | UndefinedPrimal)[],
  cotangents: readonly Tangent[],
): Tangent[] {
  const pass = new BackwardPass(jaxpr, consts, args);
  jaxpr.outvars.forEach((atom, k) => {
    pass.accumulate(atom, cotangents[k]!);
  });
  pass.run();
  return jaxpr.invars.map((variable) => pass.cotangentOf(variable));
}

class BackwardPass {
  readonly #values = new Map<Var, Value>();
  readonly #cotangents = new Map<Var, Value>();
  readonly #linear: JaxprEqn[] = [];

  constructor(jaxpr: Jaxpr, consts: readonly unknown[], args: readonly (Value | UndefinedPrimal)[]) {
    jaxpr.constvars.forEach((variable, k) => this.#values.set(variable, consts[k] as Value));
    jaxpr.invars.forEach((variable, k) => {
      const arg = args[k]!;
      if (!(arg instanceof UndefinedPrimal)) this.#values.set(variable, arg);
    });
    for (const eqn of jaxpr.eqns) this.#sort(eqn);
  }

  /** Computes what does not depend on a linear argument; sets the rest aside for the way back. */
  #sort(eqn: JaxprEqn): void {
    const operands = eqn.invars.map((atom) => this.#read(atom));
    if (operands.some((operand) => operand instanceof UndefinedPrimal)) {
      this.#linear.push(eqn);
      return;
    }
    const results = bind(eqn.primitive, operands as readonly Value[], eqn.params);
    eqn.outvars.forEach((variable, k) => this.#values.set(variable, results[k]!));
  }

  #read(atom: Atom): Value | UndefinedPrimal {
    if (atom instanceof Literal) return valueOfLiteral(atom);
    return this.#values.get(atom) ?? new UndefinedPrimal(atom.aval);
  }

  run(): void {
    for (let position = this.#linear.length - 1; position >= 0; position--) {
      const eqn = this.#linear[position]!;
      const cotangents = eqn.outvars.map((variable): Tangent => {
        const cotangent = this.#cotangents.get(variable);
        this.#cotangents.delete(variable);
        return cotangent ?? new Zero(variable.aval);
      });
      if (cotangents.every((cotangent) => cotangent instanceof Zero)) continue;
      const { transpose, name } = eqn.primitive;
      if (transpose === "nonlinear") {
        throw new NotImplementedError(
          `Transpose rule (for reverse-mode differentiation) for '${name}' not implemented`,
        );
      }
      const operands = eqn.invars.map((atom) => this.#read(atom));
      transpose(cotangents, operands, eqn.params).forEach((cotangent, k) => {
        if (cotangent !== null && operands[k] instanceof UndefinedPrimal) {
          this.accumulate(eqn.invars[k]!, cotangent);
        }
      });
    }
  }

  /** Adds to what is known of an atom's cotangent; that of a value is nobody's business. */
  accumulate(atom: Atom, cotangent: Tangent): void {
    if (cotangent instanceof Zero || atom instanceof Literal || this.#values.has(atom)) return;
    const fitted = inShapeOf(atom.aval, cotangent);
    const known = this.#cotangents.get(atom);
    this.#cotangents.set(atom, known === undefined ? fitted : bind1(add_any, [known, fitted]));
  }

  cotangentOf(variable: Var): Tangent {
    const cotangent = this.#cotangents.get(variable);
    return cotangent === undefined ? new Zero(variable.aval) : withWeakness(variable.aval, cotangent);
  }
}

/** A 0-d operand that was broadcast gathers the cotangents of all the places it went to. */
function inShapeOf(aval: ShapedArray, cotangent: Value): Value {
  const own = avalOf(cotangent);
  let value = cotangent;
  if (!sameShape(own.shape, aval.shape)) {
    if (aval.ndim === 0) value = bind1(reduce_sum, [cotangent], { axes: own.shape.map((_, axis) => axis) });
    else if (own.ndim === 0) value = broadcastTo(cotangent, aval.shape);
    else {
      throw new Error(
        `internal error: the cotangent of a value of type ${aval.toString()} has type ${own.toString()}`,
      );
    }
  }
  if (own.dtype === aval.dtype) return value;
  return bind1(convert_element_type, [value], { new_dtype: aval.dtype, weak_type: aval.weakType });
}

/** A gradient is as weak as what it is the gradient of. */
function withWeakness(aval: ShapedArray, cotangent: Value): Value {
  if (avalOf(cotangent).weakType === aval.weakType) return cotangent;
  return bind1(convert_element_type, [cotangent], { new_dtype: aval.dtype, weak_type: aval.weakType });
}

/** A Jaxpr that takes cotangents of results to cotangents of arguments. */
export interface TransposedJaxpr {
  /** Arguments that are not linear, then nonzero cotangents -> nonzero cotangents of the linear arguments. */
  readonly jaxpr: ClosedJaxpr;
  /** One flag per argument of the original; false for those that are not linear. */
  readonly nonzeroOut: readonly boolean[];
}

const transposes = new DerivedJaxprs<TransposedJaxpr & Derived>();

/**
 * The transpose of a Jaxpr as a Jaxpr. `linear[k]`: it is linear in argument k; `nonzero[k]`: result k has a
 * cotangent. Whatever depends on the other arguments only is computed first. What a custom rule closed over comes
 * before the arguments.
 */
export function transposeJaxpr(
  closed: ClosedJaxpr,
  linear: readonly boolean[],
  nonzero: readonly boolean[],
): TransposedJaxpr & Derived {
  const derive = (): TransposedJaxpr & Derived => {
    let nonzeroOut: readonly boolean[] = [];
    const fixed = closed.in_avals.filter((_, k) => !linear[k]);
    const avals = [...fixed, ...closed.out_avals.filter((_, k) => nonzero[k])];
    const body = (...values: readonly ArrayBase[]): readonly Value[] => {
      const given = values.slice(fixed.length);
      const cotangents = closed.out_avals.map((aval, k): Tangent =>
        nonzero[k] ? given.shift()! : new Zero(aval),
      );
      const results = transposeAt(closed, linear, values.slice(0, fixed.length), cotangents);
      nonzeroOut = results.map((cotangent) => !(cotangent instanceof Zero));
      return results.filter((cotangent): cotangent is Value => !(cotangent instanceof Zero));
    };
    return { ...asDerived(traceToJaxpr(body, avals, "transpose", currentTrace())), nonzeroOut };
  };
  return transposes.get(closed, `${flagKey(linear)} ${flagKey(nonzero)}`, derive, lasts);
}

function transposeAt(
  closed: ClosedJaxpr,
  linear: readonly boolean[],
  fixed: readonly Value[],
  cotangents: readonly Tangent[],
): readonly Tangent[] {
  const partial = new PartialEvalTrace(currentTrace());
  const unknowns: UnknownTracer[] = [];
  const rest = fixed.slice();
  const args = closed.in_avals.map((aval, k) => {
    if (!linear[k]) return rest.shift()!;
    const tracer = partial.newUnknown(aval);
    unknowns.push(tracer);
    return tracer;
  });
  const results = withTrace(partial, () => evalJaxpr(closed.jaxpr, closed.consts, args));
  const left = partial.finish(unknowns, results);
  const undefinedPrimals = unknowns.map((unknown) => new UndefinedPrimal(unknown.aval));
  const found = backwardPass(left.jaxpr, left.consts, undefinedPrimals, cotangents);
  return closed.in_avals.map((aval, k) => (linear[k] ? found.shift()! : new Zero(aval)));
}
