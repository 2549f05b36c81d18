import { afterEach, describe, expect, it } from "vitest";
import type { ArrayBase } from "../core/array-base.ts";
import type { ArrayImpl } from "../dispatch/array.ts";
import { float, jax, numpy as jnp, random, strSync } from "../index.ts";

// Messages as JAX 0.10.2 gives them.
const k = random.PRNGKey(0);
const text = (x: ArrayBase): string => strSync(x as ArrayImpl);
const cases: readonly (readonly [string, () => unknown, string])[] = [
  [
    "normal of integers",
    () => random.normal(k, [3], "int32"),
    "ValueError: dtype argument to `normal` must be a float or complex dtype, got int32",
  ],
  [
    "uniform of integers",
    () => random.uniform(k, [3], "int32"),
    "ValueError: dtype argument to `uniform` must be a float dtype, got int32",
  ],
  [
    "a number for a key",
    () => random.normal(3 as never),
    "TypeError: JAX encountered invalid PRNG key data: expected key_data to have ndim, shape, and dtype attributes. Got 3",
  ],
  [
    "a scalar for a key",
    () => random.normal(jnp.array(3, "uint32")),
    "TypeError: JAX encountered invalid PRNG key data: expected key_data.ndim >= 1; got ndim=0",
  ],
  [
    "floats for a key",
    () => random.normal(jnp.zeros(2)),
    "TypeError: JAX encountered invalid PRNG key data: expected key_data.dtype = uint32; got dtype=float32",
  ],
  [
    "several keys",
    () => random.normal(random.split(k, 4)),
    "ValueError: normal accepts a single key, but was given a key array of shape (4, 2) != (). Use jax.vmap for batching.",
  ],
  [
    "a seed with a fraction",
    () => random.PRNGKey(1.5),
    "TypeError: PRNG key seed must be an integer; got 1.5",
  ],
  [
    "a vector of seeds",
    () => random.PRNGKey(jnp.arange(2)),
    "TypeError: PRNGKey accepts a scalar seed, but was given an array of shape (2,) != (). Use jax.vmap for batching",
  ],
  [
    "fold_in of less than nothing",
    () => random.fold_in(k, -1),
    "RangeError: Python integer -1 out of bounds for uint32",
  ],
  [
    "randint of floats",
    () => random.randint(k, [3], 0, 5, "float32"),
    "TypeError: randint only accepts integer dtypes, got float32",
  ],
  [
    "randint without bounds",
    () => random.randint(k, [3]),
    "TypeError: randint() missing 1 required positional argument: 'minval'",
  ],
  [
    "bits of signed integers",
    () => random.bits(k, [2], "int32"),
    "ValueError: dtype argument to `bits` must be an unsigned int dtype, got int32",
  ],
  [
    "bits of a dtype that is not there",
    () => random.bits(k, [2], "uint64"),
    'NotImplementedError: jax.random.bits has no dtype uint64 here; ask for uint32: bits(key, shape, "uint32")',
  ],
  [
    "a probability that is an integer",
    () => random.bernoulli(k, 1, [3]),
    "TypeError: bernoulli probability `p` must have a floating dtype, got int32.",
  ],
  [
    "parameters that do not fit",
    () => random.gamma(k, jnp.ones(2), [3]),
    "ValueError: Incompatible shapes for broadcasting: shapes=[(3,), (2,)]",
  ],
  [
    "choice with a number for a shape",
    () => random.choice(k, 5, 3 as never),
    "TypeError: shape argument of jax.random.choice must be a sequence, got 3",
  ],
  [
    "more choices than there are",
    () => random.choice(k, 5, [6], { replace: false }),
    "ValueError: Cannot take a larger sample (size 6) than population (size 5) when 'replace=False'",
  ],
  [
    "probabilities that do not fit",
    () => random.choice(k, 5, [3], { p: jnp.ones(4) }),
    "ValueError: p must be None or a 1D vector with the same size as a.shape[axis]. p has shape (4,) and a.shape[axis] is 5.",
  ],
  [
    "a choice of nothing",
    () => random.choice(k, 0, [3]),
    "ValueError: a must be greater than 0 unless no samples are taken",
  ],
  [
    "a permutation of a float",
    () => random.permutation(k, float(3)),
    "TypeError: x must be an integer or at least 1-dimensional",
  ],
  [
    "a permutation along no axis",
    () => random.permutation(k, jnp.ones([2, 3]), 5),
    "ValueError: axis 5 is out of bounds for array of dimension 2",
  ],
  [
    "dirichlet of a scalar",
    () => random.dirichlet(k, float(1)),
    "ValueError: dirichlet requires alpha.ndim >= 1, got alpha.ndim == 0",
  ],
  [
    "a covariance that does not fit",
    () => random.multivariate_normal(k, jnp.zeros(2), jnp.eye(3)),
    "ValueError: multivariate_normal requires cov.shape == (..., n, n) for n=2, but got cov.shape == (3, 3).",
  ],
  [
    "a method there is not",
    () => random.multivariate_normal(k, jnp.zeros(2), jnp.eye(2), [3], { method: "x" as never }),
    "ValueError: method must be one of {'svd', 'eigh', 'cholesky'}",
  ],
  [
    "too many categories without replacement",
    () => random.categorical(k, jnp.zeros(3), { shape: [5], replace: false }),
    "ValueError: Number of samples without replacement (5) cannot exceed number of categories (3).",
  ],
];

it.each(cases)("%s", (_, run, expected) => {
  let actual = "no error";
  try {
    run();
  } catch (error) {
    actual = `${(error as Error).name}: ${(error as Error).message}`;
  }
  expect(actual).toBe(expected);
});

describe("keys and shapes", () => {
  afterEach(() => {
    jax.config.update("jax_threefry_partitionable", true);
  });

  it("take options in place of positions", () => {
    const byName = random.normal(k, { shape: [2], dtype: "float32" });
    expect(text(byName)).toBe(text(random.normal(k, [2])));
    expect(random.split(k, { num: 3 }).shape).toEqual([3, 2]);
    expect(random.uniform(k, 3).shape).toEqual([3]);
  });

  it("give other draws in the other layout, also under jit", () => {
    const draw = jax.jit((key: ArrayBase) => random.normal(key, [2]));
    const now = text(draw(k));
    jax.config.update("jax_threefry_partitionable", false);
    expect(text(draw(k))).not.toBe(now);
    expect(text(draw(k))).toBe(text(random.normal(k, [2])));
  });

  it("pass through key_data, wrap_key_data and clone", () => {
    for (const f of [random.key_data, random.wrap_key_data, random.clone]) {
      expect(text(f(random.key(7)))).toBe("[0 7]");
    }
    expect(random.key_impl(k)).toBe("threefry2x32");
  });

  it("factor a covariance in three ways", () => {
    const cov = jnp.array([
      [2, 1],
      [1, 2],
    ]);
    for (const method of ["cholesky", "eigh", "svd"] as const) {
      const x = random.multivariate_normal(k, jnp.zeros(2), cov, [4000], { method });
      const sample = jnp.cov(jnp.transpose(x));
      expect(text(jnp.round(sample))).toBe("[[2. 1.]\n [1. 2.]]");
    }
  });
});
