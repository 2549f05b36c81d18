import { ArrayBase, isArray, isTracer, isTracing, release } from "./engine-door.ts";

/**
 * Frees arrays that nothing can refer to any more, at the places the cell language marked. Whatever is missed here
 * is freed when JavaScript collects it. While a function is traced nothing is freed: the trace may hold anything.
 */

/** Temporaries handed to calls that have not returned yet. */
const pending: unknown[] = [];
/** Elements read from arrays: new arrays, though the code that reads them looks the same for a list. */
const elements = new WeakSet<object>();
/** Arrays given to a function that frees them when it has read them. */
const gifts = new WeakSet<object>();

function free(value: unknown): void {
  if (isArray(value) && !isTracing()) release(value);
}

/** Whether a call's result can hold none of its arguments. */
function isSettled(result: unknown): boolean {
  return typeof result !== "object" || result === null || isArray(result);
}

/** Frees the operands that `mask` marks: bits 0 and 1 temporaries, bits 2 and 3 elements that were new arrays. */
export function freeOperands(result: unknown, left: unknown, right: unknown, mask: number): void {
  if (isTracer(result)) return;
  if ((mask & 1 || (mask & 4 && takeElement(left))) && left !== result) free(left);
  if ((mask & 2 || (mask & 8 && takeElement(right))) && right !== result && right !== left) free(right);
}

export function markElement(value: unknown): void {
  if (isArray(value)) elements.add(value);
}

function takeElement(value: unknown): boolean {
  return isArray(value) && elements.delete(value);
}

/** Remembers an argument that is to be freed when its call returns. */
export function tmp<T>(value: T): T {
  pending.push(value);
  return value;
}

/** Frees the call's `count` temporaries, unless the result may hold them. */
export function end<T>(result: T, count: number): T {
  const values = pending.splice(Math.max(0, pending.length - count));
  if (isSettled(result)) for (const value of values) if (value !== result) free(value);
  return result;
}

/** An argument that is an element of `object`: a new array, and temporary, when that is an array. */
export function tmpItem<T>(object: unknown, element: T): T {
  pending.push(object instanceof ArrayBase ? element : undefined);
  return element;
}

/** Elements handed to calls of unknown functions, undefined where an element was no new array. */
const candidates: unknown[] = [];

/** As `tmpItem`, for a call that frees its arguments only when it turns out to be one of a compiled function. */
export function held<T>(object: unknown, element: T): T {
  candidates.push(object instanceof ArrayBase ? element : undefined);
  return element;
}

/**
 * What the call of `f` gave, its `count` elements freed if `f` is compiled: such a function keeps none of its
 * arguments, and what it returns is new. `isStored` says that the value goes right into `set`, which frees it.
 */
export function settle<T>(f: unknown, result: T, count: number, isStored = false): T {
  const first = candidates.length - count;
  if (isCompiled(f)) {
    for (let i = first; i < candidates.length; i++) if (candidates[i] !== result) free(candidates[i]);
    if (isStored) markElement(result);
  }
  candidates.length = first;
  return result;
}

/** Whether a function was made by `jax.jit`. */
function isCompiled(f: unknown): boolean {
  return typeof f === "function" && Object.hasOwn(f, "_cache_size");
}

/** Frees a value that was read and stored elsewhere, if `mask` says that nothing else can hold it. */
export function freeStored(value: unknown, mask: number): void {
  if (mask & 1 || (mask & 4 && takeElement(value))) free(value);
}

/** Frees the value of a statement that nobody looks at. */
export function drop(value: unknown): void {
  free(value);
}

/** Hands an array over for good; `takeGift` tells the receiver. */
export function gift<T>(value: T): T {
  if (isArray(value)) gifts.add(value);
  return value;
}

/** Whether the array is now the receiver's to free. */
export function takeGift(value: unknown): boolean {
  return isArray(value) && gifts.delete(value);
}

/** Frees what calls that threw left behind; for the end of a cell. */
export function freePending(): void {
  for (const value of pending.splice(0)) free(value);
  candidates.length = 0;
}

/** The arrays that a block's own variables hold and nothing else does. */
class Frame {
  #held: Set<unknown> | undefined;

  /** A variable's first value. */
  own<T>(value: T): T {
    if (isArray(value)) (this.#held ??= new Set()).add(value);
    return value;
  }

  /** A new value in place of an old one, the new one owned as well. */
  put<T>(old: unknown, value: T): T {
    this.drop(old, value);
    return this.own(value);
  }

  /** A new value that something else holds in place of an old one. */
  drop<T>(old: unknown, value: T): T {
    if (old !== value && this.#held?.delete(old) === true) free(old);
    return value;
  }

  /** The block is left. */
  end(): void {
    if (this.#held === undefined) return;
    for (const value of this.#held) free(value);
    this.#held = undefined;
  }
}

export function frame(): Frame {
  return new Frame();
}
