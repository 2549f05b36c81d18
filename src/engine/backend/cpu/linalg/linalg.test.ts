import { expect, test } from "vitest";
import { ExprBuilder } from "../../../kernel/expr-builder.ts";
import { linalgOutputs, type LinalgKernel, type MatrixOperation } from "../../../kernel/kernel.ts";
import { runKernel } from "../testing/run-kernel.ts";

function kernelOf(
  operation: MatrixOperation,
  [batch, m, n]: readonly [number, number, number],
): LinalgKernel {
  const b = new ExprBuilder();
  const index = [batch, m, n].map((extent, axis) => b.index(axis, extent));
  const operand = b.load(0, "float64", b.flatten(index, [batch, m, n]));
  const outputs = linalgOutputs(operation, m, n).map((_, k) =>
    operation.op === "lu" && k > 0 ? ("int32" as const) : ("float64" as const),
  );
  return {
    kind: "linalg",
    operation,
    batch,
    m,
    n,
    operands: [operand],
    inputs: ["float64"],
    params: [],
    outputs,
  };
}

const none = new Float64Array(0);
const unit = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

test.each<MatrixOperation>([
  { op: "cholesky" },
  { op: "lu" },
  { op: "qr", full: true },
  { op: "eigh" },
  { op: "svd", full: true, vectors: true },
])("no matrices, and matrices without elements: $op", (operation) => {
  for (const shape of [[0, 3, 3] as const, [2, 0, 0] as const]) {
    for (const result of runKernel(kernelOf(operation, shape), [none])) expect(result).toHaveLength(0);
  }
});

test("matrices without columns or rows", () => {
  expect(runKernel(kernelOf({ op: "qr", full: true }, [1, 3, 0]), [none])).toEqual([unit, none]);
  const svd = { op: "svd", full: true, vectors: true } as const;
  expect(runKernel(kernelOf(svd, [1, 3, 0]), [none])).toEqual([none, unit, none]);
  expect(runKernel(kernelOf(svd, [1, 0, 3]), [none])).toEqual([none, none, unit]);
  const [packed, pivots, permutation] = runKernel(kernelOf({ op: "lu" }, [1, 3, 0]), [none]);
  expect([packed!.length, pivots!.length]).toEqual([0, 0]);
  expect([...permutation!]).toEqual([0, 1, 2]);
});

test("an operand that lies transposed or is computed", () => {
  const n = 40;
  const b = new ExprBuilder();
  const [i, j] = [b.index(1, n), b.index(2, n)];
  const turned = b.load(0, "float64", b.indexAdd(b.indexMultiply(j, n), i));
  const a = Float64Array.from({ length: n * n }, (_, p) => (p % (n + 1) === 0 ? n : Math.sin(p)));
  const transposed = a.map((_, p) => a[(p % n) * n + Math.floor(p / n)]!);
  const plain = kernelOf({ op: "lu" }, [1, n, n]);
  const expected = runKernel(plain, [transposed]);
  expect(runKernel({ ...plain, operands: [turned] }, [a])).toEqual(expected);
  const doubled = runKernel({ ...plain, operands: [b.binary("add", turned, turned)] }, [a]);
  expect(doubled.slice(1)).toEqual(expected.slice(1));
  expect(doubled[0]![n * n - 1]).toBe(2 * Number(expected[0]![n * n - 1]));
});
