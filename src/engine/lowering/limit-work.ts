import { Var, type JaxprEqn } from "../core/jaxpr.ts";
import type { FlatJaxpr } from "./inline.ts";

/** What kernels of the device that a program is compiled for can hold. */
export interface KernelLimits {
  /** How many buffers (inputs and outputs together) one kernel may use. */
  readonly maxKernelBuffers: number;
  /** Work per element, in additions, beyond which a kernel takes too long to compile; Infinity where none does. */
  readonly maxKernelWork: number;
}

/** Smaller values cost little to make; what counts is how long the code for them is. */
const smallSize = 4096;

/** Over this part of the limit more, a cut is put where the fewest values have to be stored. */
const slack = 1;

/** Fewest values that one stretch between cuts may store, or load. */
const leastBuffers = 32;

/**
 * Values to store so that a long program becomes several kernels, each with the position it is cut at: equations from
 * there on load it. The program is cut, in its own order, whenever the work since the last cut passes the limit, where
 * the fewest values are alive, or when a stretch would store or load too many. A loop that was written out is so cut
 * between its turns, into kernels that are mostly the same and compile once. Work on large and on small values is
 * counted apart, as it seldom shares a kernel.
 */
export function valuesAtCuts(
  program: FlatJaxpr,
  isFused: (eqn: JaxprEqn) => boolean,
  limits: KernelLimits,
): ReadonlyMap<Var, number> {
  const isBig = (eqn: JaxprEqn): boolean => eqn.outvars[0]!.aval.size >= smallSize;
  const big = program.eqns.map((eqn) => isFused(eqn) && isBig(eqn));
  const small = program.eqns.map((eqn) => isFused(eqn) && !isBig(eqn));
  return new Map([...cutsAmong(program, big, limits), ...cutsAmong(program, small, limits)]);
}

/** The cuts among the equations that count. */
function cutsAmong(
  program: FlatJaxpr,
  counts: readonly boolean[],
  { maxKernelBuffers, maxKernelWork: maxWork }: KernelLimits,
): ReadonlyMap<Var, number> {
  const cuts = new Map<Var, number>();
  const total = program.eqns.reduce((sum, eqn, k) => sum + (counts[k]! ? ownWork(eqn) : 0), 0);
  if (total <= maxWork) return cuts;
  const end = lastUses(program);
  const mostBuffers = Math.max(leastBuffers, maxKernelBuffers / 2);
  let stretch = new Stretch();
  let best: { readonly position: number; readonly work: number; readonly alive: readonly Var[] } | undefined;
  program.eqns.forEach((eqn, position) => {
    for (const atom of eqn.invars) {
      if (!(atom instanceof Var)) continue;
      if (cuts.has(atom)) stretch.loaded.add(atom);
      if (end.get(atom) === position) stretch.alive.delete(atom);
    }
    if (!counts[position]!) return;
    for (const variable of eqn.outvars) {
      if ((end.get(variable) ?? -1) > position) stretch.alive.add(variable);
    }
    stretch.work += ownWork(eqn);
    const { work, alive } = stretch;
    const isCrowded = Math.max(alive.size, stretch.loaded.size) >= mostBuffers;
    if (isCrowded || (work > maxWork && (best === undefined || alive.size < best.alive.length))) {
      best = { position: position + 1, work, alive: [...alive] };
    }
    if (best === undefined || (!isCrowded && work <= maxWork * (1 + slack))) return;
    for (const variable of best.alive) cuts.set(variable, best.position);
    // What was made since the best place belongs to the next stretch.
    stretch = new Stretch(
      work - best.work,
      [...alive].filter((variable) => !cuts.has(variable)),
    );
    best = undefined;
  });
  return cuts;
}

/** The equations since a cut: their work, their values that are still needed, and those from before that they load. */
class Stretch {
  work: number;
  readonly alive: Set<Var>;
  readonly loaded = new Set<Var>();

  constructor(work = 0, alive: readonly Var[] = []) {
    this.work = work;
    this.alive = new Set(alive);
  }
}

function ownWork(eqn: JaxprEqn): number {
  const rule = eqn.primitive.lower;
  if (rule.kind === "elementwise") return rule.cost;
  return rule.kind === "view" ? (rule.cost ?? 0) : 0;
}

/** Position of the last equation that reads each value. */
function lastUses(program: FlatJaxpr): Map<Var, number> {
  const last = new Map<Var, number>();
  program.eqns.forEach((eqn, position) => {
    for (const atom of eqn.invars) if (atom instanceof Var) last.set(atom, position);
  });
  return last;
}
