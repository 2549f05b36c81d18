import { beforeAll, describe, expect, it } from "vitest";
import type { ArrayBase } from "../../core/array-base.ts";
import { float, initialize, jax, numpy as jnp, operators as op } from "../../index.ts";

beforeAll(async () => {
  await initialize("cpu");
});

describe("make_jaxpr", () => {
  it("of a gradient is JAX's", () => {
    const squared = (x: ArrayBase): ArrayBase => op.pow(jnp.sin(x), 2);
    expect(String(jax.make_jaxpr(jax.grad(squared))(float(3)))).toBe(
      [
        "{ lambda ; a:f32[]. let",
        "    b:f32[] = sin a",
        "    c:f32[] = cos a",
        "    _:f32[] = integer_pow[y=2] b",
        "    d:f32[] = mul 2.0:f32[] b",
        "    e:f32[] = mul 1.0:f32[] d",
        "    f:f32[] = mul e c",
        "  in (f,) }",
      ].join("\n"),
    );
  });

  it("of a linear function shows residuals as constants", () => {
    const [, linear] = jax.linearize((x: ArrayBase) => op.mul(jnp.sin(x), x), float(3));
    expect(String(jax.make_jaxpr(linear as never)(float(1)))).toBe(
      [
        "{ lambda a:f32[] b:f32[]; c:f32[]. let",
        "    d:f32[] = mul c a",
        "    e:f32[] = mul d 3.0:f32[]",
        "    f:f32[] = mul b c",
        "    g:f32[] = add_any e f",
        "  in (g,) }",
      ].join("\n"),
    );
  });

  it("takes static arguments, and gives the types of the results when asked", () => {
    const f = (x: ArrayBase, n: number): ArrayBase => op.mul(x, n);
    expect(String(jax.make_jaxpr(f as never, { static_argnums: 1 })(float(3), float(3)))).toBe(
      "{ lambda ; a:f32[]. let b:f32[] = mul a 3.0:f32[] in (b,) }",
    );
    const [, shape] = jax.make_jaxpr(f, { static_argnums: 1, return_shape: true })(
      float(3),
      3,
    ) as never as unknown[];
    expect(String(shape)).toBe("ShapeDtypeStruct(shape=(), dtype=float32, weak_type=True)");
    expect(() => jax.make_jaxpr((x: unknown) => x)("a")).toThrow(
      "as an abstract array. The problematic value is of type <class 'str'>",
    );
  });
});

describe("eval_shape", () => {
  it("computes types only", () => {
    const shapes = jax.eval_shape((x: ArrayBase) => [jnp.sin(x), { n: jnp.sum(x) }], jnp.ones([3])) as [
      unknown,
      { n: unknown },
    ];
    expect(String(shapes[0])).toBe("ShapeDtypeStruct(shape=(3,), dtype=float32)");
    expect(String(shapes[1].n)).toBe("ShapeDtypeStruct(shape=(), dtype=float32)");
    // Far more than any memory: nothing is allocated.
    const huge = new jax.ShapeDtypeStruct([1e6, 1e6], jnp.float32);
    expect(String(jax.eval_shape((x: ArrayBase) => jnp.dot(x, x), huge))).toBe(
      "ShapeDtypeStruct(shape=(1000000, 1000000), dtype=float32)",
    );
  });
});
