import { isArray, isTracer, release, WeakFloat } from "./engine-door.ts";
import { namespaceName } from "./module-table.ts";
import { NdArray, NumpyScalar } from "./numpy/ndarray.ts";
import { takeGift } from "./ownership.ts";
import { Tuple } from "./tuple.ts";

const identities = new WeakMap<object, number>();
const plainIdentities = new Map<unknown, number>();
/** Python shows addresses; these only look like some. */
let lastIdentity = 0x7270_0000;

/** Python's `id`: a number for every object, the same as long as it lives. */
export function id(value: unknown): number {
  const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
  const known: { get(key: unknown): number | undefined; set(key: unknown, value: number): unknown } = isObject
    ? identities
    : plainIdentities;
  let identity = known.get(value);
  if (identity === undefined) {
    identity = lastIdentity += 16;
    known.set(value, identity);
  }
  freeGift(value);
  return identity;
}

/** A class as Python shows it: `jaxlib.xla_extension.ArrayImpl`, printed with `<class '...'>` around it. */
class PythonClass {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  __repr__(): string {
    return this.#name;
  }

  toString(): string {
    return `<class '${this.#name}'>`;
  }
}

const classes = new Map<string, PythonClass>();

/** Python's `type`: the same object for values of one class. */
export function type(value: unknown): PythonClass {
  const name = className(value);
  freeGift(value);
  let found = classes.get(name);
  if (found === undefined) classes.set(name, (found = new PythonClass(name)));
  return found;
}

function className(value: unknown): string {
  switch (typeof value) {
    case "number":
      return Number.isInteger(value) ? "int" : "float";
    case "bigint":
      return "int";
    case "boolean":
      return "bool";
    case "string":
      return "str";
    case "undefined":
      return "NoneType";
    case "function":
      return "function";
    case "symbol":
      return "symbol";
    default:
      return value === null ? "NoneType" : classOfObject(value as object);
  }
}

function classOfObject(value: object): string {
  if (isArray(value)) return "jaxlib.xla_extension.ArrayImpl";
  if (isTracer(value)) return "jax._src.interpreters.partial_eval.DynamicJaxprTracer";
  if (value instanceof NumpyScalar) return `numpy.${value.dtype}`;
  if (value instanceof NdArray) return "numpy.ndarray";
  if (value instanceof WeakFloat) return "float";
  if (value instanceof PythonClass) return "type";
  if (value instanceof Tuple) return "tuple";
  if (Array.isArray(value)) return "list";
  if (namespaceName(value) !== undefined) return "module";
  const { name } = value.constructor as { name?: string };
  return name === undefined || name === "Object" ? "dict" : name;
}

function freeGift(value: unknown): void {
  if (takeGift(value)) release(value);
}
