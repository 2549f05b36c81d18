import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDevice } from "../backend/webgpu/test-device.ts";
import type { ArrayBase } from "../core/array-base.ts";
import { useBackend } from "../dispatch/devices.ts";
import { initialize, jax, lax, numpy as jnp, random } from "../index.ts";
import type { ArrayImpl } from "../dispatch/array.ts";
import { random64, randomWords } from "./random-words.ts";

// Draws of JAX 0.4.34 and newer, by an independent reference that reproduces what JAX's documentation prints: see
// `meta` in the file. A row has the bits of its floats and the tolerance in ulp.
interface Vector {
  readonly fn: string;
  readonly partitionable: boolean;
  readonly key: readonly [number, number];
  readonly args: Arguments;
  readonly ulp_tol: number;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values?: readonly (number | string)[];
  readonly hex?: readonly string[];
}

interface Arguments {
  readonly num: number | readonly number[];
  readonly data: number;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly bit_width: 8 | 16 | 32 | 64;
  readonly minval?: number;
  readonly maxval: number;
  readonly p?: number | readonly number[];
  readonly x: number | string;
  readonly first?: number;
  readonly axis: number;
  readonly independent?: boolean;
  readonly a: number;
  readonly replace: boolean;
  readonly float_dtype: string;
  readonly logits_hex: readonly string[];
  readonly logits_shape: readonly number[];
  readonly lower: number;
  readonly upper: number;
}

interface BigBits {
  readonly seed: string;
  readonly partitionable: boolean;
  readonly bit_width: 32 | 64;
  readonly n: number;
  readonly sum_mod_2_64: string;
  readonly xor: string;
}

const golden = JSON.parse(readFileSync(new URL("./testdata/prng.json", import.meta.url), "utf8")) as {
  vectors: readonly Vector[];
  prng_key: readonly { seed: string; x64: boolean; key: readonly number[] }[];
  big_bits: readonly BigBits[];
};

const keyOf = (words: readonly number[]): ArrayBase => jnp.array(words, "uint32");

/** The draw a row describes. */
function draw({ fn, key, args }: Vector): ArrayBase {
  const k = keyOf(key);
  const { shape, dtype, minval, maxval, axis } = args;
  switch (fn) {
    case "split":
      return random.split(k, args.num);
    case "fold_in":
      return random.fold_in(k, args.data);
    case "uniform":
      return minval === undefined
        ? random.uniform(k, shape, dtype)
        : random.uniform(k, shape, dtype, minval, maxval);
    case "normal":
      return random.normal(k, shape, dtype);
    case "exponential":
      return random.exponential(k, shape, dtype);
    case "gumbel":
      return random.gumbel(k, shape, dtype);
    case "bernoulli":
      return random.bernoulli(k, jnp.array(args.p as number, dtype), shape);
    case "randint":
      return random.randint(k, shape, minval, maxval, dtype);
    case "permutation":
      return permuted(k, args);
    case "choice": {
      const p = args.p === undefined ? null : jnp.array(args.p, args.float_dtype);
      return random.choice(k, args.a, shape, { replace: args.replace, p });
    }
    case "categorical": {
      const logits = jnp.array(args.logits_hex.map(float32OfHex), "float32");
      return random.categorical(k, jnp.reshape(logits, args.logits_shape), axis, shape);
    }
    case "truncated_normal":
      return random.truncated_normal(k, args.lower, args.upper, shape, dtype);
    default:
      throw new Error(`no way to draw ${fn}`);
  }
}

function permuted(k: ArrayBase, args: Arguments): ArrayBase {
  if (typeof args.x === "number") {
    const all = random.permutation(k, args.x);
    return args.first === undefined ? all : lax.slice_in_dim(all, 0, args.first);
  }
  const x = jnp.reshape(jnp.arange(12), [3, 4]);
  return random.permutation(k, x, { axis: args.axis, independent: args.independent ?? false });
}

function float32OfHex(hex: string): number {
  return new Float32Array(Uint32Array.of(Number.parseInt(hex, 16)).buffer)[0]!;
}

/** Integers that grow with the floats whose bits they are, one for each. */
function rank(bits: bigint, width: number): bigint {
  const signed = BigInt.asIntN(width, bits);
  return signed < 0n ? -(signed + (1n << BigInt(width - 1))) : signed;
}

function ranksOf(data: Float32Array | Float64Array): bigint[] {
  if (data instanceof Float32Array) {
    return [...new Uint32Array(data.buffer, data.byteOffset, data.length)].map((b) => rank(BigInt(b), 32));
  }
  return [...new BigUint64Array(data.buffer, data.byteOffset, data.length)].map((b) => rank(b, 64));
}

