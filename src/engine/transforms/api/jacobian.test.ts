import { beforeAll, describe, expect, it } from "vitest";
import type { ArrayBase } from "../../core/array-base.ts";
import {
  Array as DeviceArray,
  float,
  initialize,
  jax,
  numpy as jnp,
  operators as op,
  reprSync,
} from "../../index.ts";

const text = (x: unknown): string => reprSync(x as DeviceArray).replace(/\s+/g, " ");
const list = (x: unknown): unknown => (x as DeviceArray).tolist();

beforeAll(async () => {
  await initialize("cpu");
});

/** (1 - x0)^2 + 100 (x1 - x0^2)^2 */
function rosenbrock(x: ArrayBase): ArrayBase {
  const [a, b] = [x.take(0), x.take(1)];
  return op.add(op.pow(op.sub(1, a), 2), op.mul(100, op.pow(op.sub(b, op.mul(a, a)), 2)));
}

describe("Jacobians", () => {
  it.each(["jacfwd", "jacrev"] as const)(
    "%s gives trees of blocks, result shape + argument shape",
    (name) => {
      const f = (x: ArrayBase, y: ArrayBase): unknown => ({ a: op.mul(jnp.sin(x), y), b: x.take(0) });
      const both = jax[name](f, [0, 1])(jnp.zeros([2]), jnp.array([3, 4], "float32")) as Record<
        string,
        unknown[]
      >;
      expect(both["a"]!.map(list)).toEqual([
        [
          [3, 0],
          [0, 4],
        ],
        [
          [0, 0],
          [0, 0],
        ],
      ]);
      expect(both["b"]!.map(list)).toEqual([
        [1, 0],
        [0, 0],
      ]);
      const cube = jax[name]((x: ArrayBase) => jnp.outer(x, x))(jnp.array([1, 2, 3], "float32")) as ArrayBase;
      expect(cube.shape).toEqual([3, 3, 3]);
      const [matrix, aux] = jax[name]((x: ArrayBase) => [op.mul(x, 2), jnp.sum(x)], { has_aux: true })(
        jnp.ones([2]),
      ) as unknown[];
      expect(list(matrix)).toEqual([
        [2, 0],
        [0, 2],
      ]);
      expect(text(aux)).toBe("Array(2., dtype=float32)");
      expect(text(jax[name]((x: ArrayBase) => op.mul(jnp.sin(x), 2))(float(3)))).toBe(
        "Array(-1.979985, dtype=float32, weak_type=True)",
      );
    },
  );

  it("the hessian of Rosenbrock's function", () => {
    const at = jnp.array([-1, 2], "float32");
    // [[1200 a^2 - 400 b + 2, -400 a], [-400 a, 200]]
    const want = [
      [402, 400],
      [400, 200],
    ];
    expect(list(jax.hessian(rosenbrock)(at))).toEqual(want);
    expect(list(jax.jit(jax.hessian(jax.jit(rosenbrock) as never))(at))).toEqual(want);
    expect(list(jax.vmap(jax.hessian(rosenbrock))(jnp.stack([at, at])))).toEqual([want, want]);
  });

  it("the hessian in several arguments, weak where JAX's is", () => {
    const f = (x: ArrayBase, y: ArrayBase): ArrayBase => op.mul(jnp.dot(x, x), y);
    const blocks = jax.hessian(f, { argnums: [0, 1] })(jnp.ones([2]), float(2)) as unknown[][];
    expect(blocks.map((row) => row.map(text))).toEqual([
      ["Array([[4., 0.], [0., 4.]], dtype=float32)", "Array([2., 2.], dtype=float32)"],
      ["Array([2., 2.], dtype=float32, weak_type=True)", "Array(0., dtype=float32, weak_type=True)"],
    ]);
  });

  it("refuses integers in JAX's words", () => {
    expect(() => jax.jacfwd(jnp.sin as never)(3)).toThrow(
      "jacfwd requires real-valued inputs (input dtype that is a sub-dtype of np.floating), but got int32. For " +
        "holomorphic differentiation, pass holomorphic=True.",
    );
    expect(() => jax.jacrev(jnp.sin as never)(3)).toThrow("jacrev requires real- or complex-valued inputs");
    expect(() => jax.jacrev(() => 2)(float(3))).toThrow("jacrev requires real-valued outputs");
  });
});
