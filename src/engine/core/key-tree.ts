/**
 * Remembers values by sequences of keys, compared as `Map` compares them. Walking it costs less than making a text of
 * the keys, and next to nothing while the same keys come again and again.
 */
export class KeyTree<T> {
  /** What is remembered for the keys that lead here. */
  value: T | undefined;
  #lastKey: unknown = unused;
  #last: KeyTree<T> | undefined;
  #next: Map<unknown, KeyTree<T>> | undefined;
  #within: WeakMap<object, KeyTree<T>> | undefined;

  /** One key further. */
  at(key: unknown): KeyTree<T> {
    if (key === this.#lastKey) return this.#last!;
    this.#next ??= new Map<unknown, KeyTree<T>>();
    let next = this.#next.get(key);
    if (next === undefined) this.#next.set(key, (next = new KeyTree<T>()));
    this.#lastKey = key;
    this.#last = next;
    return next;
  }

  /** One key further, for as long as the key lives. */
  within(key: object): KeyTree<T> {
    this.#within ??= new WeakMap<object, KeyTree<T>>();
    let next = this.#within.get(key);
    if (next === undefined) this.#within.set(key, (next = new KeyTree<T>()));
    return next;
  }

  clear(): void {
    this.value = undefined;
    this.#lastKey = unused;
    this.#last = undefined;
    this.#next = undefined;
    this.#within = undefined;
  }
}

/** Equal to no key. */
const unused = Symbol("unused");
