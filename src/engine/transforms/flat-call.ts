import { ArrayBase } from "../core/array-base.ts";
import { adopt } from "../core/foreign-array.ts";
import { pythonTypeName } from "../core/python-type-name.ts";
import { isPythonScalar } from "../core/scalar.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import { treeFlatten, treeUnflatten, type PyTreeDef } from "../core/tree.ts";
import { broadcast_in_dim } from "../primitives/broadcast.ts";
import type { FlatFunction } from "./jvp.ts";

/** Any function a user hands to a transformation. */
export type AnyFunction = (...args: never[]) => unknown;

/** Throws TypeError, in JAX's words, for what cannot be called. */
export function checkCallable(f: unknown): asserts f is AnyFunction {
  if (typeof f !== "function") throw new TypeError(`Expected a callable value, got ${shown(f)}`);
}

/** The name a function goes by in Jaxprs and messages. */
export function functionName(f: AnyFunction): string {
  return f.name === "" ? "<lambda>" : f.name;
}

/** A leaf of a tree of arguments or results. Throws TypeError when it is no array or scalar. */
export function checkLeaf(given: unknown): Value {
  const leaf = adopt(given);
  if (leaf instanceof ArrayBase || isPythonScalar(leaf)) return leaf;
  throw new TypeError(
    `Argument ${shown(leaf)} of type <class '${pythonTypeName(leaf)}'> is not a valid JAX type.`,
  );
}

/** A value as an array; a Python scalar becomes a 0-d one. */
export function asArray(value: Value): ArrayBase {
  if (value instanceof ArrayBase) return value;
  return bind1(broadcast_in_dim, [value], { shape: [], broadcast_dimensions: [] });
}

/** A value in an error message, as Python would show it; arrays by their type. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value instanceof ArrayBase) return avalOf(value).toString();
  if (typeof value === "string") return `'${value}'`;
  if (Array.isArray(value)) return `(${value.map(shown).join(", ")}${value.length === 1 ? "," : ""})`;
  if (typeof value === "function") return `<function ${functionName(value as AnyFunction)}>`;
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return `{${Object.entries(value)
      .map(([key, item]) => `'${key}': ${shown(item)}`)
      .join(", ")}}`;
  }
  // Scalars and instances of classes, which have texts of their own.
  return (value as Written).toString();
}

/** Anything with a text of its own. */
interface Written {
  toString(): string;
}

/**
 * A user's function seen as one of flat lists of values: what interpreters work with. The trees of its results are
 * known once it has run.
 */
export class FlatCall {
  readonly #f: AnyFunction;
  readonly #args: PyTreeDef;
  readonly #hasAux: boolean;
  #main: PyTreeDef | undefined;
  #mainCount = 0;
  #aux: { readonly treedef: PyTreeDef; readonly leaves: readonly unknown[] } | undefined;

  /** `args` is the structure of the list of arguments. With `hasAux`, `f` returns [result, auxiliary data]. */
  constructor(f: AnyFunction, args: PyTreeDef, hasAux = false) {
    this.#f = f;
    this.#args = args;
    this.#hasAux = hasAux;
  }

  /** The leaves of the result, then the arrays among the auxiliary data. */
  readonly flat: FlatFunction = (...values) => {
    const result = this.#f(...(treeUnflatten(this.#args, values) as never[]));
    const [main, aux] = this.#hasAux ? auxiliaryPair(result) : [result, null];
    const { leaves, treedef } = treeFlatten(main);
    const checked = leaves.map(checkLeaf);
    this.#main = treedef;
    this.#mainCount = leaves.length;
    const extra = treeFlatten(aux);
    this.#aux = extra;
    return [...checked, ...extra.leaves.filter((leaf) => leaf instanceof ArrayBase)];
  };

  /** How many of `flat`'s results belong to the result proper. */
  get mainCount(): number {
    return this.#mainCount;
  }

  get out(): PyTreeDef {
    return this.#main!;
  }

  /** The result's tree around `leaves`. */
  result(leaves: readonly unknown[]): unknown {
    return treeUnflatten(this.out, leaves);
  }

  /** The auxiliary data, its arrays replaced by those that `flat`'s results became. */
  auxiliary(results: readonly Value[]): unknown {
    const arrays = results.slice(this.#mainCount);
    const { treedef, leaves } = this.#aux!;
    return treeUnflatten(
      treedef,
      leaves.map((leaf) => (leaf instanceof ArrayBase ? arrays.shift() : leaf)),
    );
  }
}

function auxiliaryPair(result: unknown): readonly [unknown, unknown] {
  if (Array.isArray(result) && result.length === 2) return [result[0], result[1]];
  throw new TypeError(
    `expected function with aux output to return a two-element tuple, but got type ` +
      `<class '${result instanceof ArrayBase ? "jax.Array" : pythonTypeName(result)}'> with value ${shown(result)}`,
  );
}
