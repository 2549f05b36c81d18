import type { Backend } from "../backend/backend.ts";
import { CpuBackend } from "../backend/cpu/cpu-backend.ts";
import type { DType } from "../core/dtype.ts";

let cpu: Backend | undefined;
let chosen: Backend | undefined;

/** The CPU backend; it is always there. */
export function cpuBackend(): Backend {
  cpu ??= new CpuBackend();
  return cpu;
}

/** Where arrays are made and computed unless a dtype needs the CPU. */
export function defaultBackend(): Backend {
  return chosen ?? cpuBackend();
}

/** Makes `backend` the default; arrays elsewhere move when they meet. */
export function useBackend(backend: Backend): void {
  chosen = backend;
}

/** Every backend in use, the default first. */
export function backends(): readonly Backend[] {
  const all = [defaultBackend()];
  if (cpu !== undefined && cpu !== all[0]) all.push(cpu);
  return all;
}

/** Where work on these dtypes runs: the default backend, or the CPU when one of them does not exist there. */
export function backendFor(dtypes: Iterable<DType>): Backend {
  const preferred = defaultBackend();
  for (const dtype of dtypes) if (!preferred.supports(dtype)) return cpuBackend();
  return preferred;
}
