import { config } from "../core/config.ts";
import { NotImplementedError } from "../core/errors.ts";
import { ClosedJaxpr, Jaxpr } from "../core/jaxpr.ts";

/**
 * Remembers what was derived from a Jaxpr (its derivative, its batched form), so that differentiating a compiled
 * function twice neither traces nor compiles twice. The memory dies with the Jaxpr.
 */
export class DerivedJaxprs<Result> {
  readonly #results = new WeakMap<ClosedJaxpr, Map<string, Result>>();

  get(closed: ClosedJaxpr, flags: string, derive: () => Result): Result {
    let known = this.#results.get(closed);
    if (known === undefined) this.#results.set(closed, (known = new Map<string, Result>()));
    const key = `${config.key} ${flags}`;
    let result = known.get(key);
    if (result === undefined) known.set(key, (result = derive()));
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

/** A derived program must be closed: only a custom rule that closes over arrays brings constants into one. */
export function withoutConstants(closed: ClosedJaxpr): ClosedJaxpr {
  if (closed.consts.length === 0) return closed;
  throw new NotImplementedError(
    "A custom derivative rule inside a jitted function, loop or conditional closed over an array. " +
      "Pass the array to the function as an argument.",
  );
}
