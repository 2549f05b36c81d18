import { getItem, isArray, isIndexable, setItem, type ArrayBase } from "./engine-door.ts";
import { markElement } from "./ownership.ts";
import { binary, dec, inc, isBinary, isEngineValue, plainNumber } from "./operators.ts";

type Indexed = Record<PropertyKey, unknown>;

/** Whether an index names a property, as in `x["shape"]`, rather than a slice. */
function isPropertyName(key: unknown): key is PropertyKey {
  return typeof key === "symbol" || (typeof key === "string" && /^[A-Za-z_]\w*$/.test(key) && key !== "None");
}

/** An index for a list: arrays of one integer count as that integer, as in Python. */
function plainKey(key: unknown): PropertyKey {
  return (isArray(key) ? key.item() : plainNumber(key)) as PropertyKey;
}

/** `object[key]` */
export function get(object: unknown, key: unknown): unknown {
  if (Array.isArray(object) && typeof key === "number") return (object as unknown[])[key];
  if (isIndexable(object)) {
    if (isEngineValue(object) && isPropertyName(key)) return (object as unknown as Indexed)[key];
    // The index may be anything: the engine checks it and says what is wrong.
    const element = getItem(object as ArrayBase, plainNumber(key) as Parameters<typeof getItem>[1]);
    // `x[":"]` may be x, but whoever frees the one must not free the other.
    return element === object && isArray(element) ? element.alias() : element;
  }
  return (object as Indexed)[plainKey(key)];
}

/** As `get`, for an operand: an element of an array is a new array, which the operator frees. */
export function item(object: unknown, key: unknown): unknown {
  const value = get(object, key);
  if (isEngineValue(object)) markElement(value);
  return value;
}

/** `object?.[key]` */
export function optionalGet(object: unknown, key: unknown): unknown {
  return object === null || object === undefined ? undefined : get(object, key);
}

/** `object[key] = value` */
export function set(object: unknown, key: unknown, value: unknown): unknown {
  if (isEngineValue(object)) setItem(object);
  const typed = ArrayBuffer.isView(object);
  (object as Indexed)[plainKey(key)] = typed ? plainElement(value) : value;
  return value;
}

/** What a typed array can store. */
function plainElement(value: unknown): unknown {
  return isArray(value) ? value.item() : plainNumber(value);
}

/** `object[key](...args)` */
export function call(object: unknown, key: unknown, ...args: unknown[]): unknown {
  const method = get(object, key);
  if (typeof method !== "function")
    throw new TypeError(`the element at ${String(plainKey(key))} is not a function`);
  return Reflect.apply(method, object, args) as unknown;
}

/** `delete object[key]` */
export function remove(object: unknown, key: unknown): boolean {
  if (isEngineValue(object)) throw new TypeError("'ArrayImpl' object doesn't support item deletion");
  return Reflect.deleteProperty(object as object, plainKey(key));
}

/** The target of a destructuring assignment: `[x[0], x[1]] = pair`. */
export function ref(object: unknown, key: unknown): { value: unknown } {
  return {
    get value() {
      return get(object, key);
    },
    set value(value: unknown) {
      set(object, key, value);
    },
  };
}

/** `object[key] += value` and its like. */
export function update(object: unknown, key: unknown, operator: string, value: unknown): unknown {
  if (!isBinary(operator)) throw new TypeError(`unknown operator ${operator}`);
  return set(object, key, binary(operator, get(object, key), value));
}

/** `object[key]++` and its like. */
export function step(object: unknown, key: unknown, by: 1 | -1, postfix: boolean): unknown {
  const old = get(object, key);
  const value = by === 1 ? inc(old) : dec(old);
  set(object, key, value);
  return postfix ? old : value;
}
