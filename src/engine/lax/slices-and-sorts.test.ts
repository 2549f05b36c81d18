import { describe, expect, test } from "vitest";
import type { ArrayBase } from "../core/array-base.ts";
import type { ArrayImpl } from "../dispatch/array.ts";
import { jax, lax, numpy as jnp } from "../index.ts";

const list = (x: ArrayBase): unknown => (x as ArrayImpl).tolist();
const array = (values: readonly unknown[]): ArrayBase => jnp.array(values as number[]);

describe("dynamic slices", () => {
  const x = jnp.reshape(jnp.arange(12), [3, 4]);

  test("clamp what is too far and count negative starts from the end", () => {
    expect(list(lax.dynamic_slice(x, [1, 9], [2, 2]))).toEqual([
      [6, 7],
      [10, 11],
    ]);
    expect(list(lax.dynamic_slice(x, [-1, jnp.array(-2)], [1, 2]))).toEqual([[10, 11]]);
    expect(list(lax.dynamic_slice_in_dim(x, -3, 2, 1))).toEqual([
      [1, 2],
      [5, 6],
      [9, 10],
    ]);
  });

  test("take and put one element of an axis", () => {
    expect(list(lax.dynamic_index_in_dim(x, jnp.array(2), 0, false))).toEqual([8, 9, 10, 11]);
    expect(lax.dynamic_index_in_dim(x, 1, 1).shape).toEqual([3, 1]);
    expect(list(lax.index_in_dim(x, -1, 1, false))).toEqual([3, 7, 11]);
    expect(list(lax.dynamic_update_index_in_dim(x, array([7, 7, 7]), 1, 1))).toEqual([
      [0, 7, 2, 3],
      [4, 7, 6, 7],
      [8, 7, 10, 11],
    ]);
  });

  test("put a block in place of another", () => {
    const block = array([[50, 51]]);
    expect(list(lax.dynamic_update_slice(x, block, [5, -2]))).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 50, 51],
    ]);
    expect(list(lax.dynamic_update_slice_in_dim(array([1, 2, 3]), array([9]), jnp.array(1), 0))).toEqual([
      1, 9, 3,
    ]);
  });

  test("are refused where ranks or sizes do not fit", () => {
    expect(() => lax.dynamic_slice(x, [0], [1])).toThrow("start_indices must have length equal to");
    expect(() => lax.dynamic_slice(x, [0, 0], [4, 1])).toThrow("slice_sizes must be less than or equal to");
    expect(() => lax.dynamic_update_slice(x, array([1]), [0, 0])).toThrow("update shape must be smaller");
  });
});

describe("sort", () => {
  test("sorts by several keys", () => {
    const [a, b, c] = lax.sort([array([2, 1, 2, 1]), array([1, 5, 0, 4]), array([0, 1, 2, 3])], 0, 2);
    expect([a!, b!, c!].map(list)).toEqual([
      [1, 1, 2, 2],
      [4, 5, 0, 1],
      [3, 1, 2, 0],
    ]);
    expect(list(lax.sort(array([3, 1, 2])))).toEqual([1, 2, 3]);
    expect(() => lax.sort([array([1])], 0, 2)).toThrow("num_keys=2 must be between 1 and len(operands)=1");
  });

  test("top_k: the first of equals first, NaN largest", () => {
    const [values, positions] = lax.top_k(array([1, 3, 3, NaN, 2]), 4);
    expect(list(values)).toEqual([NaN, 3, 3, 2]);
    expect(list(positions)).toEqual([3, 1, 2, 4]);
    expect(positions.dtype).toBe("int32");
    const [columns] = lax.top_k(
      array([
        [1, 5],
        [2, 4],
        [3, 3],
      ] as never),
      2,
      0,
    );
    expect(list(columns)).toEqual([
      [3, 5],
      [2, 4],
    ]);
    expect(() => lax.top_k(array([1]), 2)).toThrow(
      "k argument to top_k must be no larger than size along axis",
    );
  });
});

test("shapes: broadcast, collapse, full_like", () => {
  expect(lax.broadcast(jnp.ones([3]), [2, 4]).shape).toEqual([2, 4, 3]);
  expect(lax.collapse(jnp.ones([2, 3, 4]), 1).shape).toEqual([2, 12]);
  expect(lax.collapse(jnp.ones([2, 3, 4]), 0, -1).shape).toEqual([6, 4]);
  expect(list(lax.full_like(jnp.ones([2], "int32"), 7))).toEqual([7, 7]);
});

test("stop_gradient takes trees and leaves integers alone", () => {
  const stopped = lax.stop_gradient({ a: jnp.ones([2]), n: 3 });
  expect(list(stopped.a)).toEqual([1, 1]);
  expect(stopped.n).toBe(3);
  const f = (x: ArrayBase): ArrayBase => jnp.sum(jnp.multiply(lax.stop_gradient(x), x));
  expect(list(jax.grad(f as never)(array([2, 3].map(jax.float) as never) as never) as ArrayBase)).toEqual([
    2, 3,
  ]);
});
