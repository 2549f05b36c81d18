import type { Backend } from "../backend/backend.ts";
import { CpuBackend } from "../backend/cpu/cpu-backend.ts";

let cpu: CpuBackend | undefined;
let chosen: Backend | undefined;
let shares = false;

/** The CPU backend; it is always there. */
export function cpuBackend(): CpuBackend {
  cpu ??= new CpuBackend();
  return cpu;
}

/** Where arrays are made and computed, but for what placement keeps on the CPU. */
export function defaultBackend(): Backend {
  return chosen ?? cpuBackend();
}

/** Whether small work stays on the CPU although another device is the default. */
export function sharesWithCpu(): boolean {
  return shares;
}

/**
 * Makes `backend` the default; arrays elsewhere move when they meet. Small work stays on the CPU where that is faster
 * if `sharing` says so; without, everything that can runs on the backend.
 */
export function useBackend(backend: Backend, sharing = false): void {
  chosen = backend;
  shares = sharing;
  if (sharing) cpuBackend();
}

/** Every backend in use, the default first. */
export function backends(): readonly Backend[] {
  const all = [defaultBackend()];
  if (cpu !== undefined && cpu !== all[0]) all.push(cpu);
  return all;
}
