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

const text = (x: unknown): string => reprSync(x as DeviceArray);
const number = (x: unknown): number => Number((x as DeviceArray).item());
const numbers = (x: unknown): number[] => Array.from((x as DeviceArray).dataSync() as Float32Array);
type Linear = (...tangents: unknown[]) => unknown;

const f = (x: ArrayBase, y: ArrayBase): ArrayBase => op.mul(jnp.sin(x), jnp.exp(op.mul(x, y)));

beforeAll(async () => {
  await initialize("cpu");
});

describe("jvp", () => {
  it("is the directional derivative, and has the types of its primal", () => {
    const [value, tangent] = jax.jvp(jnp.sin, [float(3)], [float(1)]);
    expect(text(value)).toBe("Array(0.14112, dtype=float32, weak_type=True)");
    expect(text(tangent)).toBe("Array(-0.9899925, dtype=float32, weak_type=True)");
    const [, zero] = jax.jvp(() => float(3), [float(2)], [float(1)]);
    expect(text(zero)).toBe("Array(0., dtype=float32, weak_type=True)");
  });

  it("of a vjp is the second derivative", () => {
    const slope = (x: ArrayBase): unknown => {
      const [, pull] = jax.vjp(jnp.sin, x) as [unknown, Linear];
      return (pull(float(1)) as unknown[])[0];
    };
    for (const g of [slope, jax.jit(slope)]) {
      const [first, second] = jax.jvp(g, [float(1)], [float(1)]);
      expect(number(first)).toBeCloseTo(Math.cos(1), 6);
      expect(number(second)).toBeCloseTo(-Math.sin(1), 6);
    }
  });

  it("gives auxiliary data", () => {
    const [value, tangent, aux] = jax.jvp(
      (x: ArrayBase) => [op.mul(x, x), op.add(x, 1)],
      [float(3)],
      [float(1)],
      {
        has_aux: true,
      },
    );
    expect([value, tangent, aux].map(number)).toEqual([9, 6, 4]);
  });

  it.each([
    [
      () => jax.jvp(jnp.sin as never, [float(3)], [jnp.ones([3])]),
      "jvp called with different primal and tangent shapes;Got primal shape () and tangent shape as (3,)",
    ],
    [
      () => jax.jvp(jnp.sin as never, [float(3)], [1]),
      "primal and tangent arguments to jax.jvp do not match; dtypes must be equal, or in case of int/bool primal dtype " +
        "the tangent dtype must be float0.Got primal dtype float32 and so expected tangent dtype float32, but got " +
        "tangent dtype int32 instead.",
    ],
    [
      () => jax.jvp(jnp.sin as never, [float(3)], [float(1), float(2)]),
      "primal and tangent arguments to jax.jvp must have the same tree structure; primals have tree structure " +
        "PyTreeDef([*]) whereas tangents have tree structure PyTreeDef([*, *]).",
    ],
    [
      () => jax.jvp(jnp.sin as never, float(3), float(1)),
      "primal and tangent arguments to jax.jvp must be tuples or lists; found float and float.",
    ],
  ])("refuses in JAX's words: %#", (run, message) => {
    expect(run).toThrow(message);
  });
});

describe("vjp", () => {
  it("is the transpose of jvp", () => {
    const [x, y] = [jnp.linspace(0.1, 1, 7), jnp.linspace(-1, 1, 7)];
    const [tx, ty, c] = [jnp.linspace(1, 2, 7), jnp.linspace(-3, 1, 7), jnp.linspace(2, 0, 7)];
    const [value, tangent] = jax.jvp(f, [x, y], [tx, ty]);
    const [same, pull] = jax.vjp(f, x, y) as [unknown, Linear];
    const [cx, cy] = pull(c) as [ArrayBase, ArrayBase];
    expect(numbers(same)).toEqual(numbers(value));
    const forward = number(jnp.dot(c, tangent as ArrayBase));
    expect(number(op.add(jnp.dot(cx, tx), jnp.dot(cy, ty)))).toBeCloseTo(forward, 4);
    const [, linear] = jax.linearize(f, x, y) as [unknown, Linear];
    expect(numbers(linear(tx, ty))).toEqual(numbers(tangent));
    expect(numbers(jax.jit(linear)(tx, ty))).toEqual(numbers(tangent));
  });

  it("can be pulled back again, mapped, and gives auxiliary data", () => {
    const [, pull, aux] = jax.vjp((x: ArrayBase) => [jnp.sin(x), op.mul(x, 2)], jnp.ones([2]), {
      has_aux: true,
    }) as [unknown, Linear, unknown];
    expect(numbers(aux)).toEqual([2, 2]);
    const basis = jnp.eye(2);
    const rows = (jax.vmap(pull)(basis) as unknown[])[0];
    expect(numbers(rows)).toEqual(numbers(op.mul(basis, jnp.cos(float(1)))));
    expect(numbers((pull(jnp.ones([2])) as unknown[])[0])).toHaveLength(2);
  });

  it("gives zeros for integers", () => {
    const [, pull] = jax.vjp((x: ArrayBase, n: ArrayBase) => op.mul(x, n), float(3), 2) as [unknown, Linear];
    expect((pull(float(1)) as unknown[]).map(text)).toEqual([
      "Array(2., dtype=float32, weak_type=True)",
      "Array(0, dtype=int32, weak_type=True)",
    ]);
  });

  it("refuses cotangents of another type or structure", () => {
    const [, pull] = jax.vjp(jnp.sin, float(3)) as [unknown, Linear];
    expect(() => pull(jnp.ones([3]))).toThrow(
      "unexpected JAX type (e.g. shape/dtype) for argument to VJP function: got float32[3], but expected float32[] " +
        "because the corresponding output of the differentiated function had JAX type float32[]",
    );
    expect(() => pull(1)).toThrow("got int32[], but expected float32[]");
    expect(() => pull([float(1), float(2)])).toThrow("unexpected tree structure.");
    const [, linear] = jax.linearize(jnp.sin, float(3)) as [unknown, Linear];
    expect(() => linear(jnp.ones([3]))).toThrow(
      "linearized function called on tangent values inconsistent with",
    );
  });
});
