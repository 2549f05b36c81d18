import {
  f64,
  i32,
  lane,
  load,
  op,
  store,
  type Expr,
  type FunctionBuilder,
  type FunctionRef,
  type Local,
  type ModuleBuilder,
} from "./assembler.ts";
import { subtractProduct } from "./linalg-product.ts";

const add = (a: Expr, b: Expr): Expr => op("i32.add", a, b);
const splat = (value: Expr): Expr => op("f64x2.splat", value);

/** A value of one element or, with `vector`, of two neighbours. */
interface Width {
  readonly vector: boolean;
  load(address: Expr): Expr;
  store(address: Expr, value: Expr): ReturnType<typeof store>;
  /** The factor in all lanes, or its first lane. */
  factor(vector: Local): Expr;
  op(name: "add" | "sub" | "mul" | "div", a: Expr, b: Expr): Expr;
}

const widths: readonly Width[] = [
  {
    vector: true,
    load: (address) => load("v128.load", address),
    store: (address, value) => store("v128.store", address, value),
    factor: (vector) => vector,
    op: (name, a, b) => op(`f64x2.${name}`, a, b),
  },
  {
    vector: false,
    load: (address) => load("f64.load", address),
    store: (address, value) => store("f64.store", address, value),
    factor: (vector) => lane("f64x2.extract_lane", 0, vector),
    op: (name, a, b) => op(`f64.${name}`, a, b),
  },
];

/** Runs `body` for every offset in bytes below 8 `length`: two elements at a time, then what is left. */
function eachElement(f: FunctionBuilder, length: Expr, body: (offset: Local, width: Width) => void): void {
  const offset = f.local("i32");
  const bytes = f.let(op("i32.shl", length, i32(3)));
  f.set(offset, i32(0));
  f.for(offset, op("i32.sub", bytes, i32(15)), 16, () => body(offset, widths[0]!));
  f.for(offset, bytes, 8, () => body(offset, widths[1]!));
}

/** `target[j] -= factors[0] * rows[0][j] + ...`, row by row in that order. */
function subtractAt(
  f: FunctionBuilder,
  fused: boolean,
  target: Expr,
  factors: readonly Local[],
  rows: readonly Local[],
  offset: Local,
  width: Width,
): void {
  let value = width.load(add(target, offset));
  factors.forEach((factor, k) => {
    const row = width.load(add(rows[k]!, offset));
    value = width.vector
      ? subtractProduct(fused)(value, factor, row)
      : width.op("sub", value, width.op("mul", width.factor(factor), row));
  });
  f.do(width.store(add(target, offset), value));
}

/**
 * `subtractRows(target, length, factors, count, source, stride)`: subtracts from a row the sum of `count` contiguous
 * factors times the rows at `source`, `stride` bytes apart. Four at a time, since most of the work is to load and store.
 */
export function defineSubtractRows(module: ModuleBuilder, fused: boolean): FunctionRef {
  return module.function(
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    [],
    (f, target, length, factors, count, source, stride) => {
      for (const group of [4, 1]) {
        const values = Array.from({ length: group }, () => f.local("v128"));
        const rows = Array.from({ length: group }, () => f.local("i32"));
        f.while(
          () => op("i32.ge_s", count, i32(group)),
          () => {
            values.forEach((value, k) => f.set(value, load("v128.load64_splat", factors, 8 * k)));
            for (const row of rows) {
              f.set(row, source);
              f.set(source, add(source, stride));
            }
            eachElement(f, length, (offset, width) => {
              subtractAt(f, fused, target, values, rows, offset, width);
            });
            f.set(factors, add(factors, i32(8 * group)));
            f.set(count, op("i32.sub", count, i32(group)));
          },
        );
      }
      return [];
    },
  );
}

/**
 * `eliminate(rows, stride, count, pivot, pivotStride, width)`: for each of `count` rows and k below `width`, divides
 * element k by that of pivot row k and subtracts so many times that row from the elements behind it: x U = row.
 */
export function defineEliminate(module: ModuleBuilder, fused: boolean): FunctionRef {
  return module.function(
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    [],
    (f, row, stride, count, pivots, pivotStride, steps, width) => {
      const [k, at, pivot, rest] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
      const factor = f.local("v128");
      f.while(
        () => count,
        () => {
          f.set(k, i32(0));
          f.set(at, row);
          f.set(pivot, pivots);
          f.for(k, steps, 1, () => {
            f.set(factor, splat(op("f64.div", load("f64.load", at), load("f64.load", pivot))));
            f.do(store("f64.store", at, lane("f64x2.extract_lane", 0, factor)));
            f.set(at, add(at, i32(8)));
            f.set(rest, add(pivot, i32(8)));
            eachElement(f, op("i32.sub", op("i32.sub", width, k), i32(1)), (offset, kind) => {
              subtractAt(f, fused, at, [factor], [rest], offset, kind);
            });
            f.set(pivot, add(pivot, add(pivotStride, i32(8))));
          });
          f.set(row, add(row, stride));
          f.set(count, op("i32.sub", count, i32(1)));
        },
      );
      return [];
    },
  );
}

