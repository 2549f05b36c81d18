/**
 * The engine's only door: a JAX in TypeScript on WebGPU and the CPU. Importing it installs eager evaluation on the
 * CPU; `initialize` chooses another device.
 */
import { installAdoption } from "./core/foreign-array.ts";
import { currentTrace, installBaseTrace, Tracer } from "./core/tracer.ts";
import { adoptForeign } from "./dispatch/adopt-foreign.ts";
import { ArrayImpl } from "./dispatch/array.ts";
import { withFreshHandles } from "./dispatch/fresh-handles.ts";
import { EvalTrace } from "./dispatch/eval-trace.ts";
import { strSync } from "./dispatch/print-array.ts";
import * as jax from "./jax.ts";
import * as lax from "./lax/index.ts";
import * as laxLinalg from "./lax/linalg.ts";
import * as linalg from "./linalg/index.ts";
import { installArrayMethods } from "./numpy/array-methods.ts";
import * as numpy from "./numpy/index.ts";
import { operators as numpyOperators } from "./numpy/operators.ts";
import * as random from "./random/index.ts";
import * as treeUtil from "./tree-util.ts";

const eagerTrace = new EvalTrace();
installBaseTrace(eagerTrace);
installArrayMethods();
installAdoption(adoptForeign);
// Printing needs arrays, so it cannot be a method of theirs from the start.
Object.defineProperty(ArrayImpl.prototype, "toString", {
  value(this: ArrayImpl): string {
    return strSync(this);
  },
});

export { counters, type Counters, type DeviceDescription, type DeviceMemory } from "./backend/backend.ts";
export { useRemoteThreads } from "./backend/cpu/remote-threads.ts";
export { ArrayBase } from "./core/array-base.ts";
export { IndexError, ValueError } from "./core/errors.ts";
export type { DType, HostArray, HostScalar } from "./core/dtype.ts";
export { NamedTuple } from "./core/named-tuple.ts";
export { float, WeakFloat } from "./core/scalar.ts";
export { ArrayImpl as Array, consumePendingBlock } from "./dispatch/array.ts";
export { setItem, truth } from "./dispatch/conversions.ts";
export { collectGarbage } from "./dispatch/garbage.ts";
export { repr, reprSync, str, strSync } from "./dispatch/print-array.ts";
export { readElements } from "./dispatch/read-elements.ts";
export {
  describeDevice,
  deviceLost,
  initialize,
  memory,
  synchronize,
  type StartedDevice,
} from "./dispatch/start.ts";
export { getItem, isIndexable } from "./numpy/at.ts";
export { reprNumpyArray, strArray } from "./printing/repr.ts";
export { jax, lax, linalg, numpy, random, treeUtil as tree_util };

/** What the operators of a cell do. */
export const operators = withFreshHandles(numpyOperators);

const linalgNames = withFreshHandles(linalg);
const laxLinalgNames = withFreshHandles(laxLinalg);
const numpyNames = { ...withFreshHandles(numpy), linalg: linalgNames };
const laxNames = { ...withFreshHandles(lax), linalg: laxLinalgNames };

/** What a cell can import, by module name. */
export const modules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  jax: {
    ...jax,
    numpy: numpyNames,
    lax: laxNames,
    random: withFreshHandles(random),
    tree_util: treeUtil,
  },
  "jax/numpy": numpyNames,
  "jax/numpy/linalg": linalgNames,
  "jax/lax": laxNames,
  "jax/lax/linalg": laxLinalgNames,
  "jax/random": withFreshHandles(random),
  "jax/tree_util": treeUtil,
};

/** Whether `value` is a concrete array. */
export function isArray(value: unknown): value is ArrayImpl {
  return value instanceof ArrayImpl;
}

/** Whether `value` stands for an array while a function is traced. */
export function isTracer(value: unknown): value is Tracer {
  return value instanceof Tracer;
}

/** Whether a function is being traced, so that a trace may hold on to any array. */
export function isTracing(): boolean {
  return currentTrace() !== eagerTrace;
}

/** Gives the memory of an array back now; does nothing for anything else. */
export function release(value: unknown): void {
  if (value instanceof ArrayImpl) value.delete();
}
