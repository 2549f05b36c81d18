import { counters } from "../backend/backend.ts";
import { ArrayBase } from "../core/array-base.ts";
import type { ShapedArray } from "../core/aval.ts";
import { config } from "../core/config.ts";
import { ValueError } from "../core/errors.ts";
import { ClosedJaxpr } from "../core/jaxpr.ts";
import { avalOfScalar, isPythonScalar, type PythonScalar } from "../core/scalar.ts";
import { bind, currentTrace, Tracer, type Value } from "../core/tracer.ts";
import { treeFlatten, treeKey, treeUnflatten, type PyTreeDef } from "../core/tree.ts";
import { constantsAsArguments, pjit } from "../control/call.ts";
import type { Program } from "../lowering/program.ts";
import { traceToJaxpr } from "../transforms/jaxpr-trace.ts";
import { ArrayImpl } from "./array.ts";
import { compileProgram } from "./compile-program.ts";
import { EvalTrace } from "./eval-trace.ts";
import { runProgram } from "./run-program.ts";

export interface JitOptions {
  /** Positions of arguments that are compile-time constants. */
  readonly static_argnums?: number | readonly number[];
  /** Shows as the program's name in a Jaxpr; the function's own name by default. */
  readonly name?: string;
}

/** A function compiled for each signature it is called with. */
export interface JitFunction<Args extends readonly unknown[], Result> {
  (...args: Args): Result;
  /** Forgets every compiled signature. */
  clear_cache(): void;
  /** How many signatures are compiled. */
  _cache_size(): number;
}

/** What one signature was traced to. */
interface Traced {
  readonly closed: ClosedJaxpr;
  /** The Jaxpr with its constants as leading arguments, for calls from other traces. */
  readonly callable: ClosedJaxpr;
  readonly out: PyTreeDef;
  readonly programs: Map<string, Program>;
}

/**
 * Compiles `f`: the first call with a signature (static values; tree structure; shape, dtype and weak type of each
 * array) traces it and fuses what it does into few kernels, later calls only run them. What `f` reads from outside is
 * read when it is traced, and never again.
 *
 * Throws TypeError for arguments that are no arrays or scalars and not static.
 */
export function jit<Args extends readonly unknown[], Result>(
  f: (...args: Args) => Result,
  options: JitOptions = {},
): JitFunction<Args, Result> {
  if (typeof f !== "function") throw new TypeError(`Expected a callable value, got ${describe(f)}`);
  const statics = staticPositions(options.static_argnums);
  const name = options.name ?? (f.name === "" ? "<lambda>" : f.name);
  const cache = new Map<string, Traced>();
  const jitted = (...args: Args): Result => {
    const call = new Call(args, statics, name);
    let traced = cache.get(call.key);
    if (traced === undefined) {
      traced = call.trace(f as (...args: readonly unknown[]) => unknown);
      // Constants that belong to an enclosing trace die with it.
      if (!traced.closed.consts.some((value) => value instanceof Tracer)) cache.set(call.key, traced);
    }
    return treeUnflatten(traced.out, call.run(traced)) as Result;
  };
  Object.defineProperty(jitted, "name", { value: name });
  return Object.assign(jitted, {
    clear_cache: () => {
      cache.clear();
    },
    _cache_size: () => cache.size,
  });
}

function staticPositions(positions: number | readonly number[] | undefined): readonly number[] {
  if (positions === undefined) return [];
  return typeof positions === "number" ? [positions] : positions;
}

/** One call of a jitted function: its arguments taken apart. */
class Call {
  readonly key: string;
  readonly #args: readonly unknown[];
  readonly #isStatic: (position: number) => boolean;
  readonly #name: string;
  readonly #leaves: readonly Value[];
  readonly #treedef: PyTreeDef;
  readonly #avals: readonly ShapedArray[];

  constructor(args: readonly unknown[], statics: readonly number[], name: string) {
    this.#args = args;
    this.#name = name;
    this.#isStatic = (position) => statics.includes(position) || statics.includes(position - args.length);
    const { leaves, treedef } = treeFlatten(args.filter((_, position) => !this.#isStatic(position)));
    this.#leaves = leaves.map((leaf) => this.#checkLeaf(leaf));
    this.#treedef = treedef;
    this.#avals = this.#leaves.map((leaf) => (leaf instanceof ArrayBase ? leaf.aval : avalOfScalar(leaf)));
    const staticKeys = args.filter((_, position) => this.#isStatic(position)).map(staticKey);
    this.key = [
      config.key,
      treeKey(treedef),
      this.#avals.map((aval) => aval.key).join(" "),
      ...staticKeys,
    ].join("|");
  }

  #checkLeaf(leaf: unknown): Value {
    if (leaf instanceof ArrayBase || isPythonScalar(leaf)) return leaf;
    throw new TypeError(
      `Error interpreting argument to ${this.#name} as an abstract array. The problematic value is of type ` +
        `${describe(leaf)}. This typically means that a jit-wrapped function was called with a non-array argument, ` +
        `and this argument was not marked as static using the static_argnums parameter of jax.jit.`,
    );
  }

  trace(f: (...args: readonly unknown[]) => unknown): Traced {
    const started = performance.now();
    const before = counters.traceMs;
    let out: PyTreeDef | undefined;
    const body = (...tracers: readonly ArrayBase[]): readonly Value[] => {
      const dynamic = treeUnflatten(this.#treedef, tracers) as unknown[];
      const args = this.#args.map((arg, position) => (this.#isStatic(position) ? arg : dynamic.shift()));
      const result = treeFlatten(f(...args));
      out = result.treedef;
      return result.leaves.map((leaf) => checkResult(leaf, this.#name));
    };
    const closed = traceToJaxpr(body, this.#avals, this.#name, currentTrace());
    // Functions traced inside this one have counted their own time.
    counters.traceMs = before + (performance.now() - started);
    return { closed, callable: constantsAsArguments(closed), out: out!, programs: new Map() };
  }

  run(traced: Traced): readonly ArrayBase[] {
    const operands = [...(traced.closed.consts as readonly Value[]), ...this.#leaves];
    const direct =
      currentTrace() instanceof EvalTrace && !operands.some((operand) => operand instanceof Tracer);
    if (!direct) return bind(pjit, operands, { jaxpr: traced.callable, name: this.#name });
    const args = operands as readonly (ArrayImpl | PythonScalar)[];
    const flags = args.map((arg) => !(arg instanceof ArrayImpl));
    const key = flags.map(Number).join("");
    let program = traced.programs.get(key);
    if (program === undefined) {
      program = compileProgram(traced.closed.jaxpr, flags);
      traced.programs.set(key, program);
    }
    return runProgram(program, args);
  }
}

function checkResult(leaf: unknown, name: string): Value {
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
function staticKey(value: unknown): string {
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