/** `exchange(a, b, length)`. */
export function defineExchange(module: ModuleBuilder): FunctionRef {
  return module.function(["i32", "i32", "i32"], [], (f, a, b, length) => {
    const held = { v128: f.local("v128"), f64: f.local("f64") };
    eachElement(f, length, (offset, width) => {
      const value = width.vector ? held.v128 : held.f64;
      f.set(value, width.load(add(a, offset)));
      f.do(width.store(add(a, offset), width.load(add(b, offset))));
      f.do(width.store(add(b, offset), value));
    });
    return [];
  });
}

/** `divide(row, length, divisor)`. */
export function defineDivide(module: ModuleBuilder): FunctionRef {
  return module.function(["i32", "i32", "f64"], [], (f, row, length, divisor) => {
    const all = f.let(splat(divisor));
    eachElement(f, length, (offset, width) => {
      const at = add(row, offset);
      f.do(width.store(at, width.op("div", width.load(at), width.factor(all))));
    });
    return [];
  });
}

/** Inner products of one vector with several, two lanes each, then what is left over. */
function innerProducts(f: FunctionBuilder, length: Expr, v: Local, others: readonly Local[]): Local[] {
  const sums = others.map(() => f.let(splat(f64(0))));
  const singles = others.map(() => f.let(f64(0)));
  const part = { v128: f.local("v128"), f64: f.local("f64") };
  eachElement(f, length, (offset, width) => {
    const value = width.vector ? part.v128 : part.f64;
    f.set(value, width.load(add(v, offset)));
    others.forEach((other, k) => {
      const sum = width.vector ? sums[k]! : singles[k]!;
      f.set(sum, width.op("add", sum, width.op("mul", value, width.load(add(other, offset)))));
    });
  });
  singles.forEach((single, k) => {
    const [low, high] = [0, 1].map((index) => lane("f64x2.extract_lane", index, sums[k]!));
    f.set(single, op("f64.add", op("f64.add", low!, high!), single));
  });
  return singles;
}

/**
 * `reflect(v, length, tau, x, stride, count)`: x_k -= tau (v . x_k) v for `count` vectors, `stride` bytes apart. Four at a
 * time, since most of the work is to load v.
 */
export function defineReflect(module: ModuleBuilder, fused: boolean): FunctionRef {
  return module.function(
    ["i32", "i32", "f64", "i32", "i32", "i32"],
    [],
    (f, v, length, tau, x, stride, count) => {
      for (const group of [4, 1]) {
        const columns = Array.from({ length: group }, () => f.local("i32"));
        f.while(
          () => op("i32.ge_s", count, i32(group)),
          () => {
            for (const column of columns) {
              f.set(column, x);
              f.set(x, add(x, stride));
            }
            const factors = innerProducts(f, length, v, columns).map((sum) =>
              f.let(splat(op("f64.mul", tau, sum))),
            );
            eachElement(f, length, (offset, width) => {
              columns.forEach((column, k) => {
                subtractAt(f, fused, column, [factors[k]!], [v], offset, width);
              });
            });
            f.set(count, op("i32.sub", count, i32(group)));
          },
        );
      }
      return [];
    },
  );
}

/** `innerProduct(length, a, b)`. */
export function defineInner(module: ModuleBuilder): FunctionRef {
  return module.function(
    ["i32", "i32", "i32"],
    ["f64"],
    (f, length, a, b) => innerProducts(f, length, a, [b])[0]!,
  );
}

/**
 * `symmetricTimes(n, a, stride, v, p)`: p = A v for the symmetric A (n, n) whose lower triangle, the diagonal included, is
 * given by rows. Each element is read once, for both products it takes part in.
 */
export function defineSymmetricTimes(module: ModuleBuilder): FunctionRef {
  return module.function(["i32", "i32", "i32", "i32", "i32"], [], (f, n, a, stride, v, p) => {
    const row = f.let(i32(0));
    f.for(row, n, 1, () => {
      const sum = f.let(splat(f64(0)));
      const single = f.let(f64(0));
      const own = op("i32.shl", row, i32(3));
      const factor = f.let(load("v128.load64_splat", add(v, own)));
      const value = { v128: f.local("v128"), f64: f.local("f64") };
      eachElement(f, row, (offset, width) => {
        const [held, total] = width.vector ? [value.v128, sum] : [value.f64, single];
        f.set(held, width.load(add(a, offset)));
        f.set(total, width.op("add", total, width.op("mul", held, width.load(add(v, offset)))));
        const product = width.op("mul", held, width.factor(factor));
        f.do(width.store(add(p, offset), width.op("add", width.load(add(p, offset)), product)));
      });
      const [low, high] = [0, 1].map((index) => lane("f64x2.extract_lane", index, sum));
      const diagonal = op("f64.mul", load("f64.load", add(a, own)), load("f64.load", add(v, own)));
      const all = op("f64.add", op("f64.add", op("f64.add", low!, high!), single), diagonal);
      f.do(store("f64.store", add(p, own), all));
      f.set(a, add(a, stride));
    });
    return [];
  });
}

