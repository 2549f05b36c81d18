import { ArrayBase } from "../core/array-base.ts";
import { formatShape, sameShape, type ShapedArray } from "../core/aval.ts";
import type { ClosedJaxpr } from "../core/jaxpr.ts";
import type { Params, Primitive, Tangent } from "../core/primitive.ts";
import { withScratch, type Scratch } from "../core/scratch.ts";
import { Zero } from "../core/tangent.ts";
import { avalOf, bind, currentTrace, Tracer, withTrace, type Trace, type Value } from "../core/tracer.ts";
import { broadcastTo } from "../primitives/broadcast.ts";
import { instantiateZeros } from "../primitives/zeros.ts";
import { asDerived, DerivedJaxprs, flagKey, lasts, spread, type Derived } from "./derived-jaxprs.ts";
import { evalJaxpr } from "./eval-jaxpr.ts";
import { traceToJaxpr } from "./jaxpr-trace.ts";

/** A value and its tangent, travelling together. */
export class JvpTracer extends Tracer {
  override readonly _trace: JvpTrace;
  readonly primal: Value;
  readonly tangent: Tangent;

  constructor(trace: JvpTrace, primal: Value, tangent: Tangent) {
    super();
    this._trace = trace;
    this.primal = primal;
    this.tangent = tangent;
  }

  override get aval(): ShapedArray {
    return avalOf(this.primal);
  }

  override get origin(): string {
    return this.primal instanceof Tracer ? this.primal.origin : "a function for jvp";
  }

  /** Outside jit the value is there: it may decide a condition, though nobody differentiates the decision. */
  override get known(): Value | undefined {
    return this.primal instanceof Tracer ? this.primal.known : this.primal;
  }

  override get parts(): readonly unknown[] {
    return [this.primal, this.tangent];
  }

  /** As JAX shows it: under jvp with the tangent, under grad with the tangent's type, for it has no value. */
  override toString(): string {
    const { tangent } = this;
    const primal = valueText(this.primal);
    if (tangent instanceof Tracer && tangent.known === undefined) {
      return `GradTracer(primal=${primal}, typeof(tangent)=${tangent.aval.toString()})`;
    }
    return `JVPTracer(primal=${primal}, tangent=${tangent instanceof Zero ? "Zero" : valueText(tangent)})`;
  }
}

/** A value in a tracer's text; where the device cannot be waited for, its type. */
function valueText(value: Value): string {
  try {
    return (value as { toString(): string }).toString();
  } catch {
    return avalOf(value).toString();
  }
}

/** Computes every primitive and its derivative, with its parent. */
export class JvpTrace implements Trace {
  readonly name = "JVPTrace";
  readonly parent: Trace;
  readonly #scratch: Scratch | undefined;

  /** What rules compute is noted in `scratch`, if there is one; what user code computes is not. */
  constructor(parent: Trace, scratch?: Scratch) {
    this.parent = parent;
    this.#scratch = scratch;
  }

  processPrimitive(primitive: Primitive, operands: readonly Value[], params: Params): readonly ArrayBase[] {
    const pairs = operands.map((operand) => this.unwrap(operand));
    const primals = pairs.map(({ primal }) => primal);
    const tangents = pairs.map(({ tangent }) => tangent);
    const { jvp } = primitive;
    return withTrace(this.parent, () => {
      if (jvp === "zero" || tangents.every((tangent) => tangent instanceof Zero)) {
        return bind(primitive, primals, params);
      }
      return withScratch(this.#scratch, () => {
        const results = jvp(primals, tangents, params);
        return results.primals.map((primal, k) => this.wrap(primal, results.tangents[k]!, primitive.name));
      });
    });
  }

  /** The pair behind a value; values from outside do not vary. */
  unwrap(value: Value): { primal: Value; tangent: Tangent } {
    if (value instanceof JvpTracer && value._trace === this) return value;
    return { primal: value, tangent: new Zero(avalOf(value)) };
  }

  /** A value that varies as a tracer; any other as the array it is. Binds with the parent. */
  wrap(primal: Value, tangent: Tangent, source: string): ArrayBase {
    if (!(tangent instanceof Zero))
      return new JvpTracer(this, primal, likePrimal(tangent, avalOf(primal), source));
    return primal instanceof ArrayBase ? primal : new JvpTracer(this, primal, tangent);
  }
}

