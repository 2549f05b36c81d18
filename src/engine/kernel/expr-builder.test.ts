import { describe, expect, test } from "vitest";
import { ExprBuilder } from "./expr-builder.ts";
import type { ScalarExpr } from "./scalar-expr.ts";

/** The value of an index expression at a point, by the definition of each operation. */
function evaluate(node: ScalarExpr, point: readonly number[]): number {
  const at = (position: number): number => evaluate(node.args[position]!, point);
  switch (node.op) {
    case "const":
      return Number(node.value);
    case "index":
      return point[node.axis]!;
    case "add":
      return at(0) + at(1);
    case "sub":
      return at(0) - at(1);
    case "mul":
      return at(0) * at(1);
    case "div":
      return Math.trunc(at(0) / at(1));
    case "rem":
      return at(0) % at(1);
    default:
      throw new Error(`unexpected ${node.op}`);
  }
}

/** A small generator of reproducible numbers. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe("index simplification", () => {
  test("flattening an unflattened index gives the index back", () => {
    for (const shape of [[6], [2, 3], [2, 3, 5], [1, 4, 1, 5], [7, 1, 3, 2]]) {
      const b = new ExprBuilder();
      const size = shape.reduce((a, c) => a * c, 1);
      const flat = b.index(0, size);
      expect(b.flatten(b.unflatten(flat, shape), shape)).toBe(flat);
      expect(b.unflatten(flat, shape).length).toBe(shape.length);
    }
  });

  test("unflattening a flattened multi-index gives its parts back", () => {
    const b = new ExprBuilder();
    const shape = [4, 3, 5];
    const index = shape.map((extent, axis) => b.index(axis, extent));
    expect(b.unflatten(b.flatten(index, shape), shape)).toEqual(index);
    expect(b.divisions).toBe(0);
  });

  test("splitting and joining axes needs no division", () => {
    const b = new ExprBuilder();
    const index = [b.index(0, 4), b.index(1, 6)];
    const flat = b.flatten(index, [4, 6]);
    const parts = b.unflatten(flat, [4, 2, 3]);
    expect(b.flatten(parts, [4, 2, 3])).toBe(flat);
    expect(parts[0]).toBe(index[0]);
  });

  test("simplified arithmetic keeps its value, on random programs", () => {
    const random = generator(7);
    for (let program = 0; program < 2000; program++) {
      const extents = [2 + random(5), 2 + random(5), 2 + random(7)];
      const b = new ExprBuilder();
      const point = extents.map((extent) => random(extent));
      const pool: { node: ScalarExpr; value: number }[] = extents.map((extent, axis) => ({
        node: b.index(axis, extent),
        value: point[axis]!,
      }));
      for (let step = 0; step < 8; step++) {
        const left = pool[random(pool.length)]!;
        const right = pool[random(pool.length)]!;
        const factor = 1 + random(6);
        const choices = [
          () => ({ node: b.indexAdd(left.node, right.node), value: left.value + right.value }),
          () => ({ node: b.indexMultiply(left.node, factor), value: left.value * factor }),
          () => ({ node: b.indexDivide(left.node, factor), value: Math.trunc(left.value / factor) }),
          () => ({ node: b.indexRemainder(left.node, factor), value: left.value % factor }),
        ];
        const made = choices[random(choices.length)]!();
        expect(evaluate(made.node, point)).toBe(made.value);
        const range = b.rangeOf(made.node);
        expect(made.value).toBeGreaterThanOrEqual(range.min);
        expect(made.value).toBeLessThanOrEqual(range.max);
        pool.push(made);
      }
    }
  });
});

describe("hash consing", () => {
  test("equal expressions are one node", () => {
    const b = new ExprBuilder();
    const x = b.param(0, "float32");
    expect(b.binary("add", x, x)).toBe(b.binary("add", x, x));
    expect(b.const("float32", 0)).not.toBe(b.const("float32", -0));
    expect(b.const("int32", 1)).not.toBe(b.const("float32", 1));
  });

  test("mixed dtypes are an internal error", () => {
    const b = new ExprBuilder();
    expect(() => b.binary("add", b.int(1), b.const("float32", 1))).toThrow("int32 and float32");
  });
});
