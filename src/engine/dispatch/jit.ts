import { counters } from "../backend/backend.ts";
import type { ArrayBase } from "../core/array-base.ts";
import type { PythonScalar } from "../core/scalar.ts";
import { bind, currentTrace, Tracer, type Value } from "../core/tracer.ts";
import { treeUnflatten } from "../core/tree.ts";
import { pjit } from "../control/call.ts";
import type { Program } from "../lowering/program.ts";
import { checkCallable, functionName } from "../transforms/flat-call.ts";
import { CallSignature, positionsOf, TracedSignatures, type Traced } from "../transforms/call-signature.ts";
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

/** A traced signature, and its programs by which arguments are host scalars. */
interface Compiled extends Traced {
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
  checkCallable(f);
  const statics = positionsOf(options.static_argnums);
  const name = options.name ?? functionName(f);
  const cache = new TracedSignatures<Compiled>((call) =>
    traceTimed(call, f as (...args: readonly unknown[]) => unknown),
  );
  const jitted = (...args: Args): Result => {
    const call = new CallSignature(args, statics, name);
    const compiled = cache.find(call);
    return treeUnflatten(compiled.out, run(compiled, call.leaves, name)) as Result;
  };
  Object.defineProperty(jitted, "name", { value: name });
  return Object.assign(jitted, {
    clear_cache: () => {
      cache.clear();
    },
    _cache_size: () => cache.size,
  });
}

function traceTimed(call: CallSignature, f: (...args: readonly unknown[]) => unknown): Compiled {
  const started = performance.now();
  const before = counters.traceMs;
  const traced = call.trace(f);
  // Functions traced inside this one have counted their own time.
  counters.traceMs = before + (performance.now() - started);
  return { ...traced, programs: new Map() };
}

function run(compiled: Compiled, leaves: readonly Value[], name: string): readonly ArrayBase[] {
  const operands = [...(compiled.closed.consts as readonly Value[]), ...leaves];
  const direct =
    currentTrace() instanceof EvalTrace && !operands.some((operand) => operand instanceof Tracer);
  if (!direct) return bind(pjit, operands, { jaxpr: compiled.callable, name });
  const args = operands as readonly (ArrayImpl | PythonScalar)[];
  const flags = args.map((arg) => !(arg instanceof ArrayImpl));
  const key = flags.map(Number).join("");
  let program = compiled.programs.get(key);
  if (program === undefined) {
    program = compileProgram(compiled.closed.jaxpr, flags);
    compiled.programs.set(key, program);
  }
  return runProgram(program, args);
}
