import { expect, test } from "vitest";
import { jax, linalg, numpy as jnp, type ArrayBase } from "../index.ts";
import { NamedTuple, namedTuple } from "./named-tuple.ts";
import { treeFlatten, treeKey, treeMap, treeUnflatten } from "./tree.ts";

const point = namedTuple("Point", ["y", "x"]);

test("a named tuple is read by name, by position and by destructuring", () => {
  const p = point(1, 2);
  const [y, x] = p;
  expect([p.y, p.x, y, x, (p as unknown as number[])[1], p.length]).toEqual([1, 2, 1, 2, 2, 2]);
  expect(Object.keys(p)).toEqual(["y", "x"]);
  expect(() => Object.assign(p, { y: 3 })).toThrow(TypeError);
});

test("it is a node of a tree, its leaves in the order of its fields", () => {
  const { leaves, treedef } = treeFlatten({ p: point<unknown>(1, [2, 3]), a: 0 });
  expect(leaves).toEqual([0, 1, 2, 3]);
  expect(treeKey(treedef)).toBe(`{"a": *, "p": CustomNode(namedtuple[Point], [*, [*, *]])}`);
  const back = treeUnflatten(treedef, [4, 5, 6, 7]) as { p: ReturnType<typeof point<unknown>> };
  expect(back.p).toBeInstanceOf(NamedTuple);
  expect(back.p.x).toEqual([6, 7]);
  const doubled = treeMap((leaf) => Number(leaf) * 2, point(1, 2)) as ReturnType<typeof point<number>>;
  expect([...doubled]).toEqual([2, 4]);
  expect(treeKey(treeFlatten(point(1, 2)).treedef)).not.toBe(treeKey(treeFlatten([1, 2]).treedef));
});

test("transformations give it back", () => {
  const eigh = (a: ArrayBase): ReturnType<typeof linalg.eigh> => linalg.eigh(a);
  const results = [jax.jit(eigh)(jnp.eye(2)), jax.vmap(eigh)(jnp.ones([3, 2, 2]))] as ReturnType<
    typeof eigh
  >[];
  expect(results.map((result) => result.eigenvectors.shape)).toEqual([
    [2, 2],
    [3, 2, 2],
  ]);
  const gradient = jax.grad((p: ReturnType<typeof point<ArrayBase>>) => jnp.multiply(p.x, p.y))(
    point(jnp.asarray(2, "float32"), jnp.asarray(5, "float32")),
  ) as ReturnType<typeof point<ArrayBase>>;
  expect([Number(gradient.y), Number(gradient.x)]).toEqual([5, 2]);
});
