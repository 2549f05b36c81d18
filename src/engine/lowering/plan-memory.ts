import type { DType } from "../core/dtype.ts";
import { Literal, Var } from "../core/jaxpr.ts";
import type { FusionPlan } from "./fuse.ts";
import type { FlatJaxpr } from "./inline.ts";
import type { LoweredGroup } from "./lower-groups.ts";
import { programsOf, type OperandSource, type Program, type Step } from "./program.ts";

/** Numbers the values and finds each one's last use. */
export function planMemory(
  flat: FlatJaxpr,
  plan: FusionPlan,
  lowered: readonly LoweredGroup[],
  scalarArguments: readonly boolean[],
): Program {
  const numbers = new Map<Var, number>();
  const values: { dtype: DType; length: number }[] = [];
  const number = (variable: Var): void => {
    if (numbers.has(variable)) return;
    numbers.set(variable, values.length);
    values.push({ dtype: variable.aval.dtype, length: variable.aval.size });
  };
  // An input may appear twice only by position, so arguments are numbered by position.
  flat.inputs.forEach(number);
  lowered.forEach((group) => {
    group.outputs.forEach(number);
  });
  const results = flat.outputs.map((atom) => {
    if (atom instanceof Literal) throw new Error("internal error: a literal output was not stored");
    return { value: numbers.get(plan.aliases.get(atom) ?? atom)!, aval: atom.aval };
  });
  const kept = new Set(results.map((result) => result.value));
  const lastUse = new Map<number, number>();
  lowered.forEach((group, position) => {
    for (const variable of touchedBy(group)) lastUse.set(numbers.get(variable)!, position);
  });
  const steps = lowered.map((group, position): Step => {
    const touched = new Set(touchedBy(group).map((variable) => numbers.get(variable)!));
    const release = [...touched].filter(
      (value) => lastUse.get(value) === position && value >= flat.inputs.length && !kept.has(value),
    );
    return stepOf(group, numbers, release);
  });
  const dtypes = new Set(values.map((value) => value.dtype));
  for (const step of steps) {
    if (step.kind === "kernel") continue;
    for (const program of programsOf(step.control)) program.dtypes.forEach((dtype) => dtypes.add(dtype));
  }
  return { scalarArguments, values, dtypes, steps, results };
}

function touchedBy(group: LoweredGroup): Var[] {
  const read = group.kind === "kernel" ? group.inputs : group.operands.filter((atom) => atom instanceof Var);
  return [...read, ...group.outputs];
}

function stepOf(group: LoweredGroup, numbers: ReadonlyMap<Var, number>, release: readonly number[]): Step {
  const outputs = group.outputs.map((variable) => numbers.get(variable)!);
  if (group.kind === "kernel") {
    const inputs = group.inputs.map((variable) => numbers.get(variable)!);
    return { kind: "kernel", kernel: group.kernel, inputs, params: group.params, outputs, release };
  }
  const operands = group.operands.map((atom): OperandSource =>
    atom instanceof Var ? { kind: "value", value: numbers.get(atom)! } : atom,
  );
  return { kind: "control", control: group.control, operands, outputs, release };
}
