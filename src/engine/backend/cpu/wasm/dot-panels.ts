import {
  i32,
  load,
  op,
  shuffle32,
  shuffle64,
  store,
  type Expr,
  type FunctionBuilder,
  type FunctionRef,
  type Local,
  type ModuleBuilder,
} from "./assembler.ts";
import { loadElement, storeElement, type Arithmetic } from "./dot-arithmetic.ts";

/**
 * `pack(from, to, lines, terms, lineStride, termStride)`: a panel of `width` lines with the lines' elements of one term
 * side by side; lines beyond `lines` are zero. Strides are in bytes.
 */
export function definePack(module: ModuleBuilder, kind: Arithmetic, width: number): FunctionRef {
  return module.function(
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    [],
    (f, from, to, lines, terms, lineStride, termStride) => {
      const term = f.local("i32");
      const whole = op("i32.eq", lines, i32(width));
      const adjacent = (stride: Expr): Expr => op("i32.and", whole, op("i32.eq", stride, i32(kind.size)));
      f.if(adjacent(lineStride), () =>
        copyRows(f, kind, width, { from, to, term, terms, stride: termStride }),
      );
      f.if(op("i32.and", adjacent(termStride), op("i32.eqz", term)), () => {
        transposeBlocks(f, kind, width, { from, to, term, terms, stride: lineStride });
      });
      // What is left: the last terms, panels that are not full, and strides of other kinds.
      f.for(term, terms, 1, () => {
        const line = f.local("i32");
        const source = f.let(from);
        f.set(line, i32(0));
        f.for(line, i32(width), 1, () => {
          f.if(
            op("i32.lt_s", line, lines),
            () => f.do(storeElement(kind, to, loadElement(kind, source))),
            () => f.do(storeElement(kind, to, kind.zero)),
          );
          f.set(source, op("i32.add", source, lineStride));
          f.set(to, op("i32.add", to, i32(kind.size)));
        });
        f.set(from, op("i32.add", from, termStride));
      });
      return [];
    },
  );
}

interface Walk {
  readonly from: Local;
  readonly to: Local;
  readonly term: Local;
  readonly terms: Expr;
  readonly stride: Expr;
}

/** The lines of a term are neighbours in memory. */
function copyRows(f: FunctionBuilder, kind: Arithmetic, width: number, walk: Walk): void {
  const { from, to, term, terms, stride } = walk;
  f.for(term, terms, 1, () => {
    for (let byte = 0; byte < width * kind.size; byte += 16) {
      f.do(store("v128.store", to, load("v128.load", from, byte), byte));
    }
    f.set(from, op("i32.add", from, stride));
    f.set(to, op("i32.add", to, i32(width * kind.size)));
  });
}

/** The terms of a line are neighbours: square blocks of a vector's terms are transposed. */
function transposeBlocks(f: FunctionBuilder, kind: Arithmetic, width: number, walk: Walk): void {
  const { from, to, term, terms, stride } = walk;
  const { lanes, size } = kind;
  const rows = Array.from({ length: lanes }, () => f.local("v128"));
  const line = f.local("i32");
  const lastBlock = f.let(op("i32.sub", terms, i32(lanes - 1)));
  f.for(term, lastBlock, lanes, () => {
    f.set(line, from);
    for (let group = 0; group < width; group += lanes) {
      for (const row of rows) {
        f.set(row, load("v128.load", line));
        f.set(line, op("i32.add", line, stride));
      }
      transposed(f, rows).forEach((column, t) => {
        f.do(store("v128.store", to, column, (t * width + group) * size));
      });
    }
    f.set(from, op("i32.add", from, i32(16)));
    f.set(to, op("i32.add", to, i32(lanes * width * size)));
  });
}

/** The columns of a square block given by its rows. */
export function transposed(f: FunctionBuilder, rows: readonly Local[]): Expr[] {
  const [a, b, c, d] = rows as [Local, Local, Local, Local];
  if (rows.length === 2) return [shuffle64([0, 2], a, b), shuffle64([1, 3], a, b)];
  const [low1, low2] = [f.let(shuffle32([0, 4, 1, 5], a, b)), f.let(shuffle32([0, 4, 1, 5], c, d))];
  const [high1, high2] = [f.let(shuffle32([2, 6, 3, 7], a, b)), f.let(shuffle32([2, 6, 3, 7], c, d))];
  return [
    shuffle64([0, 2], low1, low2),
    shuffle64([1, 3], low1, low2),
    shuffle64([0, 2], high1, high2),
    shuffle64([1, 3], high1, high2),
  ];
}
