import { i32, load, op, store, type FunctionRef, type ModuleBuilder } from "./assembler.ts";
import { loadSplat, multiplyAddVector, type Arithmetic } from "./dot-arithmetic.ts";

/** Rows of a tile: with two vectors a row, its sums leave registers free for one row of each operand. */
export const tileRows = 4;
const rowVectors = 2;

export function tileColumns({ lanes }: Arithmetic): number {
  return lanes * rowVectors;
}

/**
 * `tile(terms, lhs, rhs, result, stride, adds)`: the product of a panel of `tileRows` rows (element r of term t at
 * t * tileRows + r) and one of `tileColumns` columns, into rows of the result `stride` bytes apart; `adds` says whether
 * to add to what is there. Only the first `rows` rows are computed. The sums stay in registers over all terms.
 */
export function defineTile(
  module: ModuleBuilder,
  kind: Arithmetic,
  rows: number,
  fused: boolean,
): FunctionRef {
  const multiplyAdd = multiplyAddVector(kind, fused);
  return module.function(
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    [],
    (f, terms, lhs, rhs, to, stride, adds) => {
      const times = <T>(count: number, make: (k: number) => T): T[] =>
        Array.from({ length: count }, (_, k) => make(k));
      const sums = times(rows, () => times(rowVectors, () => f.local("v128")));
      const columns = times(rowVectors, () => f.local("v128"));
      const value = f.local("v128");
      const end = f.let(op("i32.add", lhs, op("i32.mul", terms, i32(tileRows * kind.size))));
      f.loop((next) => {
        columns.forEach((column, v) => f.set(column, load("v128.load", rhs, 16 * v)));
        sums.forEach((row, r) => {
          f.set(value, loadSplat(kind, lhs, r * kind.size));
          row.forEach((sum, v) => f.set(sum, multiplyAdd(sum, value, columns[v]!)));
        });
        f.set(lhs, op("i32.add", lhs, i32(tileRows * kind.size)));
        f.set(rhs, op("i32.add", rhs, i32(16 * rowVectors)));
        f.breakIf(next, op("i32.lt_u", lhs, end));
      });
      sums.forEach((row, r) => {
        const place = r === 0 ? to : f.let(op("i32.add", to, op("i32.mul", stride, i32(r))));
        f.if(adds, () => {
          row.forEach((sum, v) => f.set(sum, op(`${kind.shape}.add`, load("v128.load", place, 16 * v), sum)));
        });
        row.forEach((sum, v) => f.do(store("v128.store", place, sum, 16 * v)));
      });
      return [];
    },
  );
}
