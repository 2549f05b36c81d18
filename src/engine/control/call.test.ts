import { beforeAll, describe, expect, it } from "vitest";
import type { ArrayBase } from "../core/array-base.ts";
import {
  Array as DeviceArray,
  counters,
  float,
  initialize,
  jax,
  numpy as jnp,
  operators as op,
} from "../index.ts";

const number = (x: unknown): number => Number((x as DeviceArray).item());
const list = (x: unknown): unknown => (x as DeviceArray).tolist();

beforeAll(async () => {
  await initialize("cpu");
});

describe("derivatives of compiled functions", () => {
  it("stay compiled: a second call traces and compiles nothing", () => {
    let traced = 0;
    const f = jax.jit((x: ArrayBase) => {
      traced += 1;
      return jnp.sum(op.mul(jnp.sin(x), x));
    });
    const forms = [
      jax.grad(f),
      jax.vmap(jax.grad(f)),
      jax.jit(jax.vmap(jax.grad(f) as never)),
      jax.hessian(f),
      (x: ArrayBase) => jax.jvp(f, [x], [x])[1],
    ] as ((x: ArrayBase) => unknown)[];
    const inputs = [jnp.ones([4]), jnp.ones([3, 4]), jnp.ones([3, 4]), jnp.ones([4]), jnp.ones([4])];
    forms.forEach((form, k) => form(inputs[k]!));
    const [seen, { kernelsCompiled, compileMs }] = [traced, { ...counters }];
    forms.forEach((form, k) => form(inputs[k]!));
    expect(traced).toBe(seen);
    expect(seen).toBe(1);
    expect(counters.kernelsCompiled).toBe(kernelsCompiled);
    expect(counters.compileMs).toBe(compileMs);
  });

  it("runs the forward and the backward part as one program each", () => {
    const f = jax.jit((x: ArrayBase) => jnp.sin(jnp.exp(op.mul(x, 2))));
    const g = jax.grad((x: ArrayBase) => f(x));
    g(float(0.3));
    const before = counters.kernelsRun;
    g(float(0.3));
    expect(counters.kernelsRun - before).toBeLessThanOrEqual(3);
  });

  it("sees what it closes over, and differentiates that too", () => {
    const outer = (y: ArrayBase): unknown =>
      jax.jit((x: ArrayBase) => op.mul(x, op.mul(y, y)))(jnp.float32(3));
    expect(number(jax.grad(outer)(float(5)))).toBe(30);
    expect(list(jax.vmap(outer)(jnp.array([1, 2], "float32")))).toEqual([3, 12]);
    expect(list(jax.jit(jax.vmap(jax.grad(outer) as never))(jnp.array([1, 2], "float32")))).toEqual([6, 12]);
    const nested = (y: ArrayBase): unknown =>
      jax.jit((x: ArrayBase) => jax.grad((z: ArrayBase) => op.mul(op.mul(z, z), y))(x) as ArrayBase)(y);
    // d/dy of 2 y y
    expect(number(jax.grad(nested)(float(3)))).toBe(12);
  });

  it("uses only the tangents and cotangents there are", () => {
    const pair = jax.jit((x: ArrayBase, n: ArrayBase) => [op.mul(x, n), op.add(n, 1), jnp.floor(x)]);
    const f = (x: ArrayBase): unknown => pair(x, jnp.int32(3))[0];
    expect(number(jax.grad(f)(float(2)))).toBe(3);
    const unused = (x: ArrayBase): unknown => pair(x, jnp.int32(3))[2];
    expect(number(jax.grad(unused)(float(2)))).toBe(0);
  });

  it("a composition of 2000 steps has a gradient", () => {
    const deep = (x: ArrayBase): ArrayBase => {
      let y = x;
      for (let k = 0; k < 2000; k++) y = op.add(y, float(1));
      return y;
    };
    expect(number(jax.jit(deep)(jnp.float32(1)))).toBe(2001);
    expect(number(jax.grad(jax.jit(deep))(float(1)))).toBe(1);
  });
});
