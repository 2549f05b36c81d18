import { Var, type JaxprEqn } from "../core/jaxpr.ts";
import type { FlatJaxpr } from "./inline.ts";

/** What kernels of the device that a program is compiled for can hold. */
export interface KernelLimits {
  /** How many buffers (inputs and outputs together) one kernel may use. */
  readonly maxKernelBuffers: number;
  /** Work per element, in additions, beyond which a kernel takes too long to compile; Infinity where none does. */
  readonly maxKernelWork: number;
}

/** Smaller values cost little to make and are no reason to cut. */
const smallSize = 4096;

/** Over this part of the limit more, a cut is put where the fewest values have to be stored. */
const slack = 0.5;

/**
 * Values to store so that a long program becomes several kernels: the program is cut, in its own order, whenever the
 * work since the last cut passes the limit, where the fewest values are alive. A loop that was written out is so cut
 * between its turns, into kernels that are mostly the same and compile once.
 */
export function valuesAtCuts(
  program: FlatJaxpr,
  isFused: (eqn: JaxprEqn) => boolean,
  maxWork: number,
): readonly Var[] {
  const end = lastUses(program);
  const cuts: Var[] = [];
  let alive: Var[] = [];
  let work = 0;
  let best: Var[] | undefined;
  program.eqns.forEach((eqn, position) => {
    const isBig = isFused(eqn) && eqn.outvars[0]!.aval.size >= smallSize;
    alive = alive.filter((variable) => end.get(variable)! > position);
    if (isBig) {
      alive.push(...eqn.outvars.filter((variable) => (end.get(variable) ?? -1) > position));
      work += ownWork(eqn);
    }
    if (work > maxWork && (best === undefined || alive.length < best.length)) best = [...alive];
    if (best === undefined || work <= maxWork * (1 + slack)) return;
    cuts.push(...best.filter((variable) => !cuts.includes(variable)));
    work = 0;
    best = undefined;
  });
  return cuts;
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