/** How far a draw is from its row, in ulp; integers must be equal. */
async function distance(vector: Vector): Promise<number> {
  const array = draw(vector) as ArrayImpl;
  if (array.shape.join() !== vector.shape.join()) return Infinity;
  const data = await array.data();
  if (vector.hex === undefined) {
    return [...data].every((value, i) => Number(value) === Number(vector.values![i])) ? 0 : Infinity;
  }
  const width = vector.dtype === "float32" ? 32 : 64;
  const ranks = ranksOf(data as Float32Array);
  const off = vector.hex.map((hex, i) => Number(ranks[i]! - rank(BigInt(`0x${hex}`), width)));
  return Math.max(0, ...off.map(Math.abs));
}

const device = testDevice();
const is64 = (vector: Vector): boolean =>
  vector.dtype.endsWith("64") || vector.args.dtype === "float64" || vector.args.float_dtype === "float64";

function use(where: "cpu" | "webgpu", x64: boolean): void {
  beforeAll(async () => {
    if (where === "cpu") await initialize("cpu");
    else useBackend(device());
    jax.config.update("jax_enable_x64", x64);
  });
  afterAll(async () => {
    jax.config.update("jax_enable_x64", false);
    jax.config.update("jax_threefry_partitionable", true);
    await initialize("cpu");
  });
}

const settings = [
  { where: "cpu", x64: false },
  { where: "cpu", x64: true },
  { where: "webgpu", x64: false },
] as const;

describe.each(settings)("on $where, x64 $x64", ({ where, x64 }) => {
  use(where, x64);

  // Positions are drawn as default integers, which the rows of `choice` have of 32 bits.
  const fits = (vector: Vector): boolean => (x64 ? vector.fn !== "choice" : !is64(vector));
  const rows = golden.vectors.filter((vector) => vector.fn !== "bits" && fits(vector));
  const families = [...new Set(rows.map((vector) => `${vector.fn} ${vector.dtype}`))];
  it.each(families)("%s", async (family) => {
    const wrong: string[] = [];
    for (const vector of rows.filter((each) => `${each.fn} ${each.dtype}` === family)) {
      jax.config.update("jax_threefry_partitionable", vector.partitionable);
      const off = await distance(vector);
      if (off > (where === "webgpu" ? Math.min(1, vector.ulp_tol) : vector.ulp_tol))
        wrong.push(`${JSON.stringify(vector.args)} of ${vector.key.join()}: ${off}`);
    }
    expect(wrong).toEqual([]);
  });

  it("words of 8, 16, 32 and 64 bits", async () => {
    for (const vector of golden.vectors.filter((each) => each.fn === "bits")) {
      jax.config.update("jax_threefry_partitionable", vector.partitionable);
      const words = await wordsOf(
        keyOf(vector.key),
        vector.args.bit_width,
        vector.shape,
        vector.partitionable,
      );
      expect(words, JSON.stringify(vector)).toEqual(vector.values!.map(BigInt));
    }
  });

  it.each(golden.big_bits)("$n words of $bit_width bits", async (row) => {
    jax.config.update("jax_threefry_partitionable", row.partitionable);
    const words = await wordsOf(random.PRNGKey(Number(row.seed)), row.bit_width, [row.n], row.partitionable);
    expect(
      BigInt.asUintN(
        64,
        words.reduce((sum, word) => sum + word),
      ),
    ).toBe(BigInt(row.sum_mod_2_64));
    expect(words.reduce((sum, word) => sum ^ word)).toBe(BigInt(row.xor));
  });
});

/** Words of any width from the engine's words of 32 bits: it has no arrays of the other unsigned dtypes. */
async function wordsOf(
  key: ArrayBase,
  width: number,
  shape: readonly number[],
  partitionable: boolean,
): Promise<bigint[]> {
  const read = async (array: ArrayBase): Promise<bigint[]> =>
    [...(await (array as ArrayImpl).data())].map(BigInt);
  if (width === 64) {
    const [high, low] = random64(key, shape);
    const [upper, lower] = [await read(high), await read(low)];
    return upper.map((word, i) => (word << 32n) | lower[i]!);
  }
  if (width === 32) return read(randomWords(key, shape));
  const mask = (1n << BigInt(width)) - 1n;
  if (partitionable) return (await read(randomWords(key, shape))).map((word) => word & mask);
  // The parts of each word, its lowest first.
  const size = shape.reduce((product, extent) => product * extent, 1);
  const words = await read(randomWords(key, [Math.ceil((size * width) / 32)]));
  const parts = words.flatMap((word) =>
    Array.from({ length: 32 / width }, (_, part) => (word >> BigInt(part * width)) & mask),
  );
  return parts.slice(0, size);
}

describe("keys of seeds", () => {
  afterAll(() => {
    jax.config.update("jax_enable_x64", false);
  });
  it.each(golden.prng_key)("$seed with x64 $x64", ({ seed, x64, key }) => {
    jax.config.update("jax_enable_x64", x64);
    const value = BigInt(seed);
    const isSmall = Number.isSafeInteger(Number(seed));
    expect((random.PRNGKey(isSmall ? Number(seed) : value) as ArrayImpl).tolist()).toEqual(key);
    if (x64) {
      const array = jnp.array(value, "int64");
      expect((random.PRNGKey(array) as ArrayImpl).tolist()).toEqual(key);
    }
  });
});
