import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDevice } from "../backend/webgpu/test-device.ts";
import type { ArrayBase } from "../core/array-base.ts";
import type { ArrayImpl } from "../dispatch/array.ts";
import { useBackend } from "../dispatch/devices.ts";
import { float, initialize, jax, numpy as jnp, random } from "../index.ts";

// Draws of JAX itself; testdata/make-jax-draws.py writes them and has the same expressions in Python.
interface Drawn {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL("./testdata/jax-draws.json", import.meta.url), "utf8")) as {
  draws: Record<string, Record<string, Drawn>>;
};

type Expression = (k: ArrayBase) => ArrayBase;

const list = (...values: number[]): ArrayBase => jnp.array(values.map((value) => float(value)));
const one = (value: number): ArrayBase => jnp.asarray(float(value));
const table = (rows: number[][]): ArrayBase => jnp.array(rows.map((row) => row.map((value) => float(value))));
const each = (f: (x: ArrayBase) => unknown, xs: ArrayBase): ArrayBase => jax.vmap(f)(xs) as ArrayBase;
const slope = (f: (x: ArrayBase) => ArrayBase): ((x: ArrayBase) => ArrayBase) => jax.grad(f) as never;

const expressions: Readonly<Record<string, Expression>> = {
  "uniform bounds": (k) => random.uniform(k, [5], { minval: list(0, 1, 2, 3, 4), maxval: float(7) }),
  lognormal: (k) => random.lognormal(k, 0.7, [5]),
  laplace: (k) => random.laplace(k, [5]),
  logistic: (k) => random.logistic(k, [5]),
  cauchy: (k) => random.cauchy(k, [5]),
  rademacher: (k) => random.rademacher(k, [9]),
  "gamma small": (k) => random.gamma(k, 0.3, [6]),
  "gamma array": (k) => random.gamma(k, list(0.1, 1, 2.5, 10, 200)),
  loggamma: (k) => random.loggamma(k, list(0.001, 0.5, 3)),
  beta: (k) => random.beta(k, 2, 3, [6]),
  dirichlet: (k) => random.dirichlet(k, list(0.5, 1, 4), [3]),
  chisquare: (k) => random.chisquare(k, 3, [5]),
  t: (k) => random.t(k, 4, [5]),
  "poisson small": (k) => random.poisson(k, 3.5, [8]),
  "poisson large": (k) => random.poisson(k, 50, [8]),
  "poisson mixed": (k) => random.poisson(k, list(0, 0.5, 9.9, 10, 1000)),
  multivariate_normal: (k) =>
    random.multivariate_normal(
      k,
      list(1, -2),
      table([
        [2, 0.5],
        [0.5, 1],
      ]),
      [3],
    ),
  "truncated_normal array": (k) => random.truncated_normal(k, list(-1, 0, 2), 3),
  "choice p": (k) => random.choice(k, jnp.array([3, 1, 4, 1, 5]), [6], { p: list(0.1, 0.2, 0.3, 0.3, 0.1) }),
  "choice axis": (k) =>
    random.choice(k, jnp.reshape(jnp.arange(12), [3, 4]), [2], { replace: false, axis: 1 }),
  "categorical axis": (k) =>
    random.categorical(
      k,
      jnp.log(
        table([
          [0.2, 0.5],
          [0.8, 0.5],
        ]),
      ),
      0,
      [4, 2],
    ),
  "randint bounds": (k) => random.randint(k, [2, 3], jnp.array([0, 10, 100]), 1000),
  "split of keys": (k) => each((key) => random.normal(key, [2]), random.split(k, 3)),
  "fold_in batch": (k) => each((i) => random.uniform(random.fold_in(k, i)), jnp.arange(4)),
  "permutation rows": (k) => random.permutation(k, jnp.reshape(jnp.arange(20), [10, 2])),
  "normal grad": (k) => slope((m) => jnp.sum(jnp.multiply(m, jnp.square(random.normal(k, [4])))))(one(2)),
  "gamma grad": (k) =>
    each(
      slope((a) => random.gamma(k, a)),
      list(0.5, 2, 9),
    ),
  "loggamma grad": (k) =>
    each(
      slope((a) => random.loggamma(k, a)),
      list(0.5, 2, 9),
    ),
  "uniform grad": (k) => slope((b) => jnp.sum(random.uniform(k, [3], { maxval: b })))(one(2)),
};

async function compare(name: string, setting: string, relative: number): Promise<void> {
  const expected = golden.draws[name]![setting]!;
  const array = expressions[name]!(random.PRNGKey(42)) as ArrayImpl;
  expect(array.dtype).toBe(expected.dtype);
  expect(array.shape).toEqual(expected.shape);
  const data = [...(await array.data())].map(Number);
  data.forEach((value, i) => {
    const wanted = expected.values[i]!;
    const error = Math.abs(value - wanted) / Math.max(Math.abs(wanted), 1e-3);
    expect(error, `${name}: element ${String(i)} is ${String(value)}, not ${String(wanted)}`).toBeLessThan(
      relative,
    );
  });
}

afterAll(async () => {
  jax.config.update("jax_enable_x64", false);
  jax.config.update("jax_threefry_partitionable", true);
  await initialize("cpu");
});

/** What drawing rounds away, and where terms cancel: in the derivative of gamma. */
const relativeError = (name: string, width: string): number => {
  if (name.includes("gamma grad")) return width === "x64" ? 1e-7 : 1e-4;
  return width === "x64" ? 1e-13 : 4e-6;
};

describe.each(["x32", "x64"])("on the CPU with %s dtypes", (width) => {
  describe.each(["original", "partitionable"])("in the %s layout", (layout) => {
    it.each(Object.keys(golden.draws))("%s", async (name) => {
      jax.config.update("jax_enable_x64", width === "x64");
      jax.config.update("jax_threefry_partitionable", layout === "partitionable");
      await compare(name, `${width} ${layout}`, relativeError(name, width));
    });
  });
});

describe("on WebGPU", () => {
  const device = testDevice();
  beforeAll(() => {
    useBackend(device());
    jax.config.update("jax_enable_x64", false);
    jax.config.update("jax_threefry_partitionable", true);
  });
  const names = ["uniform bounds", "logistic", "choice p", "randint bounds", "split of keys", "normal grad"];
  it.each(names)("%s", async (name) => {
    await compare(name, "x32 partitionable", 4e-6);
  });
});

it("has an expression for every draw", () => {
  expect(Object.keys(expressions).sort()).toEqual(Object.keys(golden.draws).sort());
});