/** `subtractOuter(n, a, stride, v, w)`: the lower triangle of A - v w^T - w v^T. */
export function defineSubtractOuter(module: ModuleBuilder, fused: boolean): FunctionRef {
  return module.function(["i32", "i32", "i32", "i32", "i32"], [], (f, n, a, stride, v, w) => {
    const row = f.let(i32(0));
    f.for(row, n, 1, () => {
      const own = op("i32.shl", row, i32(3));
      const factors = [v, w].map((vector) => f.let(load("v128.load64_splat", add(vector, own))));
      eachElement(f, add(row, i32(1)), (offset, width) => {
        subtractAt(f, fused, a, factors, [w, v], offset, width);
      });
      f.set(a, add(a, stride));
    });
    return [];
  });
}

/** `subtractColumnTimesRow(count, length, a, stride, factors, row)`: a_i -= factors[i] * row, for `count` rows. */
export function defineSubtractColumnTimesRow(module: ModuleBuilder, fused: boolean): FunctionRef {
  return module.function(
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    [],
    (f, count, length, a, stride, factors, row) => {
      const factor = f.local("v128");
      f.while(
        () => count,
        () => {
          f.set(factor, load("v128.load64_splat", factors));
          eachElement(f, length, (offset, width) => subtractAt(f, fused, a, [factor], [row], offset, width));
          f.set(a, add(a, stride));
          f.set(factors, add(factors, i32(8)));
          f.set(count, op("i32.sub", count, i32(1)));
        },
      );
      return [];
    },
  );
}

/**
 * `rotate(start, stride, length, cosines, sines, count)`: rotation t takes rows f = start + t * stride and g = f + stride
 * to c f - s g and s f + c g. Four at a time, since neighbouring rotations share a row.
 */
export function defineRotate(module: ModuleBuilder): FunctionRef {
  return module.function(
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    [],
    (f, start, stride, length, cosines, sines, count) => {
      for (const group of [4, 1]) {
        const turns = Array.from({ length: group }, () => [f.local("v128"), f.local("v128")] as const);
        const rows = Array.from({ length: group + 1 }, () => f.local("i32"));
        const held = { v128: [f.local("v128"), f.local("v128")], f64: [f.local("f64"), f.local("f64")] };
        f.while(
          () => op("i32.ge_s", count, i32(group)),
          () => {
            turns.forEach(([c, s], t) => {
              f.set(c, load("v128.load64_splat", cosines, 8 * t));
              f.set(s, load("v128.load64_splat", sines, 8 * t));
            });
            rows.forEach((row, k) => f.set(row, k === 0 ? start : add(rows[k - 1]!, stride)));
            eachElement(f, length, (offset, width) => {
              const [moved, next] = (width.vector ? held.v128 : held.f64) as [Local, Local];
              f.set(moved, width.load(add(rows[0]!, offset)));
              turns.forEach(([cosine, sine], t) => {
                const [c, s] = [width.factor(cosine), width.factor(sine)];
                f.set(next, width.load(add(rows[t + 1]!, offset)));
                const left = width.op("sub", width.op("mul", c, moved), width.op("mul", s, next));
                f.do(width.store(add(rows[t]!, offset), left));
                f.set(moved, width.op("add", width.op("mul", s, moved), width.op("mul", c, next)));
              });
              f.do(width.store(add(rows[group]!, offset), moved));
            });
            f.set(start, rows[group]!);
            f.set(cosines, add(cosines, i32(8 * group)));
            f.set(sines, add(sines, i32(8 * group)));
            f.set(count, op("i32.sub", count, i32(group)));
          },
        );
      }
      return [];
    },
  );
}

/** `transpose(rows, columns, from, to)`: a (rows, columns) matrix as (columns, rows). */
export function defineTranspose(module: ModuleBuilder): FunctionRef {
  return module.function(["i32", "i32", "i32", "i32"], [], (f, rows, columns, from, to) => {
    const [row, column, source, target] = ["i32", "i32", "i32", "i32"].map(() => f.local("i32"));
    const block = f.local("i32");
    const end = f.local("i32");
    // Blocks of 16 columns: what is written stays in the cache until its lines are full.
    f.for(block, columns, 16, () => {
      f.set(end, add(block, i32(16)));
      f.if(op("i32.gt_s", end, columns), () => f.set(end, columns));
      f.set(row!, i32(0));
      f.for(row!, rows, 1, () => {
        const first = add(op("i32.mul", row!, columns), block);
        f.set(source!, add(from, op("i32.shl", first, i32(3))));
        f.set(target!, add(to, op("i32.shl", add(op("i32.mul", block, rows), row!), i32(3))));
        f.set(column!, block);
        f.for(column!, end, 1, () => {
          f.do(store("f64.store", target!, load("f64.load", source!)));
          f.set(source!, add(source!, i32(8)));
          f.set(target!, add(target!, op("i32.shl", rows, i32(3))));
        });
      });
    });
    return [];
  });
}
