import { counters } from "../backend/backend.ts";
import type { DType } from "../core/dtype.ts";
import { ClosedJaxpr, type Jaxpr } from "../core/jaxpr.ts";
import { compile } from "../lowering/compile.ts";
import type { Program } from "../lowering/program.ts";
import { backendFor } from "./devices.ts";

/** Compiles for the device that has all its dtypes and counts the time. `scalarArguments[k]`: argument k is a host scalar. */
export function compileProgram(jaxpr: Jaxpr, scalarArguments: readonly boolean[]): Program {
  const started = performance.now();
  const dtypes = new Set<DType>();
  collectDTypes(jaxpr, dtypes);
  const program = compile(jaxpr, scalarArguments, backendFor(dtypes));
  counters.compileMs += performance.now() - started;
  return program;
}

function collectDTypes(jaxpr: Jaxpr, dtypes: Set<DType>): void {
  for (const variable of [...jaxpr.constvars, ...jaxpr.invars]) dtypes.add(variable.aval.dtype);
  for (const eqn of jaxpr.eqns) {
    for (const variable of eqn.outvars) dtypes.add(variable.aval.dtype);
    for (const param of Object.values(eqn.params)) {
      for (const inner of Array.isArray(param) ? (param as unknown[]) : [param]) {
        if (inner instanceof ClosedJaxpr) collectDTypes(inner.jaxpr, dtypes);
      }
    }
  }
}
