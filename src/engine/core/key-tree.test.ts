import { expect, test } from "vitest";
import { KeyTree } from "./key-tree.ts";

test("sequences of keys lead to places of their own", () => {
  const tree = new KeyTree<string>();
  tree.at(1).at("a").value = "one a";
  tree.at(1).value = "one";
  tree.at("1").value = "text";
  tree.at(null).at(NaN).value = "nothing";
  expect(tree.at(1).at("a").value).toBe("one a");
  expect(tree.at(1).value).toBe("one");
  expect(tree.at("1").value).toBe("text");
  expect(tree.at(null).at(NaN).value).toBe("nothing");
  expect(tree.at(1).at("b").value).toBeUndefined();
  expect(tree.value).toBeUndefined();
});

test("keys that are objects count by identity", () => {
  const tree = new KeyTree<number>();
  const [first, second] = [{}, {}];
  tree.within(first).at(1).value = 1;
  tree.within(second).at(1).value = 2;
  expect([tree.within(first).at(1).value, tree.within(second).at(1).value]).toEqual([1, 2]);
});

test("clearing forgets everything, what came last included", () => {
  const tree = new KeyTree<number>();
  tree.at("x").value = 1;
  expect(tree.at("x").value).toBe(1);
  tree.clear();
  expect(tree.at("x").value).toBeUndefined();
});
