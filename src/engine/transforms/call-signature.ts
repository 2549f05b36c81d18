import { ArrayBase } from "../core/array-base.ts";
import type { ShapedArray } from "../core/aval.ts";
import { config } from "../core/config.ts";
import { ValueError } from "../core/errors.ts";
import { adopt } from "../core/foreign-array.ts";
import type { ClosedJaxpr } from "../core/jaxpr.ts";
import { isPythonScalar } from "../core/scalar.ts";
import { avalOf, currentTrace, Tracer, type Value } from "../core/tracer.ts";
import { treeFlatten, treeKey, treeUnflatten, type PyTreeDef } from "../core/tree.ts";
import { constantsAsArguments } from "./derived-jaxprs.ts";
import { traceToJaxpr } from "./jaxpr-trace.ts";

/** What one signature was traced to. */
export interface Traced {
  readonly closed: ClosedJaxpr;
  /** The Jaxpr with its constants as leading arguments, for calls from other traces. */
  readonly callable: ClosedJaxpr;
  readonly out: PyTreeDef;
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** One call of a traced function: its arguments taken apart, and what its program depends on. */
export class CallSignature {
  /** Static values; tree structure; shape, dtype and weak type of each array; the configuration. */
  readonly key: string;
  readonly leaves: readonly Value[];
  readonly #args: readonly unknown[];
  readonly #isStatic: (position: number) => boolean;
  readonly #name: string;
  readonly #treedef: PyTreeDef;
  readonly #avals: readonly ShapedArray[];

  /** Throws TypeError for arguments that are no arrays or scalars and not static. */
  constructor(args: readonly unknown[], statics: readonly number[], name: string) {
    this.#args = args;
    this.#name = name;
    this.#isStatic = (position) => statics.includes(position) || statics.includes(position - args.length);
    const { leaves, treedef } = treeFlatten(args.filter((_, position) => !this.#isStatic(position)));
    this.leaves = leaves.map((leaf) => this.#checkLeaf(leaf));
    this.#treedef = treedef;
    this.#avals = this.leaves.map(avalOf);
    const staticKeys = args.filter((_, position) => this.#isStatic(position)).map(staticKey);
    this.key = [
      config.key,
      treeKey(treedef),
      this.#avals.map((aval) => aval.key).join(" "),
      ...staticKeys,
    ].join("|");
  }

  #checkLeaf(given: unknown): Value {
    const leaf = adopt(given);
    if (leaf instanceof ArrayBase || isPythonScalar(leaf)) return leaf;
    throw new TypeError(
      `Error interpreting argument to ${this.#name} as an abstract array. The problematic value is of type ` +
        `${describe(leaf)}. This typically means that a jit-wrapped function was called with a non-array argument, ` +
        `and this argument was not marked as static using the static_argnums parameter of jax.jit.`,
    );
  }

  trace(f: AnyFunction): Traced {
    let out: PyTreeDef | undefined;
    const body = (...tracers: readonly ArrayBase[]): readonly Value[] => {
      const dynamic = treeUnflatten(this.#treedef, tracers) as unknown[];
      const args = this.#args.map((arg, position) => (this.#isStatic(position) ? arg : dynamic.shift()));
      const result = treeFlatten(f(...args));
      out = result.treedef;
      return result.leaves.map((leaf) => checkResult(leaf, this.#name));
    };
    const closed = traceToJaxpr(body, this.#avals, this.#name, currentTrace());
    return { closed, callable: constantsAsArguments(closed), out: out! };
  }
}

/** What a function was traced to, by signature. */
export class TracedSignatures<T extends Traced> {
  readonly #cache = new Map<string, T>();
  readonly #trace: (call: CallSignature) => T;

  constructor(trace: (call: CallSignature) => T) {
    this.#trace = trace;
  }

  find(call: CallSignature): T {
    let traced = this.#cache.get(call.key);
    if (traced === undefined) {
      traced = this.#trace(call);
      // Constants that belong to an enclosing trace die with it.
      if (!traced.closed.consts.some((value) => value instanceof Tracer)) this.#cache.set(call.key, traced);
    }
    return traced;
  }

  get size(): number {
    return this.#cache.size;
  }

  clear(): void {
    this.#cache.clear();
  }
}

/** The positions that an option such as `static_argnums` names. */
export function positionsOf(option: number | readonly number[] | null | undefined): readonly number[] {
  if (option === undefined || option === null) return [];
  return typeof option === "number" ? [option] : option;
}

function checkResult(given: unknown, name: string): Value {
  const leaf = adopt(given);
  if (leaf instanceof ArrayBase || isPythonScalar(leaf)) return leaf;
  throw new TypeError(
    `function ${name} traced for jit returned a value of type ${describe(leaf)}, which is not a valid JAX type`,
  );
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value !== "object") return typeof value;
  return value.constructor.name;
}

const identities = new WeakMap<object, number>();
let identityCount = 0;

/** Static values are equal by value when they are plain data, by identity when they are functions or instances. */
export function staticKey(value: unknown): string {
  if (value instanceof ArrayBase) {
    throw new ValueError(
      `Non-hashable static arguments are used in a jit function: an Array was passed as a static argument.`,
    );
  }
  if (typeof value === "function" || (typeof value === "object" && value !== null && !isPlain(value))) {
    let identity = identities.get(value);
    if (identity === undefined) identities.set(value, (identity = identityCount++));
    return `@${String(identity)}`;
  }
  if (Array.isArray(value)) return `[${value.map(staticKey).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}:${staticKey(field)}`);
    return `{${fields.join(",")}}`;
  }
  if (typeof value === "string") return JSON.stringify(value);
  return Object.is(value, -0) ? "number -0" : `${typeof value} ${String(value)}`;
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
