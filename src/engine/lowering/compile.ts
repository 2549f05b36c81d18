import { Var, type Atom, type Jaxpr, type JaxprEqn } from "../core/jaxpr.ts";
import { fuse } from "./fuse.ts";
import { inlineCalls, type FlatJaxpr } from "./inline.ts";
import { lowerGroups } from "./lower-groups.ts";
import { planMemory } from "./plan-memory.ts";
import type { Program } from "./program.ts";

/**
 * Compiles a Jaxpr to kernels: inline calls, drop dead equations, decide what is stored and fused, lower each group
 * to one kernel, plan when memory is released.
 *
 * `scalarArguments[k]` says that input k (constvars first) is given as a host scalar.
 */
export function compile(
  jaxpr: Jaxpr,
  scalarArguments: readonly boolean[],
  maxKernelBuffers: number,
): Program {
  const inlined = inlineCalls(jaxpr);
  const scalars = new Map<Var, number>();
  inlined.inputs.forEach((variable, position) => {
    if (scalarArguments[position] === true) scalars.set(variable, position);
  });
  const flat = storeOutputs(inlined, scalars);
  const plan = fuse(flat, new Set(scalars.keys()), maxKernelBuffers);
  const lowered = lowerGroups(flat, plan, scalars);
  return planMemory(flat, plan, lowered, scalarArguments);
}

/** Outputs that are literals or host scalars have no memory yet: give each an equation that fills one element. */
function storeOutputs(flat: FlatJaxpr, scalars: ReadonlyMap<Var, number>): FlatJaxpr {
  const eqns = [...flat.eqns];
  const outputs = flat.outputs.map((atom): Atom => {
    if (atom instanceof Var && !scalars.has(atom)) return atom;
    const stored = new Var(atom.aval);
    eqns.push({ primitive: fillPrimitive, params: {}, invars: [atom], outvars: [stored] });
    return stored;
  });
  return { inputs: flat.inputs, eqns, outputs };
}

const fillPrimitive: JaxprEqn["primitive"] = {
  name: "fill",
  abstractEval: (operands) => operands,
  lower: { kind: "elementwise", cost: 0, scalar: (_, operands) => operands },
};
