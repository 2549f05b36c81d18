import { beforeAll, describe, expect, it } from "vitest";
import {
  initialize,
  jax,
  numpy as jnp,
  reprSync,
  type Array as EngineArray,
  type ArrayBase,
} from "../index.ts";

const repr = (x: ArrayBase): string => reprSync(x as EngineArray);

beforeAll(async () => {
  await initialize("cpu");
});

describe("arrays as the lecture uses them", () => {
  it("print the lecture's numbers", () => {
    const a = jnp.asarray([1, 3.2, -1.5]);
    expect(repr(a)).toBe("Array([ 1. ,  3.2, -1.5], dtype=float32)");
    expect(repr(a.sum())).toBe("Array(2.6999998, dtype=float32)");
    expect(repr(jnp.mean(a))).toBe("Array(0.9, dtype=float32)");
    expect(repr(jnp.dot(a, a))).toBe("Array(13.490001, dtype=float32)");
    expect(repr(jnp.ones([2, 2]).matmul(jnp.identity(2)))).toBe(
      "Array([[1., 1.],\n       [1., 1.]], dtype=float32)",
    );
  });
  it("sort into a new array", () => {
    const a = jnp.array([2, 1]);
    expect(repr(a.sort())).toBe("Array([1, 2], dtype=int32)");
    expect(repr(a)).toBe("Array([2, 1], dtype=int32)");
  });
  it("are set at a position by making another", () => {
    const a = jnp.linspace(0, 1, 3);
    expect(repr(a.at[0]!.set(1))).toBe("Array([1. , 0.5, 1. ], dtype=float32)");
    expect(repr(a)).toBe("Array([0. , 0.5, 1. ], dtype=float32)");
  });
});

describe("iteration", () => {
  it("gives the parts along the first axis", () => {
    const [first, second] = jnp.array([
      [1, 2],
      [3, 4],
    ]);
    expect([first, second].map((row) => repr(row!))).toEqual([
      "Array([1, 2], dtype=int32)",
      "Array([3, 4], dtype=int32)",
    ]);
  });
  it("works while tracing", () => {
    const f = jax.jit((x: ArrayBase) => {
      const [a, b] = x;
      return jnp.subtract(a!, b!);
    });
    expect(repr(f(jnp.array([5, 3])))).toBe("Array(2, dtype=int32)");
  });
  it("refuses a scalar in Python's words", () => {
    expect(() => [...jnp.asarray(2)]).toThrow(new TypeError("iteration over a 0-d array"));
  });
});

describe("methods", () => {
  it("take a shape as numbers or as a list", () => {
    const x = jnp.arange(6);
    expect(x.reshape(2, 3).shape).toEqual([2, 3]);
    expect(x.reshape([3, -1]).shape).toEqual([3, 2]);
    expect(x.reshape(2, 3).transpose(1, 0).shape).toEqual([3, 2]);
    expect(x.reshape(2, 3).T.shape).toEqual([3, 2]);
  });
  it("exist on tracers, trace included", () => {
    const f = jax.jit((x: ArrayBase) => x.reshape(2, 2).trace());
    expect(repr(f(jnp.arange(4)))).toBe("Array(3, dtype=int32)");
  });
  it("refuse a keyword they do not know", () => {
    expect(() => jnp.ones(2).sum({ axes: 0 } as never)).toThrow(
      new TypeError("sum() got an unexpected keyword argument 'axes'"),
    );
  });
});

describe("what a function returns", () => {
  const x = (): EngineArray => jnp.array([true, false]) as EngineArray;
  it.each([
    ["abs of booleans", (a: EngineArray) => jnp.abs(a)],
    ["max over no axes", (a: EngineArray) => jnp.max(a, [])],
    ["no difference", (a: EngineArray) => jnp.diff(a, 0)],
    ["a copy", (a: EngineArray) => a.copy()],
    ["an einsum that only copies", (a: EngineArray) => jnp.einsum("i->i", a)],
  ])("survives the deletion of its argument: %s", (_, f) => {
    const argument = x();
    const result = f(argument) as EngineArray;
    argument.delete();
    expect(result.tolist()).toEqual([true, false]);
  });
});
