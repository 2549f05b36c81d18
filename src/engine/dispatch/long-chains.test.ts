import { afterEach, describe, expect, test } from "vitest";
import { testDevice } from "../backend/webgpu/test-device.ts";
import { jax, numpy as jnp, operators, type ArrayBase } from "../index.ts";
import { ArrayImpl } from "./array.ts";
import { cpuBackend, useBackend } from "./devices.ts";

const webgpu = testDevice();

afterEach(() => {
  useBackend(cpuBackend());
});

const values = async (x: unknown): Promise<number[]> => [...(await (x as ArrayImpl).data())].map(Number);

describe.each(["cpu", "webgpu"])("on %s", (device) => {
  const choose = (): void => {
    useBackend(device === "cpu" ? cpuBackend() : webgpu());
  };

  test("20,000 additions in one compiled function", async () => {
    choose();
    const f = jax.jit((x: ArrayBase) => {
      let sum = x;
      for (let k = 0; k < 20_000; k++) sum = jnp.add(sum, 0.5);
      return sum;
    });
    const x = jnp.arange(300).astype("float32");
    expect(await values(f(x))).toEqual(Array.from({ length: 300 }, (_, k) => 10_000 + k));
  });

  test("600 turns of work on many elements are what turns one by one give", async () => {
    choose();
    const turn = (x: ArrayBase): ArrayBase => jnp.subtract(x, jnp.multiply(jnp.multiply(x, 0.01), x));
    const whole = jax.jit((x: ArrayBase) => {
      let y = x;
      for (let k = 0; k < 600; k++) y = turn(y);
      return y;
    });
    const start = jnp.linspace(0, 2, 5000);
    let y: ArrayBase = start;
    const once = jax.jit(turn);
    for (let k = 0; k < 600; k++) y = once(y);
    const expected = await values(y);
    (await values(whole(start))).forEach((value, k) =>
      expect(Math.abs(value - expected[k]!)).toBeLessThan(1e-4),
    );
  });

  test("the gradient of 300 turns, which needs all that came between", async () => {
    choose();
    const turns = (x: ArrayBase): ArrayBase => {
      let y = x;
      for (let k = 0; k < 300; k++) y = jnp.subtract(y, jnp.multiply(jnp.multiply(y, 0.01), y));
      return jnp.sum(y);
    };
    const start = [0.1, 0.7, 1.3, 2.9];
    const gradient = await values(jax.jit(jax.grad(turns))(jnp.array(start)));
    start.forEach((from, k) => {
      let y = from;
      let slope = 1;
      for (let turn = 0; turn < 300; turn++) {
        slope *= 1 - 0.02 * y;
        y -= 0.01 * y * y;
      }
      expect(Math.abs(gradient[k]! - slope)).toBeLessThan(1e-4 * Math.max(1, Math.abs(slope)));
    });
  });

  test("4,000 additions one by one", async () => {
    choose();
    let sum: ArrayBase = jnp.arange(300).astype("int32");
    for (let k = 0; k < 4000; k++) sum = operators.add(sum, 1);
    expect(await values(sum)).toEqual(Array.from({ length: 300 }, (_, k) => 4000 + k));
  });
});
