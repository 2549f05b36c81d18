import { Literal, Var, type Atom, type Jaxpr, type JaxprEqn } from "../core/jaxpr.ts";
import { fuse } from "./fuse.ts";
import { inlineCalls, type FlatJaxpr } from "./inline.ts";
import type { KernelLimits } from "./limit-work.ts";
import { countedCarry, lowerControl, needsMemory } from "./lower-control.ts";
import { lowerGroups } from "./lower-groups.ts";
import { planMemory } from "./plan-memory.ts";
import type { Control, Program } from "./program.ts";

/**
 * Compiles a Jaxpr to kernels: inline calls, drop dead equations, decide what is stored and fused, lower each group
 * to one kernel, plan when memory is released. Bodies of loops and branches become programs of their own.
 *
 * `scalarArguments[k]` says that input k (constvars first) is given as a host scalar.
 */
export function compile(jaxpr: Jaxpr, scalarArguments: readonly boolean[], limits: KernelLimits): Program {
  const compilation = new Compilation(jaxpr, scalarArguments, limits);
  return compilation.lower(compilation.flat);
}

/** As `compile`, but no result is an argument or another result. */
function compileBody(jaxpr: Jaxpr, scalarArguments: readonly boolean[], limits: KernelLimits): Program {
  const compilation = new Compilation(jaxpr, scalarArguments, limits);
  const program = compilation.lower(compilation.flat);
  const taken = new Set<number>();
  const shared = program.results.map(({ value }) => {
    if (value < scalarArguments.length || taken.has(value)) return true;
    taken.add(value);
    return false;
  });
  if (!shared.includes(true)) return program;
  return compilation.lower(storeOutputs(compilation.flat, (_, position) => shared[position] === true));
}

class Compilation {
  readonly flat: FlatJaxpr;
  readonly #scalars = new Map<Var, number>();
  readonly #scalarArguments: readonly boolean[];
  readonly #limits: KernelLimits;
  readonly #controls = new Map<JaxprEqn, Control>();

  constructor(jaxpr: Jaxpr, scalarArguments: readonly boolean[], limits: KernelLimits) {
    this.#scalarArguments = scalarArguments;
    this.#limits = limits;
    const inlined = inlineCalls(jaxpr);
    inlined.inputs.forEach((variable, position) => {
      if (scalarArguments[position] === true) this.#scalars.set(variable, position);
    });
    const hasNoMemory = (atom: Atom): boolean => atom instanceof Literal || this.#scalars.has(atom);
    this.flat = storeOutputs(storeOperands(inlined, hasNoMemory), hasNoMemory);
  }

  lower(flat: FlatJaxpr): Program {
    const plan = fuse(flat, new Set(this.#scalars.keys()), this.#limits);
    const lowered = lowerGroups(flat, plan, this.#scalars, (eqn, isScalar) => this.#control(eqn, isScalar));
    return planMemory(flat, plan, lowered, this.#scalarArguments);
  }

  #control(eqn: JaxprEqn, isScalar: readonly boolean[]): Control {
    let control = this.#controls.get(eqn);
    if (control === undefined) {
      control = lowerControl(eqn, isScalar, (jaxpr, flags) => compileBody(jaxpr, flags, this.#limits));
      this.#controls.set(eqn, control);
    }
    return control;
  }
}

/** Outputs without memory of their own, such as literals and host scalars, get an equation that copies them. */
function storeOutputs(flat: FlatJaxpr, isCopied: (atom: Atom, position: number) => boolean): FlatJaxpr {
  const eqns = [...flat.eqns];
  const outputs = flat.outputs.map((atom, position): Atom => {
    if (!isCopied(atom, position)) return atom;
    const copy = copyOf(atom);
    eqns.push(copy.eqn);
    return copy.stored;
  });
  return { inputs: flat.inputs, eqns, outputs };
}

/**
 * Likewise for what loops start from. A counter that starts from a host scalar gives that, too, as one operand more:
 * then nobody need ask the device how often the loop turns.
 */
function storeOperands(flat: FlatJaxpr, hasNoMemory: (atom: Atom) => boolean): FlatJaxpr {
  const eqns = flat.eqns.flatMap((eqn): JaxprEqn[] => {
    if (eqn.primitive.lower.kind !== "control") return [eqn];
    const needed = needsMemory(eqn);
    const copies: JaxprEqn[] = [];
    const invars = eqn.invars.map((atom, position) => {
      if (needed[position] !== true || !hasNoMemory(atom)) return atom;
      const copy = copyOf(atom);
      copies.push(copy.eqn);
      return copy.stored;
    });
    const counter = countedCarry(eqn);
    const first = counter === undefined ? undefined : eqn.invars[counter];
    if (first !== undefined && hasNoMemory(first)) invars.push(first);
    return [...copies, { ...eqn, invars }];
  });
  return { ...flat, eqns };
}

function copyOf(atom: Atom): { stored: Var; eqn: JaxprEqn } {
  const stored = new Var(atom.aval);
  return { stored, eqn: { primitive: copyPrimitive, params: {}, invars: [atom], outvars: [stored] } };
}

/** Made by the compiler alone, after every transformation. */
const copyPrimitive: JaxprEqn["primitive"] = {
  name: "copy",
  abstractEval: (operands) => operands,
  lower: { kind: "elementwise", cost: 0, scalar: (_, operands) => operands },
  jvp: "zero",
  transpose: "nonlinear",
  partialEval: "whole",
  batch: (values, dims) => ({ values, dims }),
};
