import type { ArrayBase } from "../core/array-base.ts";
import type { Shape } from "../core/aval.ts";
import { config } from "../core/config.ts";
import { bind1 } from "../core/tracer.ts";
import * as lax from "../lax/index.ts";
import { random_bits } from "../primitives/random-bits.ts";

/** Uniform uint32 words of `shape`. */
export function randomWords(key: ArrayBase, shape: Shape): ArrayBase {
  return bind1(random_bits, [key], {
    shape,
    bit_width: 32,
    partitionable: config.jax_threefry_partitionable,
  });
}

/** Pairs (high, low) of uniform uint32 words that are one 64-bit word, along one more axis. */
export function randomPairs(key: ArrayBase, shape: Shape): ArrayBase {
  return bind1(random_bits, [key], {
    shape,
    bit_width: 64,
    partitionable: config.jax_threefry_partitionable,
  });
}

/** High and low words of uniform 64-bit words. */
export function random64(key: ArrayBase, shape: Shape): readonly [high: ArrayBase, low: ArrayBase] {
  const pairs = randomPairs(key, shape);
  const axis = shape.length;
  const part = (which: number): ArrayBase =>
    lax.squeeze(lax.slice_in_dim(pairs, which, which + 1, 1, axis), [axis]);
  return [part(0), part(1)];
}
