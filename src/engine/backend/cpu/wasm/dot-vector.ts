import {
  i32,
  load,
  op,
  store,
  storeLane,
  type Expr,
  type FunctionBuilder,
  type FunctionRef,
  type Local,
  type ModuleBuilder,
  type ValueType,
} from "./assembler.ts";
import {
  extract,
  loadElement,
  loadSplat,
  multiplyAdd,
  multiplyAddVector,
  storeElement,
  type Arithmetic,
} from "./dot-arithmetic.ts";

/** Terms summed in the lanes of one row of vectors before they are added up in double. */
const blockTerms = 512;
const rowVectors = 4;

/** Rows of a matrix that are added up before they are added to the result. */
const rowGroup = 8;

/** Where long sums are kept: floats in double. */
export function totalType({ isFloat, scalar }: Arithmetic): ValueType {
  return isFloat ? "f64" : scalar;
}

/** `dots(terms, a, b)`: the inner product of two contiguous vectors. */
export function defineInnerProduct(module: ModuleBuilder, kind: Arithmetic): FunctionRef {
  const type = totalType(kind);
  return module.function(["i32", "i32", "i32"], [type], (f, terms, a, b) => {
    const total = f.local(type);
    const add = (value: Expr): void => f.set(total, op(`${type}.add`, total, value));
    const sums = Array.from({ length: rowVectors }, () => f.local("v128"));
    const step = rowVectors * kind.lanes;
    const advance = (bytes: number): void => {
      for (const pointer of [a, b]) f.set(pointer, op("i32.add", pointer, i32(bytes)));
    };
    f.while(
      () => op("i32.ge_s", terms, i32(step)),
      () => {
        const block = f.local("i32");
        f.set(block, op("i32.and", terms, i32(-step)));
        f.if(op("i32.gt_s", block, i32(blockTerms)), () => f.set(block, i32(blockTerms)));
        f.set(terms, op("i32.sub", terms, block));
        for (const sum of sums) f.set(sum, op(`${kind.shape}.splat`, kind.zero));
        f.loop((next) => {
          sums.forEach((sum, v) => {
            const product = [load("v128.load", a, 16 * v), load("v128.load", b, 16 * v)] as const;
            f.set(sum, multiplyAddVector(kind, false)(sum, ...product));
          });
          advance(16 * rowVectors);
          f.set(block, op("i32.sub", block, i32(step)));
          f.breakIf(next, block);
        });
        add(sumOf(f, kind, sums));
      },
    );
    f.while(
      () => terms,
      () => {
        const [x, y] = [widened(kind, loadElement(kind, a)), widened(kind, loadElement(kind, b))];
        add(op(`${type}.mul`, x, y));
        advance(kind.size);
        f.set(terms, op("i32.sub", terms, i32(1)));
      },
    );
    return total;
  });
}

function widened(kind: Arithmetic, value: Expr): Expr {
  return kind.scalar === "f32" ? op("f64.promote_f32", value) : value;
}

/** All lanes of all vectors. */
function sumOf(f: FunctionBuilder, kind: Arithmetic, sums: readonly Local[]): Expr {
  const [a, b, c, d] = sums as [Local, Local, Local, Local];
  const add = (x: Expr, y: Expr): Expr => op(`${kind.shape}.add`, x, y);
  const all = f.let(add(add(a, b), add(c, d)));
  const elements = Array.from({ length: kind.lanes }, (_, k) => widened(kind, extract(kind, k, all)));
  return elements.reduce((x, y) => op(`${totalType(kind)}.add`, x, y));
}

/**
 * `addRows(columns, terms, x, xStride, matrix, rowStride, to)`: to[j] = sum over t of x[t] * matrix[t][j], for rows of
 * contiguous elements: the whole matrix is read once, by rows.
 */
export function defineRowSum(module: ModuleBuilder, kind: Arithmetic): FunctionRef {
  const groups = [rowGroup, 1].map((rows) => [rows, defineRowGroup(module, kind, rows)] as const);
  return module.function(
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    [],
    (f, columns, terms, x, xStride, matrix, rowStride, to) => {
      const adds = f.local("i32");
      for (const [rows, group] of groups) {
        f.while(
          () => op("i32.ge_s", terms, i32(rows)),
          () => {
            f.callMulti(group, columns, x, xStride, matrix, rowStride, to, adds);
            f.set(adds, i32(1));
            f.set(x, op("i32.add", x, op("i32.mul", xStride, i32(rows))));
            f.set(matrix, op("i32.add", matrix, op("i32.mul", rowStride, i32(rows))));
            f.set(terms, op("i32.sub", terms, i32(rows)));
          },
        );
      }
      return [];
    },
  );
}

