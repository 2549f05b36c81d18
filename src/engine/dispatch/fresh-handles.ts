import { ArrayImpl } from "./array.ts";
import { adoptArguments } from "../core/foreign-array.ts";

/**
 * The same functions, but never handing back an argument itself: where there is nothing to compute (`jnp.clip(x)`)
 * the result is another handle on the same memory. So the cell language may free the result of a call, or an argument
 * that was a temporary, without looking at the other. `asarray` keeps JAX's promise to return its argument. Arrays of
 * other libraries among the arguments are taken in here, once for all functions.
 */
export function withFreshHandles<T extends object>(functions: T): T {
  const entries = Object.entries(functions).map(([name, value]: [string, unknown]) => [
    name,
    isPlainFunction(value) ? fresh(value, name === "asarray") : value,
  ]);
  return Object.freeze(Object.fromEntries(entries)) as T;
}

type AnyFunction = (...args: readonly unknown[]) => unknown;

/** Dtype objects such as `jnp.float32` are callable, too, but carry properties of their own. */
function isPlainFunction(value: unknown): value is AnyFunction {
  return typeof value === "function" && Object.keys(value).length === 0;
}

function fresh(f: AnyFunction, mayReturnArgument: boolean): AnyFunction {
  const call = (...given: readonly unknown[]): unknown => {
    const args = adoptArguments(given);
    const result = f(...args);
    if (mayReturnArgument || !(result instanceof ArrayImpl)) return result;
    return args.includes(result) ? result.alias() : result;
  };
  Object.defineProperty(call, "name", { value: f.name });
  Object.defineProperty(call, "length", { value: f.length });
  return call;
}
