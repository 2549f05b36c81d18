import { f64, i32, lane, load, op, store, type Expr, type FunctionBuilder, type Local } from "./assembler.ts";
import { subtractProduct } from "./linalg-product.ts";

export const add = (a: Expr, b: Expr): Expr => op("i32.add", a, b);
export const splat = (value: Expr): Expr => op("f64x2.splat", value);

/** A value of one element or, with `vector`, of two neighbours. */
export interface Width {
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
export function eachElement(
  f: FunctionBuilder,
  length: Expr,
  body: (offset: Local, width: Width) => void,
): void {
  const offset = f.local("i32");
  const bytes = f.let(op("i32.shl", length, i32(3)));
  f.set(offset, i32(0));
  f.for(offset, op("i32.sub", bytes, i32(15)), 16, () => body(offset, widths[0]!));
  f.for(offset, bytes, 8, () => body(offset, widths[1]!));
}

/** `target[j] -= factors[0] * rows[0][j] + ...`, row by row in that order. */
export function subtractAt(
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

/** Inner products of one vector with several, two lanes each, then what is left over. */
export function innerProducts(f: FunctionBuilder, length: Expr, v: Local, others: readonly Local[]): Local[] {
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
