import { counters } from "../backend/backend.ts";
import type { Jaxpr } from "../core/jaxpr.ts";
import { compile } from "../lowering/compile.ts";
import type { Program } from "../lowering/program.ts";
import { defaultBackend } from "./devices.ts";

/** Compiles for the default device and counts the time. `scalarArguments[k]`: argument k is a host scalar. */
export function compileProgram(jaxpr: Jaxpr, scalarArguments: readonly boolean[]): Program {
  const started = performance.now();
  const program = compile(jaxpr, scalarArguments, defaultBackend().maxKernelBuffers);
  counters.compileMs += performance.now() - started;
  return program;
}
