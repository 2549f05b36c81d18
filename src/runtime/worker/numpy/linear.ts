import { ValueError } from "../engine-door.ts";
import { asarray, astype, jointDType, operandOf, type ArrayLike } from "./as-array.ts";
import { broadcastShapes, stretchLayout } from "./broadcast.ts";
import { multiply } from "./elementwise.ts";
import { NdArray, scalarIfRank0 } from "./ndarray.ts";
import { swapaxes } from "./rearranging.ts";

function mismatch(a: number, b: number): ValueError {
  return new ValueError(
    "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature (n?,k),(k,m?)->(n?,m?) " +
      `(size ${String(b)} is different from ${String(a)})`,
  );
}

/** The product of matrices; more axes are a stack of them, a vector is a row on the left and a column on the right. */
export function matmul(a: ArrayLike, b: ArrayLike): NdArray {
  const dtype = jointDType([operandOf(a), operandOf(b)]);
  const [left, right] = [asarray(a), asarray(b)].map((each) => astype(each, dtype, false));
  if (left!.ndim === 0 || right!.ndim === 0) {
    const position = left!.ndim === 0 ? 0 : 1;
    throw new ValueError(
      `matmul: Input operand ${String(position)} does not have enough dimensions (has 0, gufunc core with signature ` +
        "(n?,k),(k,m?)->(n?,m?) requires 1)",
    );
  }
  const rows = asMatrices(left!, 0);
  const columns = asMatrices(right!, -1);
  const [n, k, m] = [rows.shape.at(-2)!, rows.shape.at(-1)!, columns.shape.at(-1)!];
  if (columns.shape.at(-2) !== k) throw mismatch(k, columns.shape.at(-2)!);
  const stack = broadcastShapes([rows.shape.slice(0, -2), columns.shape.slice(0, -2)]);
  const result = NdArray.zeros(dtype, [...stack, n, m]);
  const x = rows.view(stretchLayout(rows, [...stack, n, k])).elements();
  // Columns as rows, so that both factors are read in order.
  const y = swapaxes(columns.view(stretchLayout(columns, [...stack, k, m])), -1, -2).elements();
  const zero = dtype === "int64" ? 0n : 0;
  for (let i = 0; i < result.size; i++) {
    const [row, column] = [Math.floor(i / m), i % m];
    const matrix = Math.floor(row / n);
    let total: number | bigint = zero;
    for (let inner = 0; inner < k; inner++) {
      const [p, q] = [x[row * k + inner]!, y[(matrix * m + column) * k + inner]!];
      total = (total as number) + (p as number) * (q as number);
    }
    result.memory[i] = total;
  }
  return withoutAddedAxes(result, left!.ndim === 1, right!.ndim === 1);
}

function asMatrices(array: NdArray, axis: 0 | -1): NdArray {
  if (array.ndim > 1) return array;
  return NdArray.of(array.elements(), array.dtype, axis === 0 ? [1, array.size] : [array.size, 1]);
}

function withoutAddedAxes(result: NdArray, isRow: boolean, isColumn: boolean): NdArray {
  const shape = result.shape.slice(0, -2);
  if (!isRow) shape.push(result.shape.at(-2)!);
  if (!isColumn) shape.push(result.shape.at(-1)!);
  return scalarIfRank0(NdArray.of(result.memory, result.dtype, shape));
}

/** The inner product of vectors, the product of matrices; a scalar multiplies. */
export function dot(a: ArrayLike, b: ArrayLike): NdArray {
  const [left, right] = [asarray(a), asarray(b)];
  if (left.ndim === 0 || right.ndim === 0) return multiply(a, b);
  const [k, other] = [left.shape.at(-1)!, right.shape.at(right.ndim === 1 ? 0 : -2)!];
  if (k !== other) {
    const [x, y] = [left, right].map(({ shape }) => `(${shape.join(",")}${shape.length === 1 ? "," : ""})`);
    const axis = right.ndim === 1 ? 0 : right.ndim - 2;
    throw new ValueError(
      `shapes ${x!} and ${y!} not aligned: ${String(k)} (dim ${String(left.ndim - 1)}) != ${String(other)} (dim ${String(axis)})`,
    );
  }
  return matmul(left, right);
}

/** Every product of an element of `a` and one of `b`. */
export function outer(a: ArrayLike, b: ArrayLike): NdArray {
  const [left, right] = [asarray(a), asarray(b)];
  const column = NdArray.of(left.elements(), left.dtype, [left.size, 1]);
  return multiply(column, NdArray.of(right.elements(), right.dtype, [1, right.size]));
}
