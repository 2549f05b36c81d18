import { ArrayBase } from "../core/array-base.ts";
import type { KeyTree } from "../core/key-tree.ts";
import { NamedTuple } from "../core/named-tuple.ts";
import { avalOfScalar, isPythonScalar, type PythonScalar } from "../core/scalar.ts";
import { Tracer, type Value } from "../core/tracer.ts";
import { ArrayImpl } from "./array.ts";

/** What a program depends on in an operand: shape, dtype and weak type, and whether it is a host scalar. */
export function operandKey(operand: ArrayImpl | PythonScalar): number {
  return operand instanceof ArrayImpl ? 2 * operand.aval.id : 2 * avalOfScalar(operand).id + 1;
}

/**
 * Where a tree of arguments leads: by its structure and the keys of its leaves, which are collected in the order of
 * `treeFlatten`. undefined for trees that hold anything but concrete arrays and scalars.
 */
export function followArgument<T>(
  from: KeyTree<T>,
  argument: unknown,
  leaves: Value[],
): KeyTree<T> | undefined {
  if (argument instanceof ArrayImpl || isPythonScalar(argument)) {
    leaves.push(argument);
    return from.at(operandKey(argument));
  }
  if (argument === null || argument === undefined) return from.at(null);
  if (typeof argument !== "object" || argument instanceof Tracer || argument instanceof ArrayBase) {
    return undefined;
  }
  if (Array.isArray(argument)) return followAll(from.at(-1 - argument.length), argument, leaves);
  if (argument instanceof NamedTuple)
    return followAll(from.at(NamedTuple.typeOf(argument)), [...argument], leaves);
  const prototype: unknown = Object.getPrototypeOf(argument);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  return followDict(from, argument as Readonly<Record<string, unknown>>, leaves);
}

function followAll<T>(from: KeyTree<T>, items: readonly unknown[], leaves: Value[]): KeyTree<T> | undefined {
  let place: KeyTree<T> | undefined = from;
  for (let k = 0; k < items.length && place !== undefined; k++)
    place = followArgument(place, items[k], leaves);
  return place;
}

function followDict<T>(
  from: KeyTree<T>,
  dict: Readonly<Record<string, unknown>>,
  leaves: Value[],
): KeyTree<T> | undefined {
  const keys = Object.keys(dict).sort();
  let place: KeyTree<T> | undefined = from.at(`{${String(keys.length)}`);
  for (const key of keys) place = place && followArgument(place.at(key), dict[key], leaves);
  return place;
}
