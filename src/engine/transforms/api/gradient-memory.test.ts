import { beforeAll, describe, expect, it } from "vitest";
import type { ArrayBase } from "../../core/array-base.ts";
import { Array as DeviceArray, initialize, jax, memory, numpy as jnp, operators as op } from "../../index.ts";

const bytes = 4 * 4096;
const f = (x: ArrayBase): ArrayBase => jnp.sum(jnp.sin(jnp.exp(jnp.tanh(op.mul(x, x)))));
const first = (x: unknown): number => (x as DeviceArray).dataSync()[0] as number;

/** Bytes that stay after `run`, before any garbage collection. */
function kept(run: () => unknown): number {
  run();
  const before = memory().liveBytes;
  run();
  return memory().liveBytes - before;
}

beforeAll(async () => {
  await initialize("cpu");
});

describe("memory of a gradient", () => {
  it("is that of its results, at once", () => {
    const x = jnp.linspace(0, 1, 4096);
    expect(kept(() => jax.grad(f)(x))).toBeLessThan(1.5 * bytes);
    expect(kept(() => jax.grad(jax.jit(f))(x))).toBeLessThan(1.5 * bytes);
    expect(kept(() => jax.vmap(jax.grad(f))(x.reshape(8, 512)))).toBeLessThan(1.5 * bytes);
  });

  it("includes what the user has got hold of", () => {
    const x = jnp.linspace(0, 1, 4096);
    const masks: unknown[] = [];
    const g = (y: ArrayBase): unknown => {
      masks.push(op.gt(y, 0.5), jnp.cos(x));
      const sine = jnp.sin(y);
      return [jnp.sum(op.mul(sine, y)), { sine, twice: op.mul(sine, 2) }];
    };
    const [[value, aux], gradient] = jax.value_and_grad(g, { has_aux: true })(x) as [
      [unknown, Record<string, unknown>],
      unknown,
    ];
    expect([value, aux["sine"], aux["twice"], gradient, ...masks, x].map(first).every(Number.isFinite)).toBe(
      true,
    );
    const mapped = jax.vmap(jax.value_and_grad(g, { has_aux: true }))(x.reshape(8, 512));
    const [[values, parts]] = mapped as [[unknown, Record<string, unknown>]];
    expect([values, parts["sine"], parts["twice"]].map(first).every(Number.isFinite)).toBe(true);
  });

  it("is left alone inside another derivative, which needs it", () => {
    const x = jnp.linspace(0, 1, 16);
    // The inner gradient's residuals do not depend on y; the outer one multiplies by them.
    const mixed = (y: ArrayBase): unknown =>
      jnp.sum(jax.grad((z: ArrayBase) => jnp.sum(op.mul(jnp.sin(jnp.sin(z)), y)))(x) as ArrayBase);
    const want = jax.grad(f)(x);
    expect(first(jax.grad(mixed)(jnp.ones([16])))).toBeCloseTo(1, 6);
    const [, linear] = jax.linearize(mixed, jnp.ones([16])) as [unknown, (t: ArrayBase) => unknown];
    expect(first(linear(jnp.ones([16])))).toBeGreaterThan(1);
    expect(first(want)).toBe(0);
    const bwd = jax.custom_vjp((z: ArrayBase) => jnp.sin(z));
    const saved: unknown[] = [];
    bwd.defvjp(
      (z: ArrayBase) => [jnp.sin(z), jnp.cos(z)],
      (c: ArrayBase, t: ArrayBase) => [saved.push(op.mul(c, 2)) > 0 ? op.mul(c, t) : null],
    );
    jax.grad((z: ArrayBase) => jnp.sum(bwd(z) as ArrayBase))(x);
    expect(first(saved[0])).toBe(2);
  });
});
