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
  truth,
} from "../../index.ts";

const text = (x: unknown): string => reprSync(x as DeviceArray).replace(/\s+/g, " ");
const list = (x: unknown): unknown => (x as DeviceArray).tolist();
const matrix = (): ArrayBase => jnp.arange(6, { dtype: "float32" }).reshape(2, 3);

beforeAll(async () => {
  await initialize("cpu");
});

describe("vmap", () => {
  it("is the loop over examples, for every place of the axes", () => {
    const f = (x: ArrayBase): ArrayBase => op.mul(jnp.cumsum(x), jnp.max(x));
    const a = matrix();
    const rows = [0, 1].map((k) => list(f(op.add(a.take(k, 0), 0))));
    expect(list(jax.vmap(f)(a))).toEqual(rows);
    expect(list(jax.vmap(f, 1)(a.T))).toEqual(rows);
    expect(list(jax.vmap(f, { in_axes: -1, out_axes: -1 })(a.T))).toEqual(list(jnp.array(rows as never).T));
    expect(
      (jax.vmap((x: ArrayBase) => x, { in_axes: 2, out_axes: 1 })(jnp.ones([3, 4, 5])) as ArrayBase).shape,
    ).toEqual([3, 5, 4]);
  });

  it("takes axes as trees: null for what all examples share", () => {
    const f = (p: { w: ArrayBase; b: ArrayBase }, x: ArrayBase): unknown => ({
      y: op.add(jnp.dot(p.w, x), p.b),
      same: p.b,
    });
    const p = { w: jnp.array([1, 10, 100], "float32"), b: jnp.array([1, 2], "float32") };
    const mapped = jax.vmap(f, { in_axes: [{ w: null, b: 0 }, 0] });
    const result = mapped(p, matrix()) as Record<string, unknown>;
    expect(list(result["y"])).toEqual([211, 545]);
    expect(list(result["same"])).toEqual([1, 2]);
    const dot = jax.vmap(jnp.dot, [null, 0]);
    expect(list(dot(p.w, matrix()))).toEqual([210, 543]);
    const out = jax.vmap((x: ArrayBase) => [x, float(1)], { out_axes: [0, null] })(p.b) as [unknown, unknown];
    expect(list(out[0])).toEqual([1, 2]);
    expect(Number(out[1])).toBe(1);
    const table = jax.vmap(
      jax.vmap((x: ArrayBase, y: ArrayBase) => op.mul(x, y), [null, 0]),
      [0, null],
    );
    expect(list(table(p.b, p.w))).toEqual([
      [1, 10, 100],
      [2, 20, 200],
    ]);
  });

  it("composes with jit, grad and static arguments", () => {
    const f = (x: ArrayBase): ArrayBase => jnp.sum(jnp.sin(op.mul(x, x)));
    const x = jnp.array(
      [
        [0.5, 1],
        [1.5, 2],
      ],
      "float32",
    );
    const want = [
      [0.5, 1],
      [1.5, 2],
    ].map((row) => row.map((v) => Math.fround(2 * v * Math.cos(v * v))));
    const forms = [
      jax.vmap(jax.grad(f)),
      jax.jit(jax.vmap(jax.grad(jax.jit(f)) as never)),
      jax.vmap(jax.jit(jax.grad(f))),
      jax.grad((y: ArrayBase) => jnp.sum(jax.vmap(f)(y) as ArrayBase)),
      jax.grad(jax.jit((y: ArrayBase) => jnp.sum(jax.vmap(jax.jit(f) as never)(y) as ArrayBase))),
    ];
    for (const form of forms) {
      (list(form(x)) as number[][]).flat().forEach((value, k) => {
        expect(value).toBeCloseTo(want.flat()[k]!, 5);
      });
    }
    const power = jax.jit((y: ArrayBase, n: number) => op.pow(y, n), { static_argnums: 1 });
    expect(list(jax.vmap((y: ArrayBase) => power(y, 3))(jnp.array([1, 2], "float32")))).toEqual([1, 8]);
  });

  it("knows the size of the batch from axis_size alone", () => {
    expect(text(jax.vmap(() => float(1), { axis_size: 3 })())).toBe(
      "Array([1., 1., 1.], dtype=float32, weak_type=True)",
    );
  });

  it("prints its tracers and refuses conditions", () => {
    const seen: string[] = [];
    jax.vmap((x: ArrayBase) => (seen.push((x as { toString(): string }).toString()), x))(jnp.ones([3]));
    expect(seen).toEqual(["VmapTracer(aval=float32[], batched=float32[3])"]);
    expect(() => jax.vmap((x: ArrayBase) => (truth(op.gt(x, 0)) ? x : 1))(jnp.ones([3]))).toThrow(
      "Attempted boolean conversion of traced array with shape bool[]",
    );
    expect(() => jax.vmap((x: ArrayBase) => Number(x))(jnp.ones([3]))).toThrow(
      "Abstract tracer value encountered where concrete value is expected: traced array with shape float32[]",
    );
  });

  const first = (x: unknown, ..._: unknown[]): unknown => x;
  const one = (n: number, ...rest: number[]): ArrayBase => jnp.ones([n, ...rest]);
  it.each([
    [
      () => jax.vmap((x: unknown, y: unknown) => [x, y])(one(3), one(4)),
      "vmap got inconsistent sizes for array axes to be mapped:\n" +
        "  * one axis had size 3: axis 0 of argument x of type float32[3];\n" +
        "  * one axis had size 4: axis 0 of argument y of type float32[4]",
    ],
    [
      () =>
        jax.vmap((x: unknown, y: unknown, z: unknown) => [x, y, z], [0, 1, 0])(one(3, 2), one(3, 4), one(3)),
      "vmap got inconsistent sizes for array axes to be mapped:\n" +
        "  * most axes (2 of them) had size 3, e.g. axis 0 of argument x of type float32[3,2];\n" +
        "  * one axis had size 4: axis 1 of argument y of type float32[3,4]",
    ],
    [
      () => jax.vmap((x: unknown) => x)({ a: one(3), b: one(4) }),
      "vmap got inconsistent sizes for array axes to be mapped:\n" +
        "  * one axis had size 3: axis 0 of argument x['a'] of type float32[3];\n" +
        "  * one axis had size 4: axis 0 of argument x['b'] of type float32[4]",
    ],
    [
      () => jax.vmap((x: unknown) => x, { axis_size: 4 })(one(3)),
      "vmap got inconsistent sizes for array axes to be mapped:\n" +
        "  * the `axis_size` argument was 4;\n  * one axis had size 3: axis 0 of argument x of type float32[3]",
    ],
    [
      () => jax.vmap(first, { in_axes: null })(one(3)),
      "vmap must have at least one non-None value in in_axes or axis_size must be specified",
    ],
    [
      () => jax.vmap(first, [0])(one(3), one(3)),
      "vmap in_axes must be an int, None, or a tuple of entries corresponding to the positional arguments passed to " +
        "the function, but got len(in_axes)=1, len(args)=2",
    ],
    [
      () => jax.vmap(first, "a")(one(3)),
      "vmap in_axes must be an int, None, or a tuple of entries corresponding to the positional arguments passed to " +
        "the function, but got a.",
    ],
    [
      () => jax.vmap(first)(one(3), float(3)),
      "vmap was requested to map its argument along axis 0, which implies that its rank should be at least 1, but is " +
        "only 0 (its shape is ())",
    ],
    [
      () => jax.vmap(first, -2)(one(3)),
      "vmap was requested to map its argument along axis -2, which implies that its rank should be at least 2, but is " +
        "only 1 (its shape is (3,))",
    ],
    [
      () => jax.vmap(first, { out_axes: null })(one(3)),
      "at vmap out_axes, got axis spec None but output was batched on axis 0",
    ],
    [() => jax.vmap(first, { out_axes: 2 })(one(3)), "axis 2 is out of bounds for array of dimension 1"],
    [
      () => jax.vmap(first)(),
      "vmap wrapped function must be passed at least one argument containing an array or axis_size must be specified, " +
        "got empty *args=() and **kwargs={}",
    ],
    [
      () => jax.vmap(first, [[0, 0]])([one(3)]),
      "vmap in_axes specification must be a tree prefix of the corresponding value; \n  Mismatch details (1 found):\n" +
        "  pytree structure error: different lengths of list at key path\n    vmap in_axes[0]\n" +
        "At that key path, the prefix pytree vmap in_axes has a subtree of type list of length 2, but the full pytree " +
        "has a subtree of the same type but of length 1.",
    ],
  ])("refuses in JAX's words: %#", (run, message) => {
    let found = "";
    try {
      run();
    } catch (error) {
      found = (error as Error).message;
    }
    expect(found).toBe(message);
  });
});
