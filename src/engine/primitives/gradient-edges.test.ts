import { afterAll, beforeAll, expect, test } from "vitest";
import type { ArrayBase } from "../core/array-base.ts";
import type { ArrayImpl } from "../dispatch/array.ts";
import { getItem, jax, lax, numpy as jnp } from "../index.ts";

// Gradients where a function has no derivative, or a rule could go wrong; the values are JAX's.

beforeAll(() => {
  jax.config.update("jax_enable_x64", true);
});
afterAll(() => {
  jax.config.update("jax_enable_x64", false);
});

type Loss = (x: ArrayBase) => ArrayBase;

const float = (...values: number[]): ArrayBase => jnp.array(values, "float64");
const scalar = (value: number): ArrayBase => jnp.array(value, "float64");
const twice = (x: ArrayBase): ArrayBase =>
  jnp
    .zeros(3)
    .at.item([[1, 1, 2]])
    .set(x);

const cases: readonly (readonly [string, Loss, () => ArrayBase, readonly number[]])[] = [
  ["max(x, 2) at 2", (x) => jnp.maximum(x, 2), () => scalar(2), [0.5]],
  ["min(2, x) at 2", (x) => jnp.minimum(2, x), () => scalar(2), [0.5]],
  ["abs at 0", (x) => jnp.abs(x), () => scalar(0), [1]],
  ["x**0.0 at 0", (x) => jnp.power(x, jax.float(0)), () => scalar(0), [NaN]],
  ["x**1.0 at 0", (x) => jnp.power(x, jax.float(1)), () => scalar(0), [1]],
  ["x**2 at 0", (x) => jnp.power(x, 2), () => scalar(0), [0]],
  ["x**0 at 0", (x) => jnp.power(x, 0), () => scalar(0), [0]],
  ["x**1.5 at 4", (x) => jnp.power(x, 1.5), () => scalar(4), [3]],
  ["0**y at 2", (y) => jnp.power(scalar(0), y), () => scalar(2), [0]],
  ["0**y at 0", (y) => jnp.power(scalar(0), y), () => scalar(0), [0]],
  ["sqrt at 0", (x) => jnp.sqrt(x), () => scalar(0), [Infinity]],
  ["cbrt at 0", (x) => jnp.cbrt(x), () => scalar(0), [Infinity]],
  ["clip at the bound", (x) => jnp.clip(x, -1, 1), () => scalar(1), [0.5]],
  ["clamp at the bound", (x) => lax.clamp(-1, x, 1), () => scalar(1), [0]],
  ["max of ties", (x) => jnp.max(x), () => float(1, 3, 3, 2), [0, 0.5, 0.5, 0]],
  ["min of ties", (x) => jnp.min(x), () => float(1, 3, 1, 2), [0.5, 0, 0.5, 0]],
  ["product with one zero", (x) => jnp.prod(x), () => float(2, 0, 3), [0, 6, 0]],
  ["product with two zeros", (x) => jnp.prod(x), () => float(2, 0, 0), [0, 0, 0]],
  [
    "cummax of ties",
    (x) => jnp.sum(jnp.multiply(lax.cummax(x), float(1, 2, 3, 4, 5))),
    () => float(1, 2, 2, 1, 2),
    [1, 6.75, 4.75, 0, 2.5],
  ],
  ["cumprod with zero", (x) => jnp.sum(jnp.cumprod(x)), () => float(2, 0, 3, 4), [1, 32, 0, 0]],
  ["cumprod reversed", (x) => jnp.sum(lax.cumprod(x, 0, true)), () => float(2, 0.5, 3, 4), [6, 36, 10, 8.5]],
  ["atan2 at (0, 1)", (y) => lax.atan2(y, 1), () => scalar(0), [1]],
  ["rem by its divisor", (y) => lax.rem(scalar(7.5), y), () => scalar(2), [-3]],
  ["remainder by its divisor", (y) => jnp.remainder(-7.5, y), () => scalar(2), [4]],
  [
    "sort of ties",
    (x) => jnp.sum(jnp.multiply(jnp.sort(x), float(0, 1, 2, 3))),
    () => float(3, 1, 2, 1),
    [3, 0, 2, 1],
  ],
  [
    "top_k",
    (x) => jnp.sum(jnp.multiply(lax.top_k(x, 2)[0], float(1, 10))),
    () => float(3, 1, 4, 1),
    [10, 0, 1, 0],
  ],
  ["set twice: one wins", (x) => jnp.sum(twice(x)), () => float(3, 1, 4), [0, 1, 1]],
  [
    "add twice",
    (x) =>
      jnp.sum(
        jnp.square(
          jnp
            .zeros(3)
            .at.item([[1, 1, 2]])
            .add(x),
        ),
      ),
    () => float(3, 1, 4),
    [8, 8, 8],
  ],
  [
    "max of three that tie",
    (x) =>
      jnp.sum(
        jnp.multiply(
          float(0, 5, 1)
            .at.item([[1, 1, 2]])
            .max(x),
          float(1, 2, 3),
        ),
      ),
    () => float(5, 5, 4),
    [2 / 3, 2 / 3, 3],
  ],
  ["multiply one", (x) => jnp.sum(jnp.square(x.at[1]!.multiply(3))), () => float(1, 2, 3), [2, 36, 6]],
  [
    "where guards",
    (x) => {
      const isIn = jnp.greater(x, 0);
      return jnp.where(isIn, jnp.log(jnp.where(isIn, x, 1)), 0);
    },
    () => scalar(-1),
    [0],
  ],
  ["stop_gradient", (x) => jnp.multiply(lax.stop_gradient(x), x), () => scalar(3), [3]],
  ["median", (x) => jnp.median(x), () => float(3, 1, 2, 5), [0.5, 0, 0.5, 0]],
  ["std of equals", (x) => jnp.std(x), () => float(1, 1, 1), [NaN, NaN, NaN]],
  ["x[7] of three", (x) => getItem(x, 7), () => float(1, 2, 3), [0, 0, 1]],
  ["a clamped slice", (x) => jnp.sum(lax.dynamic_slice(x, [5], [2])), () => float(1, 2, 3), [0, 1, 1]],
  ["x[argmax]", (x) => getItem(x, jnp.argmax(x)), () => float(1, 5, 3), [0, 1, 0]],
  ["ptp of ties", (x) => jnp.ptp(x), () => float(1, 4, 1, 4), [-0.5, 0.5, -0.5, 0.5]],
  ["nanmean", (x) => jnp.nanmean(x), () => float(1, NaN, 3), [0.5, 0, 0.5]],
  ["fmax with NaN", (x) => jnp.fmax(x, NaN), () => scalar(1), [1]],
  ["nan_to_num of NaN", (x) => jnp.nan_to_num(x), () => scalar(NaN), [0]],
  ["copysign", (x) => jnp.copysign(x, -1), () => scalar(3), [-1]],
  ["heaviside", (x) => jnp.heaviside(x, 0.5), () => scalar(1), [0]],
  ["hypot at 0", (x) => jnp.hypot(x, 0), () => scalar(0), [0.5]],
  ["sinc at 0", (x) => jnp.sinc(x), () => scalar(0), [0]],
  ["logaddexp of infinities", (x) => jnp.logaddexp(x, -Infinity), () => scalar(-Infinity), [NaN]],
  ["log1p near 0", (x) => jnp.log1p(x), () => scalar(1e-10), [0.9999999999]],
  ["logistic far out", (x) => lax.logistic(x), () => scalar(40), [0]],
  ["erf", (x) => lax.erf(x), () => scalar(0.3), [1.031260909618963]],
  ["erf_inv", (x) => lax.erf_inv(x), () => scalar(0.3), [0.9545203588405493]],
  ["exp2", (x) => jnp.exp2(x), () => scalar(3), [5.545177444479561]],
  ["log2", (x) => jnp.log2(x), () => scalar(3), [0.4808983469629878]],
  ["interp", (x) => jnp.interp(x, float(0, 1, 2), float(0, 10, 5)), () => scalar(1.5), [-5]],
];

test.each(cases)("%s", (_, loss, at, wanted) => {
  const x = at();
  const gradient = jax.grad(loss)(x) as ArrayImpl;
  const actual = Array.from(gradient.dataSync(), Number);
  expect(actual.length).toBe(wanted.length);
  actual.forEach((value, k) => {
    const right = wanted[k]!;
    if (Object.is(value, right) || value === right) return;
    expect(Math.abs(value - right)).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(right)) * 4);
  });
});

test("derivatives of derivatives", () => {
  const second = jax.grad(jax.grad((x: ArrayBase) => jnp.tanh(x)));
  expect(Number((second(scalar(0.3) as never) as ArrayImpl).item())).toBeCloseTo(-0.5331818782014541, 14);
  const power = (x: ArrayBase): ArrayBase => jnp.power(x, 3.5);
  const third = jax.grad(jax.grad(jax.grad(power)));
  expect(Number((third(scalar(1.7) as never) as ArrayImpl).item())).toBeCloseTo(17.112906313656953, 12);
  const sinc = jax.grad(jax.grad((x: ArrayBase) => jnp.sinc(x)));
  expect(Number((sinc(scalar(0) as never) as ArrayImpl).item())).toBeCloseTo(-3.2898681336964524, 12);
});
