import { i32, lane, load, op, store, type FunctionRef, type ModuleBuilder } from "./assembler.ts";
import { add, eachElement, splat, subtractAt } from "./linalg-element.ts";

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
