import { getItem, isArray, isIndexable, setItem, type ArrayBase } from "./engine-door.ts";
import { HintedError } from "./hinted-error.ts";
import { getItem as getNumPyItem, setItem as setNumPyItem } from "./numpy/indexing.ts";
import { NdArray } from "./numpy/ndarray.ts";
import { dec, inc, inPlace, isBinary, isEngineValue, plainNumber } from "./operators.ts";
import { freeStored, markElement } from "./ownership.ts";
import { Tuple } from "./tuple.ts";

type Indexed = Record<PropertyKey, unknown>;

/** Whether an index names a property, as in `x["shape"]`, rather than a slice. */
function isPropertyName(key: unknown): key is PropertyKey {
  return typeof key === "symbol" || (typeof key === "string" && /^[A-Za-z_]\w*$/.test(key) && key !== "None");
}

/** `x[i, j]`: the index is a tuple. */
export function tuple(...items: unknown[]): Tuple {
  return new Tuple(items);
}

/** An index for a list: arrays of one integer count as that integer, as in Python. */
function plainKey(key: unknown): PropertyKey {
  if (key instanceof Tuple) {
    const items = key.items.map(String).join(", ");
    throw new HintedError(
      "TypeError",
      "list indices must be integers or slices, not tuple",
      `Only arrays take several indices at once; a list in a list is read as ${key.items.map((item) => `[${String(item)}]`).join("")}, not [${items}].`,
    );
  }
  return (isArray(key) ? key.item() : plainNumber(key)) as PropertyKey;
}

/** `object[key]` */
export function get(object: unknown, key: unknown): unknown {
  if (Array.isArray(object) && typeof key === "number") return (object as unknown[])[key];
  if (object instanceof NdArray)
    return isPropertyName(key) ? (object as unknown as Indexed)[key] : getNumPyItem(object, key);
  if (isIndexable(object)) {
    if (isEngineValue(object) && isPropertyName(key)) return (object as unknown as Indexed)[key];
    // The index may be anything: the engine checks it and says what is wrong.
    const index = key instanceof Tuple ? key.items.map(plainNumber) : plainNumber(key);
    const element = getItem(object as ArrayBase, index as Parameters<typeof getItem>[1]);
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

/** `object[key] = value`; `mask` says whether nothing else can hold the value once it has been read. */
export function set(object: unknown, key: unknown, value: unknown, mask = 0): unknown {
  if (isEngineValue(object)) setItem(object);
  if (object instanceof NdArray && !isPropertyName(key)) {
    setNumPyItem(object, key, value);
    if (mask !== 0) freeStored(value, mask);
    return value;
  }
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
  return set(object, key, inPlace(operator, get(object, key), value));
}

/** `object[key]++` and its like. */
export function step(object: unknown, key: unknown, by: 1 | -1, postfix: boolean): unknown {
  const old = get(object, key);
  const value = by === 1 ? inc(old) : dec(old);
  set(object, key, value);
  return postfix ? old : value;
}