/** One group of rows; the result is replaced unless `adds`. */
function defineRowGroup(module: ModuleBuilder, kind: Arithmetic, rows: number): FunctionRef {
  return module.function(
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    [],
    (f, columns, x, xStride, matrix, rowStride, to, adds) => {
      const lines = [matrix];
      const factors = [f.let(loadSplat(kind, x))];
      for (let r = 1; r < rows; r++) {
        f.set(x, op("i32.add", x, xStride));
        factors.push(f.let(loadSplat(kind, x)));
        lines.push(f.let(op("i32.add", lines[r - 1]!, rowStride)));
      }
      const offset = f.local("i32");
      const bytes = f.let(op("i32.shl", columns, i32(kind.shift)));
      const at = (line: Local): Expr => op("i32.add", line, offset);
      const sum = f.local("v128");
      f.for(offset, op("i32.sub", bytes, i32(15)), 16, () => {
        factors.forEach((factor, r) => {
          const product = op(`${kind.shape}.mul`, factor, load("v128.load", at(lines[r]!)));
          f.set(sum, r === 0 ? product : op(`${kind.shape}.add`, sum, product));
        });
        f.if(adds, () => f.set(sum, op(`${kind.shape}.add`, load("v128.load", at(to)), sum)));
        f.do(store("v128.store", at(to), sum));
      });
      const single = f.local(kind.scalar);
      f.for(offset, bytes, kind.size, () => {
        factors.forEach((factor, r) => {
          const product = op(
            `${kind.scalar}.mul`,
            extract(kind, 0, factor),
            loadElement(kind, at(lines[r]!)),
          );
          f.set(single, r === 0 ? product : op(`${kind.scalar}.add`, single, product));
        });
        f.if(adds, () => f.set(single, op(`${kind.scalar}.add`, loadElement(kind, at(to)), single)));
        f.do(storeElement(kind, at(to), single));
      });
      return [];
    },
  );
}

/**
 * `smallRow(n, terms, lhs, termStrideL, rhs, termStrideR, columnStride, to)`: one row of a small product straight from
 * its operands, each element summed left to right. Strides are in bytes.
 */
export function defineSmallRow(module: ModuleBuilder, kind: Arithmetic): FunctionRef {
  return module.function(
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    [],
    (f, n, terms, lhs, lhsStride, rhs, rhsStride, columnStride, to) => {
      const [a, b, t] = [f.local("i32"), f.local("i32"), f.local("i32")];
      const overTerms = (body: () => void): void => {
        f.set(a, lhs);
        f.set(b, rhs);
        f.set(t, i32(0));
        f.for(t, terms, 1, () => {
          body();
          f.set(a, op("i32.add", a, lhsStride));
          f.set(b, op("i32.add", b, rhsStride));
        });
      };
      const sum = f.local("v128");
      f.if(op("i32.eq", columnStride, i32(kind.size)), () => {
        f.while(
          () => op("i32.gt_s", n, i32(0)),
          () => {
            f.set(sum, op(`${kind.shape}.splat`, kind.zero));
            overTerms(() => {
              f.set(sum, multiplyAddVector(kind, false)(sum, loadSplat(kind, a), load("v128.load", b)));
            });
            storeLanes(f, kind, to, sum, n);
            f.set(rhs, op("i32.add", rhs, i32(16)));
            f.set(to, op("i32.add", to, i32(16)));
            f.set(n, op("i32.sub", n, i32(kind.lanes)));
          },
        );
      });
      const single = f.local(kind.scalar);
      f.while(
        () => op("i32.gt_s", n, i32(0)),
        () => {
          f.set(single, kind.zero);
          overTerms(() => {
            f.set(single, multiplyAdd(kind, single, loadElement(kind, a), loadElement(kind, b)));
          });
          f.do(storeElement(kind, to, single));
          f.set(rhs, op("i32.add", rhs, columnStride));
          f.set(to, op("i32.add", to, i32(kind.size)));
          f.set(n, op("i32.sub", n, i32(1)));
        },
      );
      return [];
    },
  );
}

/** Writes the first `count` lanes, or all. */
function storeLanes(
  f: FunctionBuilder,
  { lanes, size }: Arithmetic,
  to: Expr,
  vector: Expr,
  count: Expr,
): void {
  f.if(
    op("i32.ge_s", count, i32(lanes)),
    () => f.do(store("v128.store", to, vector)),
    () => {
      for (let k = 0; k < lanes - 1; k++) {
        f.if(op("i32.gt_s", count, i32(k)), () => {
          f.do(storeLane(`v128.store${8 * size}_lane`, k, to, vector, k * size));
        });
      }
    },
  );
}

/** `nonzero(count, from, to)`: int32 to bool. */
export function defineNonzero(module: ModuleBuilder): FunctionRef {
  return module.function(["i32", "i32", "i32"], [], (f, count, from, to) => {
    const end = f.let(op("i32.add", to, count));
    f.while(
      () => op("i32.lt_u", to, end),
      () => {
        f.do(store("i32.store8", to, op("i32.ne", load("i32.load", from), i32(0))));
        f.set(from, op("i32.add", from, i32(4)));
        f.set(to, op("i32.add", to, i32(1)));
      },
    );
    return [];
  });
}
