import { expect, test } from "vitest";
import { ExprBuilder } from "../../kernel/expr-builder.ts";
import { affineLoad } from "./affine-load.ts";

const b = new ExprBuilder();
const [i, j] = [b.index(0, 10), b.index(1, 20)];

test("strides and offset of a load whose position is linear", () => {
  const position = b.indexAdd(b.indexAdd(b.indexMultiply(i, 20), b.indexMultiply(j, -1)), b.int(19));
  expect(affineLoad(b.load(3, "float32", position), 2)).toEqual({ buffer: 3, offset: 19, strides: [20, -1] });
  expect(affineLoad(b.load(0, "int64", b.int(7)), 2)).toEqual({ buffer: 0, offset: 7, strides: [0, 0] });
  const difference = b.binary("sub", b.binary("mul", b.int(3), i), j);
  expect(affineLoad(b.load(0, "bool", difference), 2)?.strides).toEqual([3, -1]);
});

test("anything else is no such load", () => {
  const load = b.load(0, "float32", i);
  expect(affineLoad(b.unary("neg", load), 2)).toBeUndefined();
  expect(affineLoad(b.load(0, "float32", b.binary("mul", i, j)), 2)).toBeUndefined();
  expect(affineLoad(b.load(0, "float32", b.binary("rem", i, b.int(3))), 2)).toBeUndefined();
  expect(affineLoad(b.load(0, "float32", b.load(1, "int32", i)), 2)).toBeUndefined();
});
