import type { Backend } from "../backend/backend.ts";
import type { DType } from "../core/dtype.ts";
import { ClosedJaxpr, type Jaxpr } from "../core/jaxpr.ts";
import type { PythonScalar } from "../core/scalar.ts";
import { ArrayImpl } from "./array.ts";
import { cpuBackend, defaultBackend, sharesWithCpu } from "./devices.ts";

/**
 * Where programs run and arrays are made, in one sentence: **on the default device, but on the CPU what the device has
 * no dtype for, what has no value of more than `cpuIsFaster.elements` elements and no argument that lies on the device,
 * and what factorizes matrices and has no value of more than `cpuIsFaster.factorized` elements.**
 *
 * Results stay where they were computed; they are uploaded when a program on the device needs them.
 */

/** What a program needs of the device it runs on. */
export interface Demand {
  /** All its dtypes, those of programs inside it too. */
  readonly dtypes: ReadonlySet<DType>;
  /** Elements of its largest value. */
  readonly elements: number;
  /** Whether it factorizes matrices. */
  readonly factorizes: boolean;
}

const factorizations = new Set(["cholesky", "eigh", "lu", "qr", "svd", "triangular_solve"]);

/** What a program demands, constants and arguments included. */
export function demandOf(jaxpr: Jaxpr): Demand {
  const dtypes = new Set<DType>();
  let elements = 0;
  let factorizes = false;
  const visit = ({ constvars, invars, eqns }: Jaxpr): void => {
    const add = ({ aval }: Jaxpr["invars"][number]): void => {
      dtypes.add(aval.dtype);
      elements = Math.max(elements, aval.size);
    };
    constvars.forEach(add);
    invars.forEach(add);
    for (const eqn of eqns) {
      eqn.outvars.forEach(add);
      if (factorizations.has(eqn.primitive.name)) factorizes = true;
      for (const name in eqn.params) {
        const param = eqn.params[name];
        if (param instanceof ClosedJaxpr) visit(param.jaxpr);
        else if (Array.isArray(param)) {
          for (const inner of param as unknown[]) if (inner instanceof ClosedJaxpr) visit(inner.jaxpr);
        }
      }
    }
  };
  visit(jaxpr);
  return { dtypes, elements, factorizes };
}

/** The backend that runs a program on these arguments. */
export function placeProgram(demand: Demand, args: readonly (ArrayImpl | PythonScalar)[]): Backend {
  const device = defaultBackend();
  if (device.kind === "cpu") return device;
  if (!supportsAll(device, demand.dtypes)) return cpuBackend();
  if (!sharesWithCpu()) return device;
  const { elements, factorized } = device.cpuIsFaster;
  if (demand.factorizes && demand.elements <= factorized && canBeRead(device, args)) return cpuBackend();
  return demand.elements <= elements && !someOn(device, args) ? cpuBackend() : device;
}

/** The backend that holds an array made from `length` elements of JavaScript's. */
export function placeData(dtype: DType, length: number): Backend {
  const device = defaultBackend();
  if (!device.supports(dtype)) return cpuBackend();
  return sharesWithCpu() && length <= device.cpuIsFaster.elements ? cpuBackend() : device;
}

function supportsAll(device: Backend, dtypes: ReadonlySet<DType>): boolean {
  for (const dtype of dtypes) if (!device.supports(dtype)) return false;
  return true;
}

function canBeRead(device: Backend, args: readonly (ArrayImpl | PythonScalar)[]): boolean {
  return device.description.synchronousReads || !someOn(device, args);
}

function someOn(device: Backend, args: readonly (ArrayImpl | PythonScalar)[]): boolean {
  for (const arg of args) if (arg instanceof ArrayImpl && arg.storage.backend === device) return true;
  return false;
}
