import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDevice } from "../backend/webgpu/test-device.ts";
import type { ArrayBase } from "../core/array-base.ts";
import type { ArrayImpl } from "../dispatch/array.ts";
import { useBackend } from "../dispatch/devices.ts";
import { counters, float, initialize, jax, memory, numpy as jnp, random, repr, str } from "../index.ts";

// What the lecture prints: 64-bit dtypes, the layout of JAX before 0.5.

const rowOf = (x: ArrayBase, row: number): ArrayBase => jnp.take(x, row, 0);

function keysOf(key: ArrayBase): [ArrayBase, ArrayBase] {
  const keys = random.split(key);
  return [rowOf(keys, 0), rowOf(keys, 1)];
}

/** The price of an option by simulated paths, its steps written out, as the lecture's exercise has it. */
function price(paths: number, key: ArrayBase): ArrayBase {
  const [beta, strike, mu, rho, nu, start] = [0.99, 100, 0.0001, 0.1, 0.001, 10];
  let rest = key;
  let s = jnp.full(paths, float(Math.log(start)));
  let h = jnp.full(paths, 0);
  for (let t = 0; t < 20; t++) {
    const [next, own] = keysOf(rest);
    rest = next;
    const z = random.normal(own, [2, paths]);
    s = jnp.add(jnp.add(s, mu), jnp.multiply(jnp.exp(h), rowOf(z, 0)));
    h = jnp.add(jnp.multiply(rho, h), jnp.multiply(nu, rowOf(z, 1)));
  }
  const payoff = jnp.maximum(jnp.subtract(jnp.exp(s), strike), 0);
  return jnp.multiply(beta ** 20, jnp.mean(payoff));
}

const jitted = (paths: number): ((key: ArrayBase) => ArrayImpl) =>
  jax.jit((key: ArrayBase) => price(paths, key)) as never;

describe("in 64 bits and the original layout", () => {
  beforeAll(() => {
    jax.config.update("jax_enable_x64", true);
    jax.config.update("jax_threefry_partitionable", false);
  });
  afterAll(() => {
    jax.config.update("jax_enable_x64", false);
    jax.config.update("jax_threefry_partitionable", true);
  });

  it("prints the draws of section 2.2", async () => {
    const key = random.PRNGKey(1);
    expect(await str(key as ArrayImpl)).toBe("[0 1]");
    expect(await repr(random.normal(key, [3, 3]) as ArrayImpl)).toBe(
      `Array([[-1.35247421, -0.2712502 , -0.02920518],
       [ 0.34706456,  0.5464053 , -1.52325812],
       [ 0.41677264, -0.59710138, -0.5678208 ]], dtype=float64)`,
    );
    const [next, own] = keysOf(key);
    expect(await repr(random.normal(next, [3, 3]) as ArrayImpl)).toBe(
      `Array([[ 1.85374374, -0.37683949, -0.61276867],
       [-1.91829718,  0.27219409,  0.54922246],
       [ 0.40451442, -0.58726839, -0.63967753]], dtype=float64)`,
    );
    expect(await repr(random.normal(own, [3, 3]) as ArrayImpl)).toBe(
      `Array([[-0.4300635 ,  0.22778552,  0.57241269],
       [-0.15969178,  0.46719192,  0.21165091],
       [ 0.84118631,  1.18671326, -0.16607783]], dtype=float64)`,
    );
    expect(await repr(random.normal(next, [5]) as ArrayImpl)).toBe(
      `Array([-0.64377279,  0.76961857, -0.29809604,  0.47858776, -2.00591299],      dtype=float64)`,
    );
  });

  it("prints its random matrices", async () => {
    let [rest] = keysOf(random.PRNGKey(1));
    const printed: string[] = [];
    for (let k = 0; k < 2; k++) {
      const [next, own] = keysOf(rest);
      rest = next;
      printed.push(await str(random.uniform(own, [2, 2]) as ArrayImpl));
    }
    expect(printed).toEqual([
      "[[0.97440813 0.3838544 ]\n [0.9790686  0.99981046]]",
      "[[0.3473302  0.17157842]\n [0.89346686 0.01403153]]",
    ]);
  });

  it("prices the option in one large kernel, without storing draws", () => {
    const paths = 100_000;
    const key = random.PRNGKey(1);
    const f = jitted(paths);
    f(key);
    const before = counters.kernelsRun;
    const result = f(key);
    // Few tiny kernels for the keys of each step, and one for the paths.
    expect(counters.kernelsRun - before).toBeLessThanOrEqual(22);
    expect(memory().peakBytes).toBeLessThan(paths * result.itemsize);
    // As JAX has it, digit for digit but the last ones.
    expect(Number(result.item()) / 53619.322270120916 - 1).toBeLessThan(1e-14);
    expect(Number(result.item()) / 53619.322270120916 - 1).toBeGreaterThan(-1e-14);
  });
});

describe.each(["cpu", "webgpu"] as const)("in 32 bits on %s", (where) => {
  const device = testDevice();
  beforeAll(async () => {
    if (where === "cpu") await initialize("cpu");
    else useBackend(device());
    jax.config.update("jax_threefry_partitionable", false);
  });
  afterAll(async () => {
    jax.config.update("jax_threefry_partitionable", true);
    await initialize("cpu");
  });

  it("prices the option as JAX does", async () => {
    const [value] = await jitted(20_000)(random.PRNGKey(1)).data();
    expect(Math.abs(Number(value) / 118179.125 - 1)).toBeLessThan(1e-5);
  });
});
