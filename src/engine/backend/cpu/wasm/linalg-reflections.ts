import {
  f64,
  i32,
  lane,
  load,
  op,
  store,
  type Expr,
  type FunctionRef,
  type Local,
  type ModuleBuilder,
} from "./assembler.ts";
import { add, eachElement, innerProducts, splat, subtractAt } from "./linalg-element.ts";
import { subtractProduct } from "./linalg-product.ts";

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

const separately = (sum: Expr, a: Expr, b: Expr): Expr => op("f64.sub", sum, op("f64.mul", a, b));

/**
 * `rotate(start, stride, length, cosines, sines, count)`: rotation t takes rows f = start + t * stride and g = f + stride
 * to c f - s g and s f + c g. Four at a time, since neighbouring rotations share a row.
 */
export function defineRotate(module: ModuleBuilder, fused: boolean): FunctionRef {
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
                const left = width.op("mul", c, moved);
                const subtract = width.vector ? subtractProduct(fused) : separately;
                f.do(width.store(add(rows[t]!, offset), subtract(left, s, next)));
                const right = width.op("mul", s, moved);
                const isFused = width.vector && fused;
                f.set(
                  moved,
                  isFused
                    ? op("f64x2.relaxed_madd", c, next, right)
                    : width.op("add", right, width.op("mul", c, next)),
                );
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
