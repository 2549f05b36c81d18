import { beforeAll, describe, expect, it } from "vitest";
import type { ArrayBase } from "../../core/array-base.ts";
import {
  Array as DeviceArray,
  float,
  initialize,
  jax,
  lax,
  numpy as jnp,
  operators as op,
  reprSync,
  truth,
} from "../../index.ts";

type AnyF = (...args: never[]) => unknown;
const number = (x: unknown): number => Number((x as DeviceArray).item());
const list = (x: unknown): unknown => (x as DeviceArray).tolist();
const plain = (f: unknown): AnyF => f as AnyF;
const compiled = (f: unknown): AnyF => jax.jit(f as AnyF);
const forms: [string, (f: unknown) => AnyF, (f: unknown) => AnyF][] = [
  ["eager", plain, plain],
  ["compiled inside", plain, compiled],
  ["compiled outside", compiled, plain],
  ["compiled twice", compiled, compiled],
];
const call = (f: AnyF, ...args: unknown[]): unknown => f(...(args as never[]));
const three = (): ArrayBase => jnp.full([3], 3, "float32");
const message = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return "no error";
};

beforeAll(async () => {
  await initialize("cpu");
});

describe("custom_jvp", () => {
  // The rule says 5 where the derivative is 2, so that its use shows.
  const f = jax.custom_jvp(function f(x: ArrayBase) {
    return op.mul(x, 2);
  });
  f.defjvp(([x]: ArrayBase[], [dx]: ArrayBase[]) => [op.mul(x!, 2), op.mul(dx!, 5)]);

  it.each(forms)("is used by every transformation: %s", (_, outside, inside) => {
    expect(number(call(outside(inside(f)), float(3)))).toBe(6);
    expect(number(call(outside(jax.grad(inside(f))), float(3)))).toBe(5);
    expect(list(call(outside(jax.vmap(jax.grad(inside(f)))), three()))).toEqual([5, 5, 5]);
    const sum = (x: ArrayBase): unknown => jnp.sum(jax.vmap(inside(f))(x) as ArrayBase);
    expect(list(call(outside(jax.grad(sum)), three()))).toEqual([5, 5, 5]);
    const pushed = (x: ArrayBase): unknown => jax.jvp(inside(f), [x], [x])[1];
    expect(number(call(outside(pushed), float(3)))).toBe(15);
    expect(number(call(outside(jax.grad(jax.checkpoint(inside(f)))), float(3)))).toBe(5);
  });

  it("can be differentiated twice: the rule is a function like any other", () => {
    const sine = jax.custom_jvp((x: ArrayBase) => jnp.sin(x));
    sine.defjvp(([x]: ArrayBase[], [dx]: ArrayBase[]) => [sine(x), op.mul(dx!, jnp.cos(x!))]);
    for (const g of [plain(sine), compiled(sine)]) {
      expect(number(jax.grad(jax.grad(g) as AnyF)(float(1)))).toBeCloseTo(-Math.sin(1), 6);
    }
  });

  it.each(forms)("may close over arrays: %s", (_, outside, inside) => {
    const slope = jnp.array([1, 10, 100], "float32");
    const f = jax.custom_jvp((x: ArrayBase) => jnp.sin(x));
    f.defjvp(([x]: ArrayBase[], [dx]: ArrayBase[]) => [jnp.sin(x!), op.mul(dx!, slope)]);
    const g = jax.custom_vjp((x: ArrayBase) => jnp.sin(x));
    g.defvjp(
      (x: ArrayBase) => [jnp.sin(x), null],
      (_: null, c: ArrayBase) => [op.mul(c, slope)],
    );
    for (const h of [f, g]) {
      const sum = inside((x: ArrayBase) => jnp.sum(h(x) as ArrayBase));
      expect(list(call(outside(jax.grad(sum)), three()))).toEqual([1, 10, 100]);
      expect(list(call(outside(jax.grad(sum)), three()))).toEqual([1, 10, 100]);
    }
  });

  it.each(forms)("may close over arrays in loops and branches: %s", (_, outside, inside) => {
    const slope = jnp.array([1, 10, 100], "float32");
    const f = jax.custom_jvp((x: ArrayBase) => x);
    f.defjvp(([x]: ArrayBase[], [dx]: ArrayBase[]) => [x, op.mul(dx!, slope)]);
    const g = jax.custom_vjp((x: ArrayBase) => x);
    g.defvjp(
      (x: ArrayBase) => [x, null],
      (_: null, c: ArrayBase) => [op.mul(c, slope)],
    );
    for (const h of [f, g] as ((x: ArrayBase) => ArrayBase)[]) {
      const twice = (x: ArrayBase): unknown => lax.fori_loop(0, 2, (_: unknown, c: ArrayBase) => h(c), x);
      const scanned = (x: ArrayBase): unknown =>
        lax.scan((c: ArrayBase, _: unknown) => [h(h(c)), null], x, jnp.zeros([1]))[0];
      const chosen = (x: ArrayBase): unknown =>
        lax.cond(
          jnp.greater(jnp.sum(x), -1000),
          (y: ArrayBase) => h(h(y)),
          (y: ArrayBase) => y,
          x,
        );
      for (const loop of [twice, scanned, chosen]) {
        const sum = inside((x: ArrayBase) => jnp.sum(loop(x) as ArrayBase));
        expect(list(call(outside(jax.grad(sum)), three()))).toEqual([1, 100, 10_000]);
        expect(list(call(outside(jax.grad(sum)), three()))).toEqual([1, 100, 10_000]);
      }
    }
    const until = (x: ArrayBase): unknown =>
      lax.while_loop(
        (c: ArrayBase) => jnp.less(jnp.sum(c), 100),
        (c: ArrayBase) => op.mul(f(c) as ArrayBase, 2),
        x,
      );
    const pushed = (x: ArrayBase): unknown => jax.jvp(inside(until), [x], [jnp.ones(3)])[1];
    expect(list(call(outside(pushed as AnyF), jnp.array([30, 10, 5], "float32")))).toEqual([4, 400, 40_000]);
  });

  it("adds up the parts of defjvps, and leaves nondiff_argnums alone", () => {
    const h = jax.custom_jvp((x: ArrayBase, y: ArrayBase) => op.mul(x, y));
    h.defjvps((t: ArrayBase) => op.mul(t, 7), null);
    expect((jax.grad(h as AnyF, [0, 1])(float(3), float(2)) as unknown[]).map(number)).toEqual([7, 0]);
    const applied = jax.custom_jvp((g: (x: ArrayBase) => ArrayBase, x: ArrayBase) => g(x), {
      nondiff_argnums: 0,
    });
    applied.defjvp((g: (x: ArrayBase) => ArrayBase, [x]: ArrayBase[], [t]: ArrayBase[]) => [
      g(x!),
      op.mul(t!, 9),
    ]);
    expect(number(jax.grad((x: ArrayBase) => applied(jnp.sin, x))(float(1)))).toBe(9);
  });

  it("eagerly sees concrete values", () => {
    const branch = jax.custom_jvp((x: ArrayBase) => (truth(op.gt(x, 0)) ? x : op.neg(x)));
    branch.defjvp(([x]: ArrayBase[], [t]: ArrayBase[]) => [
      branch(x),
      truth(op.gt(x!, 0)) ? t : op.mul(t!, -10),
    ]);
    expect([number(jax.grad(branch as AnyF)(float(2))), number(jax.grad(branch as AnyF)(float(-2)))]).toEqual(
      [1, -10],
    );
  });

  it("refuses in JAX's words", () => {
    const bare = jax.custom_jvp(function f(x: ArrayBase) {
      return x;
    });
    expect(message(() => bare(float(3)))).toBe(
      "AttributeError: No JVP defined for custom_jvp function f using defjvp.",
    );
    const wrong = (rule: AnyF): string => {
      bare.defjvp(rule);
      return message(() => jax.grad(bare)(float(3)));
    };
    expect(wrong(() => [float(6), jnp.ones([3])])).toBe(
      "TypeError: Custom JVP rule must produce primal and tangent outputs with corresponding shapes and dtypes. " +
        "Expected float32[] (tangent type of float32[]) but got float32[3].",
    );
    expect(wrong(() => float(3))).toBe(
      "TypeError: Custom JVP rule <lambda> for function f must produce a pair (list or tuple of length two) " +
        "representing primal and tangent outputs, but got 3.0.",
    );
    expect(wrong(() => [float(6), [float(1)]])).toContain(
      "must produce primal and tangent outputs with equal container (pytree) structures",
    );
  });
});

