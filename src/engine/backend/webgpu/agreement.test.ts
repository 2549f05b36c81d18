import { describe, expect, test } from "vitest";
import { ArrayImpl } from "../../dispatch/array.ts";
import { cpuBackend, useBackend } from "../../dispatch/devices.ts";
import { randomInputs, randomProgram } from "../../dispatch/random-program.ts";
import { jax, type ArrayBase } from "../../index.ts";
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
});
