import type { ClosedJaxpr } from "./jaxpr.ts";

/** Remembers what was made of Jaxprs, by their identity and a key, for as long as all of them live. */
export class JaxprCache<T> {
  readonly #made = new Map<string, T>();
  readonly #within = new WeakMap<ClosedJaxpr, JaxprCache<T>>();

  /** `lasts` says whether what was made may be remembered: not when it holds on to what another trace made. */
  get(
    jaxprs: readonly ClosedJaxpr[],
    key: string,
    make: () => T,
    lasts: (made: T) => boolean = () => true,
  ): T {
    const [first, ...rest] = jaxprs;
    if (first !== undefined) {
      let inner = this.#within.get(first);
      if (inner === undefined) this.#within.set(first, (inner = new JaxprCache<T>()));
      return inner.get(rest, key, make, lasts);
    }
    let made = this.#made.get(key);
    if (made === undefined) {
      made = make();
      if (lasts(made)) this.#made.set(key, made);
    }
    return made;
  }
}
