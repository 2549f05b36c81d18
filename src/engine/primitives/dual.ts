import type { Primitive } from "../core/primitive.ts";
import { avalOf, bind1, type Value } from "../core/tracer.ts";
import { apply, like } from "./apply.ts";
import { add } from "./arithmetic.ts";
import { concatenate, pad, rev, slice } from "./slicing.ts";
import { instantiateZeros } from "./zeros.ts";

/** A value and its tangent. */
export interface Dual {
  readonly x: Value;
  readonly t: Value;
}

/** A primitive of two operands, on duals. */
function combined(primitive: Primitive, left: Dual, right: Dual): Dual {
  if (primitive.jvp === "zero") throw new Error(`internal error: ${primitive.name} has no derivative`);
  const { primals, tangents } = primitive.jvp([left.x, right.x], [left.t, right.t], {});
  return { x: primals[0]!, t: instantiateZeros(tangents[0]!) };
}

/** Folds axis 0, which is not empty, by halves. `identity` fills up halves of uneven length. */
export function treeReduce(primitive: Primitive, whole: Dual, identity: number): Dual {
  let rest = whole;
  for (let length = lengthOf(whole, 0); length > 1; length = Math.ceil(length / 2)) {
    const half = Math.ceil(length / 2);
    const second = both(rest, (x) => part(x, 0, half, length));
    const isShorter = length < 2 * half;
    const full: Dual = isShorter
      ? { x: padAxis(second.x, 0, [0, 1, 0], identity), t: padAxis(second.t, 0, [0, 1, 0], 0) }
      : second;
    rest = combined(
      primitive,
      both(rest, (x) => part(x, 0, 0, half)),
      full,
    );
  }
  return rest;
}

/** All prefixes of an axis combined, in a logarithmic number of steps. */
export function associativeScan(primitive: Primitive, whole: Dual, axis: number, reverse: boolean): Dual {
  const turned = (x: Value): Value => (reverse ? bind1(rev, [x], { dimensions: [axis] }) : x);
  return both(scanPairs(primitive, both(whole, turned), axis), turned);
}

/** Prefixes of pairs are the odd places; an even one is the place before it with one element more. */
function scanPairs(primitive: Primitive, elements: Dual, axis: number): Dual {
  const length = lengthOf(elements, axis);
  if (length < 2) return elements;
  const take = (dual: Dual, start: number, limit: number, stride = 1): Dual =>
    both(dual, (x) => part(x, axis, start, limit, stride));
  const pairs = combined(primitive, take(elements, 0, length - 1, 2), take(elements, 1, length, 2));
  const odd = scanPairs(primitive, pairs, axis);
  const first = take(elements, 0, 1);
  if (length === 2) return joined(odd, first, axis, length);
  const before = length % 2 === 0 ? take(odd, 0, lengthOf(odd, axis) - 1) : odd;
  const even = combined(primitive, before, take(elements, 2, length, 2));
  const all = { x: concatenated(first.x, even.x, axis), t: concatenated(first.t, even.t, axis) };
  return joined(odd, all, axis, length);
}

function joined(odd: Dual, even: Dual, axis: number, length: number): Dual {
  const isEven = length % 2 === 0;
  const interleave = (atEven: Value, atOdd: Value): Value =>
    apply(
      add,
      padAxis(atEven, axis, [0, isEven ? 1 : 0, 1], 0),
      padAxis(atOdd, axis, [1, isEven ? 0 : 1, 1], 0),
    );
  return { x: interleave(even.x, odd.x), t: interleave(even.t, odd.t) };
}

function both(dual: Dual, f: (x: Value) => Value): Dual {
  return { x: f(dual.x), t: f(dual.t) };
}

function lengthOf(dual: Dual, axis: number): number {
  return avalOf(dual.x).shape[axis]!;
}

function part(x: Value, axis: number, start: number, limit: number, stride = 1): Value {
  const { shape } = avalOf(x);
  return bind1(slice, [x], {
    start_indices: shape.map((_, k) => (k === axis ? start : 0)),
    limit_indices: shape.map((extent, k) => (k === axis ? limit : extent)),
    strides: stride === 1 ? null : shape.map((_, k) => (k === axis ? stride : 1)),
  });
}

function padAxis(x: Value, axis: number, config: readonly [number, number, number], fill: number): Value {
  const padding = avalOf(x).shape.map((_, k) => (k === axis ? config : ([0, 0, 0] as const)));
  return bind1(pad, [x, like(x, fill)], { padding_config: padding });
}

function concatenated(left: Value, right: Value, axis: number): Value {
  return bind1(concatenate, [left, right], { dimension: axis });
}
