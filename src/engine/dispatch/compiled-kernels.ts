import type { Backend, CompiledKernel } from "../backend/backend.ts";
import type { Program } from "../lowering/program.ts";

const compiled = new WeakMap<Program, Map<Backend, readonly (CompiledKernel | undefined)[]>>();

/** The kernels of a program's steps, compiled once for each backend; steps that are no kernels have none. */
export function compiledKernels(program: Program, backend: Backend): readonly (CompiledKernel | undefined)[] {
  let byBackend = compiled.get(program);
  if (byBackend === undefined) {
    byBackend = new Map<Backend, readonly CompiledKernel[]>();
    compiled.set(program, byBackend);
  }
  let kernels = byBackend.get(backend);
  if (kernels === undefined) {
    kernels = program.steps.map((step) =>
      step.kind === "kernel" ? backend.compile(step.kernel) : undefined,
    );
    byBackend.set(backend, kernels);
  }
  return kernels;
}
