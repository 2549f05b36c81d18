import { beforeAll, describe, expect, it } from "vitest";
import type { ArrayBase } from "../core/array-base.ts";
import { Array as DeviceArray, float, initialize, jax, numpy as jnp, operators as op } from "../index.ts";

const number = (x: unknown): number => Number((x as DeviceArray).item());

beforeAll(async () => {
  await initialize("cpu");
});

const f = (x: ArrayBase): ArrayBase => jnp.sin(jnp.sin(op.mul(x, x)));
const slope = (x: number): number => {
  const inner = Math.sin(x * x);
  return Math.cos(inner) * Math.cos(x * x) * 2 * x;
};

describe("checkpoint", () => {
  it("changes no derivative", () => {
    const kept = jax.checkpoint(f);
    const curvature = number(jax.grad(jax.grad(f))(float(0.7)));
    for (const g of [
      jax.grad(kept),
      jax.jit(jax.grad(kept)),
      jax.grad(jax.jit(kept)),
      jax.grad(jax.checkpoint(kept)),
    ]) {
      expect(number(g(float(0.7)))).toBeCloseTo(slope(0.7), 5);
    }
    expect(number(jax.grad(jax.grad(kept) as never)(float(0.7)))).toBeCloseTo(curvature, 4);
    const mapped = jax.vmap(jax.grad(kept))(jnp.array([0.7, 1.1])) as DeviceArray;
    (mapped.tolist() as number[]).forEach((value, k) => {
      expect(value).toBeCloseTo(slope([0.7, 1.1][k]!), 5);
    });
    expect(number(jax.jvp(kept, [float(0.7)], [float(1)])[1])).toBeCloseTo(slope(0.7), 5);
  });

  it("keeps only its arguments and computes the rest again", () => {
    const residuals = (g: (x: ArrayBase) => unknown): number => {
      const [, linear] = jax.linearize(g, jnp.float32(0.7));
      return jax.make_jaxpr(linear as never)(jnp.float32(1)).consts.length;
    };
    expect(residuals(f)).toBe(3);
    expect(residuals(jax.checkpoint(f))).toBe(1);
    const text = String(
      jax.make_jaxpr(jax.grad(jax.checkpoint((x: ArrayBase) => jnp.sin(jnp.sin(x)))))(float(3)),
    );
    expect(text.slice(text.indexOf("differentiated=True"))).toBe(
      [
        "differentiated=True",
        "      jaxpr={ lambda ; f:f32[] g:f32[]. let",
        "          h:f32[] = sin f",
        "          i:f32[] = cos f",
        "          j:f32[] = cos h",
        "          k:f32[] = mul g j",
        "          l:f32[] = mul k i",
        "        in (l,) }",
        "      policy=None",
        "      prevent_cse=True",
        "    ] a 1.0:f32[]",
        "  in (e,) }",
      ].join("\n"),
    );
  });

  it("traces once per signature, takes static arguments, and refuses policies", () => {
    let traced = 0;
    const g = jax.checkpoint(
      (x: ArrayBase, n: number) => {
        traced += 1;
        return op.pow(x, n);
      },
      { static_argnums: 1 },
    );
    expect([number(g(float(2), 3)), number(g(float(5), 3)), number(g(float(2), 2))]).toEqual([8, 125, 4]);
    expect(traced).toBe(2);
    expect(number(jax.grad(g as never)(float(2), 3))).toBe(12);
    expect(() => jax.checkpoint(f, { policy: "everything" })).toThrow("policy is not supported");
  });
});
