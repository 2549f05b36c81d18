import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { testDevice } from "../backend/webgpu/test-device.ts";
import { config } from "../core/config.ts";
import { jax, linalg, numpy as jnp, random, type ArrayBase } from "../index.ts";
import { ArrayImpl } from "./array.ts";
import { cpuBackend, useBackend } from "./devices.ts";

const webgpu = testDevice();

afterEach(() => {
  config.update("jax_enable_x64", false);
  useBackend(cpuBackend());
});

const where = (x: ArrayBase): string => (x as ArrayImpl).device;
const values = async (x: ArrayBase): Promise<number[]> => [...(await (x as ArrayImpl).data())].map(Number);
/** More elements than stay on the CPU. */
const many = (): number => webgpu().cpuIsFaster.elements + 1;

describe("with WebGPU as the default device that shares with the CPU", () => {
  beforeEach(() => {
    useBackend(webgpu(), true);
  });

  test("small arrays are made and computed with on the CPU, large ones on the device", () => {
    expect(where(jnp.arange(10))).toBe("cpu");
    expect(where(jnp.array([1, 2, 3]))).toBe("cpu");
    expect(where(jnp.add(jnp.arange(10), 1))).toBe("cpu");
    expect(where(jnp.arange(many() - 1))).toBe("cpu");
    expect(where(jnp.arange(many()))).toBe("webgpu");
    expect(where(random.normal(random.key(1), [many()]))).toBe("webgpu");
  });

  test("one compiled function runs on either, by its arguments", async () => {
    const f = jax.jit((x: ArrayBase) => jnp.add(jnp.multiply(x, 2), 1));
    const small = f(jnp.arange(10));
    const large = f(jnp.arange(many()));
    expect([where(small), where(large)]).toEqual(["cpu", "webgpu"]);
    expect((await values(large)).slice(0, 10)).toEqual(await values(small));
    expect(where(f(jnp.arange(10)))).toBe("cpu");
  });

  test("a program whose small result needs a large value runs on the device, and so does what follows", async () => {
    const total = jnp.sum(jnp.ones([many()]));
    expect(where(total)).toBe("webgpu");
    const next = jnp.add(total, jnp.array([1, 2]));
    expect(where(next)).toBe("webgpu");
    expect(await values(next)).toEqual([many() + 1, many() + 2]);
  });

  test("a small array is uploaded once and the copy goes with it", async () => {
    const large = jnp.ones([many()]) as ArrayImpl;
    const small = jnp.array([3]) as ArrayImpl;
    expect((await values(jnp.add(large, jnp.array([3])))).at(-1)).toBe(4);
    // From here on nothing waits, so that nothing is collected meanwhile.
    const before = webgpu().memory().liveBytes;
    const added = (): number => {
      (jnp.add(large, small) as ArrayImpl).delete();
      return webgpu().memory().liveBytes - before;
    };
    const held = added();
    expect(held).toBeGreaterThan(0);
    expect(added()).toBe(held);
    expect(where(small)).toBe("cpu");
    small.delete();
    expect(webgpu().memory().liveBytes).toBe(before);
  });

  test("64-bit arrays live on the CPU, however large", () => {
    config.update("jax_enable_x64", true);
    expect(where(jnp.ones([many()]))).toBe("cpu");
  });

  test("matrices are factorized on the CPU up to a size of their own", async () => {
    const extent = Math.ceil(Math.sqrt(many()));
    const matrix = jnp.add(jnp.eye(extent), 0);
    expect(where(matrix)).toBe("webgpu");
    // What lies on a device that cannot be read at once is factorized there.
    expect(webgpu().description.synchronousReads).toBe(false);
    const fromHost = jnp.array([
      [2, 0],
      [0, 4],
    ]);
    const inverse = linalg.inv(fromHost);
    expect(where(inverse)).toBe("cpu");
    expect(await values(inverse)).toEqual([0.5, 0, 0, 0.25]);
  });

  test("loops of small values run on the CPU and need not ask the device", () => {
    const doubled = jax.jit((x: ArrayBase) => {
      let y = x;
      for (let k = 0; k < 3; k++) y = jnp.add(y, y);
      return jnp.cumsum(y);
    });
    expect((doubled(jnp.array([1, 2, 3])) as ArrayImpl).tolist()).toEqual([8, 24, 48]);
  });
});

test("a backend that does not share runs everything it can", () => {
  useBackend(webgpu());
  expect(where(jnp.add(jnp.arange(10), 1))).toBe("webgpu");
});