describe("custom_vjp", () => {
  const g = jax.custom_vjp(function g(x: ArrayBase, y: ArrayBase) {
    return op.mul(x, y);
  });
  g.defvjp(
    (x: ArrayBase, y: ArrayBase) => [op.mul(x, y), { x, y, seven: 7 }],
    ({ x, y, seven }: { x: ArrayBase; y: ArrayBase; seven: number }, c: ArrayBase) => [
      op.mul(op.mul(c, y), seven),
      op.mul(c, x),
    ],
  );

  it.each(forms)("is used by every transformation: %s", (_, outside, inside) => {
    const both = jax.grad(inside(g), [0, 1]);
    expect(number(call(outside(inside(g)), float(3), float(2)))).toBe(6);
    expect((call(outside(both), float(3), float(2)) as unknown[]).map(number)).toEqual([14, 3]);
    const mapped = call(outside(jax.vmap(both, [0, null])), three(), float(2)) as unknown[];
    expect(mapped.map(list)).toEqual([
      [14, 14, 14],
      [3, 3, 3],
    ]);
    const sum = (x: ArrayBase, y: ArrayBase): unknown =>
      jnp.sum(jax.vmap(inside(g), [0, null])(x, y) as ArrayBase);
    const summed = call(outside(jax.grad(sum, [0, 1])), three(), float(2)) as unknown[];
    expect(summed.map(list)).toEqual([[14, 14, 14], 9]);
    expect(number(call(outside(jax.grad(jax.checkpoint(inside(g)))), float(3), float(2)))).toBe(14);
  });

  it("works in a loop's body", () => {
    const clipped = jax.custom_vjp((x: ArrayBase) => x);
    clipped.defvjp(
      (x: ArrayBase) => [x, null],
      (_: null, c: ArrayBase) => [jnp.clip(c, -1, 1)],
    );
    const looped = (x: ArrayBase): unknown =>
      lax.scan((carry: ArrayBase) => [op.mul(clipped(carry) as ArrayBase, 3), null], x, null, 4)[0];
    expect(number(jax.grad(looped)(jnp.float32(2)))).toBe(1);
  });

  it("takes null for zero cotangents, trees and nondiff_argnums", () => {
    const h = jax.custom_vjp(
      (scale: number, p: { a: ArrayBase; b: ArrayBase }) => op.mul(p.a, op.mul(p.b, scale)),
      {
        nondiff_argnums: 0,
      },
    );
    h.defvjp(
      (scale: number, p: { a: ArrayBase; b: ArrayBase }) => [op.mul(p.a, op.mul(p.b, scale)), p.b],
      (scale: number, b: ArrayBase, c: ArrayBase) => [{ a: op.mul(op.mul(c, b), scale), b: null }],
    );
    const d = jax.grad((p: unknown) => h(10, p))({ a: float(2), b: float(3) }) as Record<string, unknown>;
    expect([number(d["a"]), number(d["b"])]).toEqual([30, 0]);
    expect(reprSync(d["b"] as DeviceArray)).toBe("Array(0., dtype=float32, weak_type=True)");
  });

  it("refuses in JAX's words", () => {
    expect(message(() => jax.jvp(g as AnyF, [float(3), float(1)], [float(1), float(1)]))).toBe(
      "TypeError: can't apply forward-mode autodiff (jvp) to a custom_vjp function.",
    );
    expect(message(() => jax.jvp(compiled(g), [float(3), float(1)], [float(1), float(1)]))).toBe(
      "TypeError: can't apply forward-mode autodiff (jvp) to a custom_vjp function.",
    );
    const bare = jax.custom_vjp(function g(x: ArrayBase, y: ArrayBase) {
      return op.add(x, y);
    });
    expect(message(() => bare(float(3), float(1)))).toBe(
      "AttributeError: No VJP defined for custom_vjp function g using defvjp.",
    );
    const wrong = (fwd: AnyF, bwd: AnyF): string => {
      bare.defvjp(fwd, bwd);
      return message(() => jax.grad(bare)(float(3), float(1)));
    };
    const ok = (x: ArrayBase): unknown => [x, null];
    expect(wrong((x: ArrayBase) => x, ok as AnyF)).toContain(
      "TypeError: Custom VJP fwd rule <lambda> for function g must produce a pair (list or tuple of length two)",
    );
    expect(wrong(ok as AnyF, (_: unknown, c: unknown) => [c])).toContain(
      "but got bwd output structure PyTreeDef([*]) for primal input structure PyTreeDef([*, *]).",
    );
    expect(wrong(ok as AnyF, (_: unknown, c: unknown) => [jnp.ones([3]), c])).toBe(
      "ValueError: Custom VJP bwd rule must produce an output with the same type as the args tuple of the primal " +
        "function, but at output[0] the bwd rule produced an output of type float32[3] corresponding to an input of " +
        "type float32[], so the shapes do not match",
    );
  });
});
