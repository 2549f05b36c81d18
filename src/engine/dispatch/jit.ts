import { counters } from "../backend/backend.ts";
import type { ArrayBase } from "../core/array-base.ts";
import { config } from "../core/config.ts";
import { KeyTree } from "../core/key-tree.ts";
import type { PythonScalar } from "../core/scalar.ts";
import { bind, Tracer, type Value } from "../core/tracer.ts";
import { treeUnflatten } from "../core/tree.ts";
import { pjit } from "../control/call.ts";
import { checkCallable, functionName } from "../transforms/flat-call.ts";
import {
  CallSignature,
  positionsOf,
  staticKey,
  TracedSignatures,
  type Traced,
} from "../transforms/call-signature.ts";
import { followArgument } from "./argument-keys.ts";
import { ArrayImpl } from "./array.ts";
import { evaluatesNow } from "./eval-trace.ts";
import { PlacedProgram } from "./placed-program.ts";

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
  readonly programs: Map<string, PlacedProgram>;
}

/** What a call with known arguments runs. */
interface Ready {
  readonly compiled: Compiled;
  readonly program: PlacedProgram;
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
  // Calls that came before are found by their arguments alone; what is new or wrong takes the long way.
  const ready = new KeyTree<Ready>();
  const jitted = (...args: Args): Result => {
    const isDirect = evaluatesNow();
    const leaves: Value[] = [];
    const place = isDirect ? followCall(ready, args, statics, leaves) : undefined;
    if (place?.value !== undefined) return call(place.value, leaves) as Result;
    const signature = new CallSignature(args, statics, name);
    const compiled = cache.find(signature);
    const operands = [...(compiled.closed.consts as readonly Value[]), ...signature.leaves];
    if (!isDirect || operands.some((operand) => operand instanceof Tracer)) {
      return treeUnflatten(compiled.out, bind(pjit, operands, { jaxpr: compiled.callable, name })) as Result;
    }
    const found = { compiled, program: programFor(compiled, operands as Arguments) };
    if (place !== undefined) place.value = found;
    return call(found, signature.leaves) as Result;
  };
  Object.defineProperty(jitted, "name", { value: name });
  return Object.assign(jitted, {
    clear_cache: () => {
      cache.clear();
      ready.clear();
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

type Arguments = readonly (ArrayImpl | PythonScalar)[];

/** Where a call is remembered; undefined for arguments that have to be looked at closely. Collects the leaves. */
function followCall(
  ready: KeyTree<Ready>,
  args: readonly unknown[],
  statics: readonly number[],
  leaves: Value[],
): KeyTree<Ready> | undefined {
  let place: KeyTree<Ready> | undefined = ready.at(config.code);
  for (let k = 0; k < args.length && place !== undefined; k++) {
    const isStatic = statics.length > 0 && (statics.includes(k) || statics.includes(k - args.length));
    place = isStatic ? place.at(staticKey(args[k])) : followArgument(place, args[k], leaves);
  }
  return place;
}

function programFor(compiled: Compiled, args: Arguments): PlacedProgram {
  const flags = args.map((arg) => !(arg instanceof ArrayImpl));
  const key = flags.map(Number).join("");
  let program = compiled.programs.get(key);
  if (program === undefined) {
    program = new PlacedProgram(compiled.closed.jaxpr, flags);
    compiled.programs.set(key, program);
  }
  return program;
}

function call({ compiled, program }: Ready, leaves: readonly Value[]): unknown {
  const consts = compiled.closed.consts as readonly Value[];
  const args = consts.length === 0 ? leaves : [...consts, ...leaves];
  const results: readonly ArrayBase[] = program.run(args as Arguments);
  return compiled.out.kind === "leaf" ? results[0] : treeUnflatten(compiled.out, results);
}
