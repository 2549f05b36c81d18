import { describe, expect, test } from "vitest";
import { treeFlatten, treeKey, treeMap, treeUnflatten } from "./tree.ts";

describe("pytrees", () => {
  test("flatten and unflatten are inverse; dict keys are sorted", () => {
    const tree = { b: [1, null, [2]], a: { x: 3 } };
    const { leaves, treedef } = treeFlatten(tree);
    expect(leaves).toEqual([3, 1, 2]);
    expect(treeUnflatten(treedef, leaves)).toEqual({ a: { x: 3 }, b: [1, null, [2]] });
    expect(treeKey(treedef)).toBe('{"a": {"x": *}, "b": [*, None, [*]]}');
  });

  test("instances of classes, and functions, are leaves", () => {
    const point = new Map();
    const f = (): void => undefined;
    expect(treeFlatten([point, f]).leaves).toEqual([point, f]);
  });

  test("treeMap wants one structure", () => {
    expect(treeMap((a, b) => Number(a) + Number(b), [1, { x: 2 }], [10, { x: 20 }])).toEqual([11, { x: 22 }]);
    expect(() => treeMap((a) => a, [1, 2], [1])).toThrow("Mismatch of pytree structures");
  });

  test("a wrong number of leaves is refused", () => {
    const { treedef } = treeFlatten([1, 2]);
    expect(() => treeUnflatten(treedef, [1])).toThrow("Expected 2 leaves, got 1");
  });
});
