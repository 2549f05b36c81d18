import { beforeAll, describe, expect, it } from "vitest";
import { counters, getItem, initialize, jax, numpy as jnp, reprSync } from "../index.ts";
import type { Array as EngineArray, ArrayBase } from "../index.ts";

const repr = (x: ArrayBase): string => reprSync(x as EngineArray);

beforeAll(async () => {
  await initialize("cpu");
});

/** How many kernels `run` compiles. */
function compiled(run: () => void): number {
  const before = counters.kernelsCompiled;
  run();
  return counters.kernelsCompiled - before;
}

describe("positions as data", () => {
  it("compiles one kernel for x[i] whatever i is", () => {
    const x = jnp.arange(100);
    getItem(x, 0);
    const more = compiled(() => {
      for (let i = -50; i < 50; i++) getItem(x, i);
    });
    expect(more).toBe(0);
  });
  it("compiles nothing more for another row, column or start of a slice", () => {
    const x = jnp.arange(12).reshape(3, 4);
    getItem(x, "0, :");
    getItem(x, "1:3, 0");
    const more = compiled(() => {
      getItem(x, "2, :");
      getItem(x, "0:2, 3");
    });
    expect(more).toBe(0);
  });
  it("compiles nothing more to set another element", () => {
    const x = jnp.zeros(10);
    x.at[0]!.set(1);
    const more = compiled(() => {
      for (let i = 1; i < 10; i++) x.at[i]!.set(i);
    });
    expect(more).toBe(0);
  });
});

describe("while tracing", () => {
  it("indexes by a traced position", () => {
    const f = jax.jit((x: ArrayBase, i: number) => getItem(x, i));
    expect(repr(f(jnp.array([5, 6, 7]), -1))).toBe("Array(7, dtype=int32)");
  });
  it("sets by a traced mask", () => {
    const f = jax.jit((x: ArrayBase) => getItem(x.at, jnp.less(x, 0)).set(0));
    expect(repr(f(jnp.array([-1.5, 2.5])))).toBe("Array([0. , 2.5], dtype=float32)");
  });
  it("refuses to select by a traced mask", () => {
    const f = jax.jit((x: ArrayBase) => getItem(x, jnp.less(x, 0)));
    expect(() => f(jnp.array([-1.5, 2.5]))).toThrow("Array boolean indices must be concrete; got bool[2]");
  });
  it("shows slices and squeezes in the Jaxpr, as JAX does", () => {
    const text = String(jax.make_jaxpr((x: ArrayBase) => getItem(x, "0, 1:"))(jnp.ones([2, 3])));
    expect(text).toContain("slice[limit_indices=(1, 3) start_indices=(0, 1) strides=None]");
    expect(text).toContain("squeeze[dimensions=(0,)]");
  });
});

describe("at", () => {
  const x = (): ArrayBase => jnp.arange(6).reshape(2, 3);
  it("takes Python's notation", () => {
    expect(repr(x().at["0, ::2"]!.set(9))).toBe("Array([[9, 1, 9],\n       [3, 4, 5]], dtype=int32)");
    expect(repr(x().at["..., -1"]!.mul(10))).toBe("Array([[ 0,  1, 20],\n       [ 3,  4, 50]], dtype=int32)");
  });
  it("takes lists, one entry per axis", () => {
    expect(
      repr(
        x()
          .at.item([1, [0, 0, 2]])
          .add(1),
      ),
    ).toBe("Array([[0, 1, 2],\n       [5, 4, 6]], dtype=int32)");
    expect(
      repr(
        x()
          .at.item([null, 1])
          .subtract(jnp.array([1, 2, 3])),
      ),
    ).toBe("Array([[0, 1, 2],\n       [2, 2, 2]], dtype=int32)");
  });
  it("drops what is set outside", () => {
    expect(repr(x().at[7]!.set(0))).toBe(repr(x()));
    expect(repr(x().at[-3]!.set(0))).toBe(repr(x()));
  });
});
