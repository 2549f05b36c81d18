import { describe, expect, test } from "vitest";
import { ArrayImpl } from "../../dispatch/array.ts";
import { cpuBackend, useBackend } from "../../dispatch/devices.ts";
import { randomInputs, randomProgram } from "../../lax/random-program.ts";
import { counters, getItem, jax, numpy as jnp, operators, type ArrayBase } from "../../index.ts";
import { testDevice } from "./test-device.ts";

const device = testDevice();

async function run(seed: number): Promise<unknown[]> {
  const program = jax.jit(randomProgram(seed));
  const results = program(...randomInputs(seed));
  return Promise.all(
    results.map(async (x) => [
      x.shape,
      x instanceof ArrayImpl ? Array.from(await x.data(), Number) : undefined,
    ]),
  );
}

describe("WebGPU and CPU", () => {
  test("compute the same random integer programs", async () => {
    for (let seed = 1; seed <= 60; seed++) {
      useBackend(cpuBackend());
      const expected = await run(seed);
      useBackend(device());
      expect(await run(seed), `program ${String(seed)}`).toEqual(expected);
    }
  });

  test("compile one kernel for a hundred scalars and one for a hundred positions", async () => {
    useBackend(device());
    const x = jnp.arange(100, { dtype: "float32" });
    const read = async (y: ArrayBase): Promise<number[]> =>
      y instanceof ArrayImpl ? Array.from(await y.data(), Number) : [];
    operators.mul(x, 0.5);
    const afterScalar = counters.kernelsCompiled;
    for (let k = 0; k < 100; k++) {
      expect((await read(operators.mul(x, k + 0.25)))[3]).toBe(Math.fround(3 * (k + 0.25)));
    }
    expect(counters.kernelsCompiled).toBe(afterScalar);
    getItem(x, 1);
    const afterPosition = counters.kernelsCompiled;
    for (let k = 0; k < 100; k++) expect(await read(getItem(x, k))).toEqual([k]);
    expect(counters.kernelsCompiled).toBe(afterPosition);
  });
});
