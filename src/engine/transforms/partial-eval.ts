import { ArrayBase } from "../core/array-base.ts";
import type { ShapedArray } from "../core/aval.ts";
import { ClosedJaxpr, Var, type Atom } from "../core/jaxpr.ts";
import type { Params, PartialEvaluation, Primitive, Tangent } from "../core/primitive.ts";
import { isFloating } from "../core/dtype.ts";
import type { Scratch } from "../core/scratch.ts";
import { Zero } from "../core/tangent.ts";
import { avalOf, bind, currentTrace, withTrace, type Trace, type Value } from "../core/tracer.ts";
import { constantsAsArguments, DerivedJaxprs, flagKey, spread, withoutConstants } from "./derived-jaxprs.ts";
import { evalJaxpr } from "./eval-jaxpr.ts";
import { JaxprBuilder, pruned, VariableTracer } from "./jaxpr-builder.ts";
import { traceToJaxpr } from "./jaxpr-trace.ts";
import { JvpTrace, jvpFlat, type FlatFunction } from "./jvp.ts";

/** A value that is not known yet: a variable of the program that is left over. */
export class UnknownTracer extends VariableTracer {
  override readonly _trace: PartialEvalTrace;

  constructor(trace: PartialEvalTrace, variable: Var) {
    super(variable);
    this._trace = trace;
  }

  override get origin(): string {
    return "a linearized function";
  }
}

/** Computes with its parent what depends on known values only, and records the rest as a Jaxpr. */
export class PartialEvalTrace implements Trace, PartialEvaluation {
  readonly name = "JaxprTrace";
  readonly parent: Trace;
  readonly #builder = new JaxprBuilder(this);

  constructor(parent: Trace) {
    this.parent = parent;
  }

  newUnknown(aval: ShapedArray): UnknownTracer {
    return new UnknownTracer(this, new Var(aval));
  }

  isKnown(value: Value): boolean {
    return !(value instanceof UnknownTracer && value._trace === this);
  }

  processPrimitive(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[] {
    if (operands.every((operand) => this.isKnown(operand)))
      return this.bindKnown(primitive, operands, params);
    if (primitive.partialEval === "whole") return this.record(primitive, operands, params);
    // A rule computes with this trace, so that what it binds is sorted as well.
    return primitive.partialEval(this, operands, params) as readonly ArrayBase[];
  }

  bindKnown(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[] {
    return withTrace(this.parent, () => bind(primitive, operands, params));
  }

  record(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[] {
    return this.#builder
      .record(primitive, operands, params)
      .map((variable) => new UnknownTracer(this, variable));
  }

  /** The recorded program, without what its results do not need. Its constants are the known values it uses. */
  finish(args: readonly UnknownTracer[], results: readonly Value[]): ClosedJaxpr {
    const outvars: Atom[] = results.map((value) => this.#builder.atomOf(value));
    const invars = args.map((tracer) => tracer.variable);
    return pruned(this.#builder.build(invars, outvars));
  }
}

/** A function's results and what is left of it: the linear program from input tangents to output tangents. */
export interface Linearized {
  readonly primals: readonly Value[];
  /** From the tangents of all inputs to those of the outputs in `nonzeroOut`; its constants are the residuals. */
  readonly jaxpr: ClosedJaxpr;
  readonly nonzeroOut: readonly boolean[];
}

/**
 * Runs `f` at `primals` and keeps its derivative there as a linear Jaxpr. `count` says, when `f` has run, how many of
 * its results are differentiated; the rest is auxiliary data. With a `scratch` the residuals are its.
 */
export function linearizeFlat(
  f: FlatFunction,
  primals: readonly Value[],
  count: () => number = () => Infinity,
  scratch?: Scratch,
): Linearized {
  const partial = new PartialEvalTrace(currentTrace());
  const unknowns = primals.map((primal) => partial.newUnknown(avalOf(primal)));
  const tangents = unknowns.map((unknown): Tangent =>
    isFloating(unknown.dtype) ? unknown : new Zero(unknown.aval),
  );
  const results = withTrace(partial, () => jvpFlat(f, primals, tangents, new JvpTrace(partial, scratch)));
  for (const primal of results.primals) {
    if (!partial.isKnown(primal)) {
      throw new Error("internal error: a primitive mixes values and tangents and has no partialEval rule");
    }
  }
  const outTangents = results.tangents.slice(0, count());
  const nonzero = outTangents.filter((tangent): tangent is Value => !(tangent instanceof Zero));
  return {
    primals: results.primals,
    jaxpr: partial.finish(unknowns, nonzero),
    nonzeroOut: outTangents.map((tangent) => !(tangent instanceof Zero)),
  };
}

/** A Jaxpr divided into what can be computed now and what has to wait. */
export interface SplitJaxpr {
  /** Known arguments -> known results, then residuals. */
  readonly known: ClosedJaxpr;
  /** Residuals, then unknown arguments -> unknown results. */
  readonly unknown: ClosedJaxpr;
  readonly unknownOut: readonly boolean[];
  readonly residuals: readonly ShapedArray[];
}

const splits = new DerivedJaxprs<SplitJaxpr>();

/**
 * Divides a Jaxpr. `unknown[k]`: argument k has to wait; `instantiate[k]`: result k shall come from the unknown part
 * even if it is known.
 */
export function partialEvalJaxpr(
  closed: ClosedJaxpr,
  unknown: readonly boolean[],
  instantiate: readonly boolean[] | boolean,
): SplitJaxpr {
  const wanted = spread(instantiate, closed.out_avals.length);
  return splits.get(closed, `${flagKey(unknown)} ${flagKey(wanted)}`, () => split(closed, unknown, wanted));
}

function split(closed: ClosedJaxpr, unknown: readonly boolean[], wanted: readonly boolean[]): SplitJaxpr {
  let left: ClosedJaxpr | undefined;
  let unknownOut: readonly boolean[] = [];
  const body = (...knownArgs: readonly ArrayBase[]): readonly Value[] => {
    const partial = new PartialEvalTrace(currentTrace());
    const rest = knownArgs.slice();
    const unknowns: UnknownTracer[] = [];
    const args = closed.in_avals.map((aval, k) => {
      if (!unknown[k]) return rest.shift()!;
      const tracer = partial.newUnknown(aval);
      unknowns.push(tracer);
      return tracer;
    });
    const results = withTrace(partial, () => evalJaxpr(closed.jaxpr, closed.consts, args));
    unknownOut = results.map((value, k) => wanted[k]! || !partial.isKnown(value));
    left = partial.finish(
      unknowns,
      results.filter((_, k) => unknownOut[k]),
    );
    return [...results.filter((_, k) => !unknownOut[k]), ...(left.consts as readonly Value[])];
  };
  const knownAvals = closed.in_avals.filter((_, k) => !unknown[k]);
  const known = withoutConstants(traceToJaxpr(body, knownAvals, "partial_eval", currentTrace()));
  const residuals = left!.jaxpr.constvars.map((variable) => variable.aval);
  return { known: pruned(known), unknown: constantsAsArguments(left!), unknownOut, residuals };
}
