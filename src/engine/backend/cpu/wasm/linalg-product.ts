import {
  i32,
  load,
  op,
  store,
  type Expr,
  type FunctionBuilder,
  type FunctionRef,
  type Local,
  type ModuleBuilder,
} from "./assembler.ts";

/** Columns of a tile: two vectors. */
const tileColumns = 4;
const tileBytes = 8 * tileColumns;

/** `sum - a * b` of vectors; rounded once with `fused`. */
export function subtractProduct(fused: boolean): (sum: Expr, a: Expr, b: Expr) => Expr {
  return (sum, a, b) =>
    fused ? op("f64x2.relaxed_nmadd", a, b, sum) : op("f64x2.sub", sum, op("f64x2.mul", a, b));
}

const add = (a: Expr, b: Expr): Expr => op("i32.add", a, b);

/**
 * `product(m, n, k, a, aStride, b, bStride, c, cStride, scratch)`: c -= a b for row-major (m, k), (k, n) and (m, n),
 * with strides in bytes from row to row; `scratch` has room for 32 k bytes.
 */
export function defineProduct(module: ModuleBuilder, fused: boolean): FunctionRef {
  const four = defineTile(module, 4, fused);
  const one = defineTile(module, 1, fused);
  const rest = defineColumn(module);
  return module.function(
    new Array<"i32">(10).fill("i32"),
    [],
    (f, m, n, k, a, aStride, b, bStride, c, cStride, scratch) => {
      const [row, from, to] = [f.local("i32"), f.local("i32"), f.local("i32")];
      const tile = (rows: number, callee: FunctionRef): void => {
        f.while(
          () => op("i32.ge_s", row, i32(rows)),
          () => {
            f.callMulti(callee, k, from, aStride, scratch, to, cStride);
            f.set(row, op("i32.sub", row, i32(rows)));
            f.set(from, add(from, op("i32.mul", aStride, i32(rows))));
            f.set(to, add(to, op("i32.mul", cStride, i32(rows))));
          },
        );
      };
      f.if(op("i32.eqz", k), () => f.return());
      f.while(
        () => op("i32.ge_s", n, i32(tileColumns)),
        () => {
          packColumns(f, { b, bStride, k, scratch });
          f.set(row, m);
          f.set(from, a);
          f.set(to, c);
          tile(4, four);
          tile(1, one);
          f.set(n, op("i32.sub", n, i32(tileColumns)));
          f.set(b, add(b, i32(tileBytes)));
          f.set(c, add(c, i32(tileBytes)));
        },
      );
      f.while(
        () => n,
        () => {
          f.callMulti(rest, m, k, a, aStride, b, bStride, c, cStride);
          f.set(n, op("i32.sub", n, i32(1)));
          f.set(b, add(b, i32(8)));
          f.set(c, add(c, i32(8)));
        },
      );
      return [];
    },
  );
}

/** The columns of one tile, side by side: rows that are far apart would push each other out of the cache. */
function packColumns(
  f: FunctionBuilder,
  { b, bStride, k, scratch }: Record<"b" | "bStride" | "k" | "scratch", Local>,
): void {
  const [from, to] = [f.let(b), f.let(scratch)];
  const end = f.let(add(scratch, op("i32.mul", k, i32(tileBytes))));
  f.loop((next) => {
    f.do(store("v128.store", to, load("v128.load", from)));
    f.do(store("v128.store", to, load("v128.load", from, 16), 16));
    f.set(from, add(from, bStride));
    f.set(to, add(to, i32(tileBytes)));
    f.breakIf(next, op("i32.lt_u", to, end));
  });
}

/** `tile(k, a, aStride, b, c, cStride)`: a tile of `rows` rows, b packed. */
function defineTile(module: ModuleBuilder, rows: number, fused: boolean): FunctionRef {
  const subtract = subtractProduct(fused);
  return module.function(
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    [],
    (f, k, a, aStride, b, c, cStride) => {
      const count = Array.from({ length: rows }, (_, r) => r);
      const at: Local[] = [];
      const places: Local[] = [];
      for (const r of count) {
        at.push(r === 0 ? a : f.let(add(at[r - 1]!, aStride)));
        places.push(r === 0 ? c : f.let(add(places[r - 1]!, cStride)));
      }
      const sums = places.map((place) => [0, 16].map((offset) => f.let(load("v128.load", place, offset))));
      const columns = [f.local("v128"), f.local("v128")];
      const value = f.local("v128");
      const end = f.let(add(b, op("i32.mul", k, i32(tileBytes))));
      f.loop((next) => {
        columns.forEach((column, v) => f.set(column, load("v128.load", b, 16 * v)));
        for (const r of count) {
          f.set(value, load("v128.load64_splat", at[r]!));
          sums[r]!.forEach((sum, v) => f.set(sum, subtract(sum, value, columns[v]!)));
          f.set(at[r]!, add(at[r]!, i32(8)));
        }
        f.set(b, add(b, i32(tileBytes)));
        f.breakIf(next, op("i32.lt_u", b, end));
      });
      sums.forEach((row, r) => row.forEach((sum, v) => f.do(store("v128.store", places[r]!, sum, 16 * v))));
      return [];
    },
  );
}

/** `column(m, k, a, aStride, b, bStride, c, cStride)`: one column of the product. */
function defineColumn(module: ModuleBuilder): FunctionRef {
  return module.function(
    new Array<"i32">(8).fill("i32"),
    [],
    (f, m, k, a, aStride, b, bStride, c, cStride) => {
      const [from, other, end] = [f.local("i32"), f.local("i32"), f.local("i32")];
      const sum = f.local("f64");
      f.while(
        () => m,
        () => {
          f.set(sum, load("f64.load", c));
          f.set(from, a);
          f.set(other, b);
          f.set(end, add(a, op("i32.shl", k, i32(3))));
          f.loop((next) => {
            f.set(sum, op("f64.sub", sum, op("f64.mul", load("f64.load", from), load("f64.load", other))));
            f.set(from, add(from, i32(8)));
            f.set(other, add(other, bStride));
            f.breakIf(next, op("i32.lt_u", from, end));
          });
          f.do(store("f64.store", c, sum));
          f.set(a, add(a, aStride));
          f.set(c, add(c, cStride));
          f.set(m, op("i32.sub", m, i32(1)));
        },
      );
      return [];
    },
  );
}
