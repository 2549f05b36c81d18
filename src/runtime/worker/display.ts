import {
  isArray,
  NamedTuple,
  reprSync,
  repr as reprArray,
  str as strArray,
  strSync,
  WeakFloat,
} from "./engine-door.ts";
import { namespaceName } from "./module-table.ts";
import { isEngineValue } from "./operators.ts";
import { Tuple } from "./tuple.ts";

/** Text that may have to wait for the device. */
export type Text = string | Promise<string>;

const maxItems = 100;
const maxDepth = 6;

/** How a cell shows its value: arrays as JAX does, everything else as TypeScript would write it. */
export function repr(value: unknown, wait: boolean): Text {
  return new Writer(wait).text(value);
}

/** How `print` shows a value: a string bare, an array without its wrapping. */
export function str(value: unknown, wait: boolean): Text {
  if (typeof value === "string") return value;
  if (isArray(value)) return wait ? strSync(value) : strArray(value);
  // As in Python, a value may have one text for the reader and another for code.
  return ownRepr(value) === undefined ? repr(value, wait) : String(value);
}

/** Joins texts that may have to wait. */
export function joinTexts(parts: readonly Text[], separator: string): Text {
  if (parts.every((part): part is string => typeof part === "string")) return parts.join(separator);
  const waiting = parts.map((part) => Promise.resolve(part));
  return Promise.all(waiting).then((ready) => ready.join(separator));
}

class Writer {
  readonly #wait: boolean;
  readonly #above: unknown[] = [];

  /** `wait` reads arrays on the spot, where the device can be waited for. */
  constructor(wait: boolean) {
    this.#wait = wait;
  }

  text(value: unknown): Text {
    switch (typeof value) {
      case "string":
        return JSON.stringify(value);
      case "bigint":
        return `${String(value)}n`;
      case "function":
        return ownRepr(value) ?? describeFunction(value);
      case "object":
        return value === null ? "null" : this.#object(value);
      default:
        return String(value);
    }
  }

  #object(value: object): Text {
    if (isArray(value)) return this.#wait ? reprSync(value) : reprArray(value);
    if (isEngineValue(value)) return ownToString(value) ?? "<array>";
    if (value instanceof WeakFloat) return value.toString();
    const own = ownRepr(value);
    if (own !== undefined) return own;
    const namespace = namespaceName(value);
    if (namespace !== undefined) return `<module ${namespace}>`;
    if (this.#above.includes(value)) return "<cycle>";
    if (this.#above.length >= maxDepth) return "...";
    this.#above.push(value);
    try {
      return this.#composite(value);
    } finally {
      this.#above.pop();
    }
  }

  #composite(value: object): Text {
    if (value instanceof NamedTuple) return this.#namedTuple(value);
    if (value instanceof Tuple) return this.#list(value.items, "(", value.items.length === 1 ? ",)" : ")");
    // What Python calls a tuple is a list that cannot change, such as a shape.
    if (Array.isArray(value) && Object.isFrozen(value)) return this.#composite(new Tuple(value));
    if (Array.isArray(value)) return this.#list(value, "[", "]");
    if (ArrayBuffer.isView(value) && !(value instanceof DataView))
      return this.#list([...(value as unknown as Iterable<unknown>)], `${nameOf(value)} [`, "]");
    if (value instanceof Map) {
      const entries = [...value].map(([key, item]) => joinTexts([this.text(key), this.text(item)], " => "));
      return joinTexts(["Map {", joinTexts(entries, ", "), "}"], entries.length > 0 ? " " : "");
    }
    if (value instanceof Set) return this.#list([...value], "Set {", "}", " ");
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    if (value instanceof Promise) return "<promise>";
    const own = ownToString(value);
    return own ?? this.#record(value);
  }

  /** `EighResult(eigenvalues=Array(...), eigenvectors=Array(...))`. */
  #namedTuple(value: NamedTuple): Text {
    const { typeName, fields } = NamedTuple.typeOf(value);
    const items = [...value].map((item, k) => joinTexts([fields[k]!, this.text(item)], "="));
    return joinTexts([`${typeName}(`, joinTexts(items, ", "), ")"], "");
  }

  #list(items: readonly unknown[], open: string, close: string, pad = ""): Text {
    const shown = items.slice(0, maxItems).map((item) => this.text(item));
    if (items.length > maxItems) shown.push(`... ${String(items.length - maxItems)} more`);
    const space = shown.length > 0 ? pad : "";
    return joinTexts([`${open}${space}`, joinTexts(shown, ", "), `${space}${close}`], "");
  }

  #record(value: object): Text {
    const name = nameOf(value);
    const keys = Object.keys(value);
    const shown = keys
      .slice(0, maxItems)
      .map((key) => joinTexts([quoteKey(key), this.#property(value, key)], ": "));
    if (keys.length > maxItems) shown.push(`... ${String(keys.length - maxItems)} more`);
    const prefix = name === "" || name === "Object" ? "" : `${name} `;
    if (shown.length === 0) return `${prefix}{}`;
    return joinTexts([`${prefix}{ `, joinTexts(shown, ", "), " }"], "");
  }

  #property(value: object, key: string): Text {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    // Looking at a value must not run the reader's code.
    return descriptor?.get === undefined ? this.text(descriptor?.value) : "<getter>";
  }
}

function quoteKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

function nameOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
  const name = prototype?.constructor?.name;
  return typeof name === "string" ? name : "";
}

function describeFunction(value: object): string {
  const { name } = value as { name?: unknown };
  const kind = /^class\b/.test(Function.prototype.toString.call(value)) ? "class" : "function";
  return typeof name === "string" && name !== "" ? `<${kind} ${name}>` : `<${kind}>`;
}

/** What Python's `__repr__` gives, where a value has it. */
function ownRepr(value: unknown): string | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  const { __repr__ } = value as { __repr__?: unknown };
  return typeof __repr__ === "function" ? String(Reflect.apply(__repr__, value, [])) : undefined;
}

/** The text of an object whose class says how to write it, such as a Jaxpr. */
function ownToString(value: object): string | undefined {
  const { toString } = value as { toString?: unknown };
  if (typeof toString !== "function" || toString === Object.prototype.toString) return undefined;
  const text = Reflect.apply(toString, value, []) as unknown;
  return typeof text === "string" ? text : undefined;
}
