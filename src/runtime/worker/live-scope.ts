import { hintForName } from "../../language/syntax-hints.ts";
import { HintedError } from "./hinted-error.ts";
import { isEngineNamespace } from "./module-table.ts";

/**
 * The names that cells define, as properties of one object. Below it in the prototype chain are the names that every
 * cell is given, then JavaScript's own; reading a name that is nowhere is an error. Only such misses are slow.
 */
export class LiveScope {
  readonly slots: Record<string, unknown>;

  constructor(given: Readonly<Record<string, unknown>>) {
    const builtins = Object.assign(Object.create(missingNames) as object, given);
    this.slots = Object.create(builtins) as Record<string, unknown>;
  }

  /** Every name that a cell has defined. */
  get names(): ReadonlySet<string> {
    return new Set(Object.keys(this.slots));
  }

  /** Returns what tells, later, whether one of these names has let go of something that may hold an array. */
  watch(names: readonly string[]): () => boolean {
    const held = names
      .filter((name) => Object.hasOwn(this.slots, name))
      .map((name) => [name, this.slots[name]] as const);
    const mayHold = (value: unknown): boolean =>
      typeof value === "function" || (typeof value === "object" && value !== null);
    // Emptied when asked, so that it does not itself keep what it tells of.
    return () => held.splice(0).some(([name, value]) => mayHold(value) && this.slots[name] !== value);
  }

  /** The names among them that hold a namespace of the engine. */
  get namespaces(): ReadonlySet<string> {
    return new Set(Object.keys(this.slots).filter((name) => isEngineNamespace(this.slots[name])));
  }
}

const missingNames: object = new Proxy(Object.create(null) as object, {
  has: (_, name) => name in globalThis,
  get: (_, name) => {
    if (typeof name === "symbol" || name in globalThis)
      return (globalThis as unknown as Record<PropertyKey, unknown>)[name];
    throw new HintedError("ReferenceError", `${name} is not defined`, hintForName(name));
  },
});
