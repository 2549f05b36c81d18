import type { DType } from "../core/dtype.ts";
import { Literal, type Var } from "../core/jaxpr.ts";
import type { FusionPlan } from "./fuse.ts";
import type { FlatJaxpr } from "./inline.ts";
import type { LoweredGroup } from "./lower-groups.ts";
import type { Program, Step } from "./program.ts";

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
    for (const variable of [...group.inputs, ...group.outputs]) lastUse.set(numbers.get(variable)!, position);
  });
  const steps = lowered.map((group, position): Step => {
    const touched = [...group.inputs, ...group.outputs].map((variable) => numbers.get(variable)!);
    return {
      kernel: group.kernel,
      inputs: group.inputs.map((variable) => numbers.get(variable)!),
      params: group.params,
      outputs: group.outputs.map((variable) => numbers.get(variable)!),
      release: [...new Set(touched)].filter(
        (value) => lastUse.get(value) === position && value >= flat.inputs.length && !kept.has(value),
      ),
    };
  });
  return { scalarArguments, values, steps, results };
}
