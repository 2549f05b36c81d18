import { ArrayBase } from "../core/array-base.ts";
import { formatShape } from "../core/aval.ts";
import { config } from "../core/config.ts";
import { isInteger } from "../core/dtype.ts";
import { isPythonInt, isPythonScalar, TypedScalar, typedScalar } from "../core/scalar.ts";
import { avalOf, bind, type Value } from "../core/tracer.ts";
import { jit } from "../dispatch/jit.ts";
import * as lax from "../lax/index.ts";
import { callArguments } from "../core/call-arguments.ts";
import { toShape, type ShapeLike } from "../numpy/creation.ts";
import { fromNumbers } from "../numpy/host-array.ts";
import { ownHandle } from "../numpy/promote.ts";
import { threefry2x32 } from "../primitives/random-bits.ts";
import { checkKey, checkKeys } from "./checks.ts";
import { randomPairs, randomWords } from "./random-words.ts";

/** The key of a seed: two uint32. Seeds beyond 32 bits count in full with x64 on; off, they are wrapped to int32. */
export function PRNGKey(seed: Value): ArrayBase {
  if (typeof seed !== "object" && isPythonScalar(seed)) return keyOfInteger(seed);
  if (seed instanceof TypedScalar && isInteger(seed.aval.dtype)) return keyOfInteger(seed.value);
  if (!(seed instanceof ArrayBase) || !isInteger(seed.dtype)) {
    throw new TypeError(`PRNG key seed must be an integer; got ${describe(seed)}`);
  }
  if (seed.ndim > 0) {
    throw new TypeError(
      `PRNGKey accepts a scalar seed, but was given an array of shape ${formatShape(seed.shape)} != (). ` +
        `Use jax.vmap for batching`,
    );
  }
  return keyOfArray(seed);
}

/** As `PRNGKey`: keys are plain arrays of two uint32 here. */
export function key(seed: Value): ArrayBase {
  return PRNGKey(seed);
}

function describe(seed: unknown): string {
  return isPythonScalar(seed) || seed instanceof ArrayBase ? avalOf(seed).toString() : typeof seed;
}

function keyOfInteger(seed: number | bigint | boolean): ArrayBase {
  if (typeof seed === "boolean" || (typeof seed === "number" && !isPythonInt(seed))) {
    throw new TypeError(`PRNG key seed must be an integer; got ${String(seed)}`);
  }
  const wide = BigInt(seed);
  const words = config.jax_enable_x64 ? BigInt.asUintN(64, wide) : BigInt.asUintN(32, wide);
  return fromNumbers([Number(words >> 32n), Number(words & 0xffffffffn)], [2], "uint32");
}

const keyOfArray = jit(
  (seed: ArrayBase): ArrayBase => {
    const low = lax.convert_element_type(seed, "uint32");
    const high =
      seed.dtype === "int64"
        ? lax.convert_element_type(lax.shift_right_logical(seed, 32n), "uint32")
        : lax.full([], 0, "uint32");
    return pair(high, low);
  },
  { name: "threefry_seed" },
);

function pair(first: ArrayBase, second: ArrayBase): ArrayBase {
  return lax.concatenate([lax.reshape(first, [1]), lax.reshape(second, [1])], 0);
}

/** `num` new keys (a number, or a shape of keys) from one, along leading axes. */
export function split(key: ArrayBase, num: ShapeLike | { readonly num?: ShapeLike } = 2): ArrayBase {
  const options = callArguments<{ num: ShapeLike }>("split", ["num"], [num]);
  checkKey("split", key);
  const shape = toShape(options.num ?? 2);
  return config.jax_threefry_partitionable ? randomPairs(key, shape) : randomWords(key, [...shape, 2]);
}

/** A new key from a key and an integer. Throws TypeError for data that is no scalar, RangeError for a negative number. */
export function fold_in(key: ArrayBase, data: Value): ArrayBase {
  checkKey("fold_in", key);
  const aval = avalOf(data);
  if (aval.ndim > 0) {
    throw new TypeError(
      `fold_in accepts a scalar, but was given an array of shape ${formatShape(aval.shape)} != (). ` +
        `Use jax.vmap for batching.`,
    );
  }
  if (data instanceof ArrayBase) return foldIn(key, data);
  const value = Number(data);
  if (!(value > -1 && value < 2 ** 32)) {
    throw new RangeError(`Python integer ${String(value)} out of bounds for uint32`);
  }
  return foldIn(key, typedScalar(Math.trunc(value), "uint32"));
}

const foldIn = jit(
  (key: ArrayBase, data: Value): ArrayBase => {
    const word = (which: number): ArrayBase => lax.squeeze(lax.slice_in_dim(key, which, which + 1), [0]);
    const counter = lax.convert_element_type(data, "uint32");
    const zero = typedScalar(0, "uint32");
    const [first, second] = bind(threefry2x32, [word(0), word(1), zero, counter]);
    return pair(first!, second!);
  },
  { name: "threefry_fold_in" },
);

/** The uint32 words of a key, or of an array of keys. */
export function key_data(keys: ArrayBase): ArrayBase {
  checkKeys(keys);
  return ownHandle(keys);
}

/** Keys of uint32 words, two along the last axis. */
export function wrap_key_data(words: ArrayBase): ArrayBase {
  checkKeys(words);
  return ownHandle(words);
}

/** The same key: where a key may be used only once, the copy may be used once more. */
export function clone(key: ArrayBase): ArrayBase {
  checkKeys(key);
  return ownHandle(key);
}

/** Name of the generator behind a key. */
export function key_impl(keys: ArrayBase): string {
  checkKeys(keys);
  return "threefry2x32";
}
