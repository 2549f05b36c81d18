import { ArrayBase } from "../core/array-base.ts";
import { IndexError, ValueError } from "../core/errors.ts";
import { isPythonScalar, TypedScalar } from "../core/scalar.ts";
import { adopt } from "../core/foreign-array.ts";

/** Python's slice: `new Slice(1, null, 2)` is `1::2`. */
export class Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number | null;

  constructor(start: number | null = null, stop: number | null = null, step: number | null = null) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/** Python's `slice(stop)` or `slice(start, stop, step)`. */
export function slice(startOrStop: number | null, stop?: number | null, step: number | null = null): Slice {
  return stop === undefined ? new Slice(null, startOrStop) : new Slice(startOrStop, stop, step);
}

/** Python's `...`. */
export const ellipsis: unique symbol = Symbol("...");

/** One component of an index. */
export type IndexItem =
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "slice"; readonly slice: Slice }
  | { readonly kind: "newaxis" }
  | { readonly kind: "ellipsis" }
  /** An integer or boolean array, or a traced scalar. */
  | { readonly kind: "array"; readonly value: ArrayBase }
  /** Nested lists of numbers standing for an index array. */
  | { readonly kind: "list"; readonly value: readonly unknown[] };

/**
 * What may stand between the brackets: a number, an array, null for a new axis, a `Slice`, Python's own notation as
 * text ("0, :", "1:5:2", "..., None"), or a list of those, one per axis.
 */
export type Index =
  number | bigint | boolean | string | null | ArrayBase | Slice | typeof ellipsis | readonly Index[];

/** Takes an index apart. Throws TypeError or IndexError in JAX's words for what is none. */
export function parseIndex(index: unknown): IndexItem[] {
  const items = Array.isArray(index) ? (index as readonly unknown[]).flatMap(parseItem) : parseItem(index);
  if (items.filter((item) => item.kind === "ellipsis").length > 1) {
    throw new IndexError("an index can only have a single ellipsis ('...')");
  }
  return items;
}

function parseItem(given: unknown): IndexItem[] {
  const item = adopt(given);
  if (item === null || item === undefined) return [{ kind: "newaxis" }];
  if (item === ellipsis) return [{ kind: "ellipsis" }];
  if (item instanceof Slice) return [checkedSlice(item)];
  if (item instanceof ArrayBase) return [{ kind: "array", value: checkedArray(item) }];
  if (Array.isArray(item)) return [{ kind: "list", value: item as readonly unknown[] }];
  if (typeof item === "string") return parseText(item);
  if (typeof item === "boolean") return [{ kind: "list", value: [item] }];
  if (item instanceof TypedScalar) return [integerItem(Number(item.value))];
  if (isPythonScalar(item)) return [integerItem(Number(item))];
  throw new TypeError(`JAX does not support ${typeof item} indexing; got an index of that kind`);
}

function integerItem(value: number): IndexItem {
  if (!Number.isInteger(value)) {
    throw new TypeError("Indexer must have integer or boolean type, got indexer with type float64");
  }
  return { kind: "integer", value };
}

function checkedSlice(item: Slice): IndexItem {
  if (item.step === 0) throw new ValueError("slice step cannot be zero");
  return { kind: "slice", slice: item };
}

function checkedArray(value: ArrayBase): ArrayBase {
  if (value.dtype.startsWith("float")) {
    throw new TypeError(`Indexer must have integer or boolean type, got indexer with type ${value.dtype}`);
  }
  return value;
}

function parseText(text: string): IndexItem[] {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.length > 1 && parts.at(-1) === "") parts.pop();
  return parts.map((part) => parsePart(part, text));
}

function parsePart(part: string, text: string): IndexItem {
  if (part === "...") return { kind: "ellipsis" };
  if (part === "None" || part === "null" || part === "newaxis") return { kind: "newaxis" };
  if (/^[+-]?\d+$/.test(part)) return { kind: "integer", value: Number(part) };
  const bounds = part.split(":").map((bound) => bound.trim());
  if (bounds.length < 2 || bounds.length > 3 || !bounds.every((bound) => /^([+-]?\d+)?$/.test(bound))) {
    throw new TypeError(`JAX does not support string indexing; got idx='${text}'`);
  }
  const [start, stop, step] = bounds.map((bound) => (bound === "" ? null : Number(bound)));
  return checkedSlice(new Slice(start ?? null, stop ?? null, step ?? null));
}

/** A slice against an axis: first position, distance, and how many, as Python counts them. */
export function sliceRange(item: Slice, extent: number): { start: number; step: number; length: number } {
  const step = item.step ?? 1;
  const clamp = (bound: number, low: number, high: number): number =>
    Math.min(Math.max(bound < 0 ? bound + extent : bound, low), high);
  if (step > 0) {
    const start = item.start === null ? 0 : clamp(item.start, 0, extent);
    const stop = item.stop === null ? extent : clamp(item.stop, 0, extent);
    return { start, step, length: Math.max(0, Math.ceil((stop - start) / step)) };
  }
  const start = item.start === null ? extent - 1 : clamp(item.start, -1, extent - 1);
  const stop = item.stop === null ? -1 : clamp(item.stop, -1, extent - 1);
  return { start, step, length: Math.max(0, Math.ceil((stop - start) / step)) };
}