/** The tangent in its primal's shape: that of a 0-d operand may still be 0-d where the result is not. */
function likePrimal(tangent: Value, aval: ShapedArray, source: string): Value {
  const own = avalOf(tangent);
  if (own.dtype === aval.dtype && sameShape(own.shape, aval.shape)) return tangent;
  if (own.dtype !== aval.dtype || own.ndim > 0) {
    throw new Error(
      `internal error: the tangent of ${source} is ${own.toString()}, its value ${aval.dtype}${formatShape(aval.shape)}`,
    );
  }
  return broadcastTo(tangent, aval.shape);
}

/** A function of flat lists of values. */
export type FlatFunction = (...values: readonly ArrayBase[]) => readonly Value[];

/** Results and tangents of `f` at `primals` in the direction `tangents`. Results are not wrapped in tracers. */
export function jvpFlat(
  f: FlatFunction,
  primals: readonly Value[],
  tangents: readonly Tangent[],
  trace: JvpTrace = new JvpTrace(currentTrace()),
): { readonly primals: readonly Value[]; readonly tangents: readonly Tangent[] } {
  const tracers = primals.map((primal, k) => new JvpTracer(trace, primal, tangents[k]!));
  const results = withTrace(trace, () => f(...tracers)).map((value) => trace.unwrap(value));
  return {
    primals: results.map(({ primal }) => primal),
    tangents: results.map(({ tangent }) => tangent),
  };
}

/** A Jaxpr that computes another one's results and their tangents. */
export interface JvpJaxpr {
  /** Primals, then nonzero tangents; in and out. */
  readonly jaxpr: ClosedJaxpr;
  readonly nonzeroOut: readonly boolean[];
}

const derivatives = new DerivedJaxprs<JvpJaxpr & Derived>();

/**
 * The derivative of a Jaxpr as a Jaxpr. `nonzero[k]`: argument k has a tangent; `instantiate[k]`: result k shall have
 * one even if it is zero. What a custom rule closed over comes before the arguments.
 */
export function jvpJaxpr(
  closed: ClosedJaxpr,
  nonzero: readonly boolean[],
  instantiate: readonly boolean[] | boolean,
): JvpJaxpr & Derived {
  const wanted = spread(instantiate, closed.out_avals.length);
  const derive = (): JvpJaxpr & Derived => {
    const nonzeroOut: boolean[] = [];
    const avals = [...closed.in_avals, ...closed.in_avals.filter((_, k) => nonzero[k])];
    const body = (...values: readonly ArrayBase[]): readonly Value[] => {
      const given = values.slice(closed.in_avals.length);
      const primals = values.slice(0, closed.in_avals.length);
      const tangents = closed.in_avals.map((aval, k): Tangent =>
        nonzero[k] ? given.shift()! : new Zero(aval),
      );
      const f: FlatFunction = (...args) => evalJaxpr(closed.jaxpr, closed.consts, args);
      const results = jvpFlat(f, primals, tangents);
      const outTangents = results.tangents.flatMap((tangent, k) => {
        nonzeroOut[k] = wanted[k]! || !(tangent instanceof Zero);
        return nonzeroOut[k] ? [instantiateZeros(tangent)] : [];
      });
      return [...results.primals, ...outTangents];
    };
    return { ...asDerived(traceToJaxpr(body, avals, "jvp", currentTrace())), nonzeroOut };
  };
  return derivatives.get(closed, `${flagKey(nonzero)} ${flagKey(wanted)}`, derive, lasts);
}
