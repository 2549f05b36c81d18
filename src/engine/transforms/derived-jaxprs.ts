import { config } from "../core/config.ts";
import { ClosedJaxpr, Jaxpr } from "../core/jaxpr.ts";
import { Tracer, type Value } from "../core/tracer.ts";

/**
 * Remembers what was derived from a Jaxpr (its derivative, its batched form), so that differentiating a compiled
 * function twice neither traces nor compiles twice. The memory dies with the Jaxpr.
 */
export class DerivedJaxprs<Result> {
  readonly #results = new WeakMap<ClosedJaxpr, Map<string, Result>>();

  /** `lasts` says whether a result may be remembered: not when it holds on to what another trace made. */
  get(
    closed: ClosedJaxpr,
    flags: string,
    derive: () => Result,
    lasts: (result: Result) => boolean = () => true,
  ): Result {
    let known = this.#results.get(closed);
    if (known === undefined) this.#results.set(closed, (known = new Map<string, Result>()));
    const key = `${config.key} ${flags}`;
    let result = known.get(key);
    if (result === undefined) {
      result = derive();
      if (lasts(result)) known.set(key, result);
    }
    return result;
  }
}

/** Flags as text, for keys: one letter each. */
export function flagKey(flags: readonly boolean[]): string {
  return flags.map(Number).join("");
}

/** One flag for all, spread over `count`. */
export function spread(flags: readonly boolean[] | boolean, count: number): readonly boolean[] {
  return typeof flags === "boolean" ? Array.from({ length: count }, () => flags) : flags;
}

/** The same program with its constants as leading arguments, so that a call can pass them. */
export function constantsAsArguments(closed: ClosedJaxpr): ClosedJaxpr {
  const { constvars, invars, eqns, outvars } = closed.jaxpr;
  if (constvars.length === 0) return closed;
  return new ClosedJaxpr(new Jaxpr([], [...constvars, ...invars], eqns, outvars), []);
}

/** A program derived from another one, with the constants to call it with first: what a custom rule closed over. */
export interface Derived {
  readonly jaxpr: ClosedJaxpr;
  readonly consts: readonly Value[];
}

/** The traced program with its constants as leading arguments. */
export function asDerived(closed: ClosedJaxpr): Derived {
  return { jaxpr: constantsAsArguments(closed), consts: closed.consts as readonly Value[] };
}

/** Constants that are tracers belong to a trace that ends. */
export function lasts({ consts }: Pick<Derived, "consts">): boolean {
  return !consts.some((value) => value instanceof Tracer);
}

/** A program that was traced from one without constants has none either. */
export function withoutConstants(closed: ClosedJaxpr): ClosedJaxpr {
  if (closed.consts.length > 0) throw new Error("internal error: a derived program closed over an array");
  return closed;
}
