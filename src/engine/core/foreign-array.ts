import { ArrayBase } from "./array-base.ts";
import type { Shape } from "./aval.ts";
import type { DType, HostArray } from "./dtype.ts";

/** The elements of a foreign array, row-major, and what they are. */
export interface ForeignData {
  readonly data: HostArray;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Tells a scalar of that library from an array without axes. */
  readonly isScalar: boolean;
}

/**
 * An array of another library in this process, such as one that plays NumPy's. As in Python, `__array__` is how it
 * hands over its elements.
 */
export interface ForeignArray {
  __array__(): ForeignData;
}

type Adopt = (given: ForeignData) => unknown;
let adoptData: Adopt | undefined;

/** Installs what makes an array of foreign data; called once by the engine's door. */
export function installAdoption(adopted: Adopt): void {
  adoptData = adopted;
}

export function isForeignArray(value: unknown): value is ForeignArray {
  if (typeof value !== "object" || value === null || value instanceof ArrayBase) return false;
  return typeof (value as { __array__?: unknown }).__array__ === "function";
}

/** The engine's own array or scalar for a foreign one, in a dtype that exists now; anything else as it is. */
export function adopt(value: unknown): unknown {
  return isForeignArray(value) && adoptData !== undefined ? adoptData(value.__array__()) : value;
}

/** `adopt` for the arguments of a function: each, and each element of a list. */
export function adoptArguments(args: readonly unknown[]): readonly unknown[] {
  let foreign = false;
  for (let k = 0; k < args.length && !foreign; k++) foreign = holdsForeign(args[k]);
  if (!foreign) return args;
  return args.map((arg) => (Array.isArray(arg) ? arg.map(adopt) : adopt(arg)));
}

function holdsForeign(arg: unknown): boolean {
  return Array.isArray(arg) ? arg.some(isForeignArray) : isForeignArray(arg);
}
