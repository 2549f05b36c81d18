import {
  i32,
  load,
  op,
  ModuleBuilder,
  type Expr,
  type FunctionBuilder,
  type FunctionRef,
  type Local,
} from "./assembler.ts";
import { arithmeticOf, loadElement, storeElement, type Arithmetic, type DotType } from "./dot-arithmetic.ts";
import { definePack } from "./dot-panels.ts";
import { defineTile, tileColumns, tileRows } from "./dot-tile.ts";
import { defineInnerProduct, defineNonzero, defineRowSum, defineSmallRow, totalType } from "./dot-vector.ts";

/**
 * What the tasks of a product are told, an int32 each: addresses, extents, distances in bytes. `step` is the phase's
 * work for one task: rows, columns, panels or terms; `end` is how many rows all tasks have.
 */
export const dotFields = [
  "phase",
  "lhs",
  "rhs",
  "result",
  "lhsPanels",
  "rhsPanels",
  "scratch",
  "m",
  "n",
  "k",
  "lhsBatch",
  "lhsRow",
  "lhsTerm",
  "rhsBatch",
  "rhsColumn",
  "rhsTerm",
  "step",
  "otherStep",
  "end",
] as const;
export type DotField = (typeof dotFields)[number];

/**
 * - packLhs, packRhs: task (matrix, group of `step` panels).
 * - multiply: task (matrix, block of `step` row panels, block of `otherStep` column panels) of the packed operands.
 * - small: task = `step` rows of all matrices, straight from the operands.
 * - rows: the operand "lhs" is a matrix of contiguous terms, "rhs" a contiguous vector (n = 1): task = `step` rows.
 * - columns: "lhs" is a vector (m = 1), "rhs" has contiguous columns: task (matrix, block of `step` columns).
 * - parts: inner products of two contiguous vectors (m = n = 1): task (matrix, `step` terms), sums into `scratch`.
 * - total: adds up the parts of one matrix, `otherStep` of them.
 * - nonzero: int32 at `scratch` to bool at `result`, k of them.
 */
export const dotPhases = [
  "packLhs",
  "packRhs",
  "multiply",
  "small",
  "rows",
  "columns",
  "parts",
  "total",
  "nonzero",
] as const;
export type DotPhase = (typeof dotPhases)[number];

/** Terms whose panels stay in the caches while a block is multiplied. */
const blockTerms = 256;

/** Bytes of scratch the multiplication of one block needs: a tile that reaches over the edge of the result. */
export const tileBytes = 256;

type Read = (name: DotField) => Expr;
type Phase = (f: FunctionBuilder, read: Read, index: Local) => void;

/** The module of all products of one dtype; `fused` with fused multiply-adds, which not every browser has. */
export function dotModule(dtype: DotType, { fused }: { readonly fused: boolean }): ModuleBuilder {
  const module = new ModuleBuilder();
  const kind = arithmeticOf(dtype);
  const phases: Record<DotPhase, Phase> = {
    packLhs: packPhase(module, kind, "lhs"),
    packRhs: packPhase(module, kind, "rhs"),
    multiply: multiplyPhase(module, kind, fused),
    small: smallPhase(module, kind),
    ...innerProductPhases(module, kind),
    columns: columnsPhase(module, kind),
    nonzero: nonzeroPhase(module),
  };
  const task = module.function(["i32", "i32"], [], (f, args, index) => {
    const read: Read = (name) => load("i32.load", args, 4 * dotFields.indexOf(name));
    const phase = f.let(read("phase"));
    dotPhases.forEach((name, number) => {
      f.if(op("i32.eq", phase, i32(number)), () => {
        phases[name](f, read, index);
        f.return();
      });
    });
    return [];
  });
  module.export("task", task);
  return module;
}

const add = (...values: Expr[]): Expr => values.reduce((a, b) => op("i32.add", a, b));
const times = (a: Expr, b: Expr): Expr => op("i32.mul", a, b);
const minus = (a: Expr, b: Expr): Expr => op("i32.sub", a, b);

function atMost(f: FunctionBuilder, value: Expr, limit: Expr): Local {
  const result = f.let(value);
  const most = f.let(limit);
  f.if(op("i32.gt_s", result, most), () => f.set(result, most));
  return result;
}

/** How many groups of `size` hold `count` things. */
const groups = (count: Expr, size: Expr): Expr => op("i32.div_u", minus(add(count, size), i32(1)), size);

/** Splits a task's number into that of a matrix and of a group within it, `count` groups each. */
function split(f: FunctionBuilder, index: Expr, count: Expr): [Local, Local] {
  const divisor = f.let(count);
  return [f.let(op("i32.div_u", index, divisor)), f.let(op("i32.rem_u", index, divisor))];
}

function packPhase(module: ModuleBuilder, kind: Arithmetic, side: "lhs" | "rhs"): Phase {
  const width = side === "lhs" ? tileRows : tileColumns(kind);
  const pack = definePack(module, kind, width);
  return (f, read, index) => {
    const lines = f.let(read(side === "lhs" ? "m" : "n"));
    const stride = f.let(read(side === "lhs" ? "lhsRow" : "rhsColumn"));
    const terms = f.let(read("k"));
    const panels = f.let(groups(lines, i32(width)));
    const [matrix, group] = split(f, index, groups(panels, read("step")));
    const panel = f.let(times(group, read("step")));
    const end = atMost(f, add(panel, read("step")), panels);
    const source = f.let(add(read(side), times(matrix, read(`${side}Batch`))));
    f.for(panel, end, 1, () => {
      const line = f.let(times(panel, i32(width)));
      const to = add(
        read(`${side}Panels`),
        times(times(add(times(matrix, panels), panel), terms), i32(width * kind.size)),
      );
      const from = add(source, times(line, stride));
      f.callMulti(
        pack,
        from,
        to,
        atMost(f, minus(lines, line), i32(width)),
        terms,
        stride,
        read(`${side}Term`),
      );
    });
  };
}

function multiplyPhase(module: ModuleBuilder, kind: Arithmetic, fused: boolean): Phase {
  const panel = definePanel(module, kind, fused);
  const columns = tileColumns(kind);
  return (f, read, index) => {
    const [m, n, k] = [f.let(read("m")), f.let(read("n")), f.let(read("k"))];
    const rowPanels = f.let(groups(m, i32(tileRows)));
    const columnPanels = f.let(groups(n, i32(columns)));
    const columnBlocks = f.let(groups(columnPanels, read("otherStep")));
    const rowBlocks = f.let(groups(rowPanels, read("step")));
    const [matrix, block] = split(f, index, times(rowBlocks, columnBlocks));
    const [columnBlock, rowBlock] = split(f, block, rowBlocks);
    const firstRow = f.let(times(rowBlock, read("step")));
    const rowPanelCount = atMost(f, read("step"), minus(rowPanels, firstRow));
    const firstColumn = f.let(times(columnBlock, read("otherStep")));
    const endColumn = atMost(f, add(firstColumn, read("otherStep")), columnPanels);
    const panelOf = (base: Expr, count: Expr, number: Expr, width: number): Expr =>
      add(base, times(times(add(times(matrix, count), number), k), i32(width * kind.size)));
    const lhs = f.let(panelOf(read("lhsPanels"), rowPanels, firstRow, tileRows));
    const rowStride = f.let(op("i32.shl", n, i32(kind.shift)));
    const rows = f.let(minus(m, times(firstRow, i32(tileRows))));
    const result = f.let(
      add(read("result"), times(add(times(matrix, m), times(firstRow, i32(tileRows))), rowStride)),
    );
    const scratch = f.let(add(read("scratch"), times(index, i32(tileBytes))));
    const term = f.local("i32");
    f.for(term, k, blockTerms, () => {
      const terms = atMost(f, minus(k, term), i32(blockTerms));
      const column = f.local("i32");
      f.set(column, firstColumn);
      f.for(column, endColumn, 1, () => {
        const rhs = add(
          panelOf(read("rhsPanels"), columnPanels, column, columns),
          times(term, i32(columns * kind.size)),
        );
        const from = f.let(times(column, i32(columns)));
        f.callMulti(
          panel,
          terms,
          add(lhs, times(term, i32(tileRows * kind.size))),
          times(k, i32(tileRows * kind.size)),
          rhs,
          add(result, op("i32.shl", from, i32(kind.shift))),
          rowStride,
          rowPanelCount,
          rows,
          minus(n, from),
          op("i32.ne", term, i32(0)),
          scratch,
        );
      });
    });
  };
}

/**
 * `panel(terms, lhs, lhsStride, rhs, to, stride, count, rows, columns, adds, scratch)`: `count` panels of the left
 * operand, `lhsStride` apart, with one of the right; only `rows` rows and `columns` columns of the result exist.
 */
function definePanel(module: ModuleBuilder, kind: Arithmetic, fused: boolean): FunctionRef {
  const tiles = Array.from({ length: tileRows }, (_, k) => defineTile(module, kind, k + 1, fused));
  const width = tileColumns(kind);
  return module.function(
    new Array<"i32">(11).fill("i32"),
    [],
    (f, terms, lhs, lhsStride, rhs, to, stride, count, rows, columns, adds, scratch) => {
      const [target, targetStride] = [f.local("i32"), f.local("i32")];
      const reachesOver = f.let(op("i32.lt_s", columns, i32(width)));
      const accumulates = f.let(op("i32.and", adds, op("i32.eqz", reachesOver)));
      f.while(
        () => count,
        () => {
          f.set(target, to);
          f.set(targetStride, stride);
          f.if(reachesOver, () => {
            f.set(target, scratch);
            f.set(targetStride, i32(width * kind.size));
          });
          f.block((done) => {
            tiles.toReversed().forEach((tile, k) => {
              f.if(op("i32.ge_s", rows, i32(tileRows - k)), () => {
                f.callMulti(tile, terms, lhs, rhs, target, targetStride, accumulates);
                f.break(done);
              });
            });
          });
          f.if(reachesOver, () => copyTile(f, kind, { scratch, to, stride, rows, columns, adds }));
          f.set(lhs, add(lhs, lhsStride));
          f.set(to, add(to, times(stride, i32(tileRows))));
          f.set(rows, minus(rows, i32(tileRows)));
          f.set(count, minus(count, i32(1)));
        },
      );
      return [];
    },
  );
}

/** Adds or copies the part of a tile that lies in the result. */
function copyTile(
  f: FunctionBuilder,
  kind: Arithmetic,
  at: Record<"scratch" | "to" | "stride" | "rows" | "columns" | "adds", Expr>,
): void {
  const [row, column, from, to] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
  f.set(row, i32(0));
  f.for(row, atMost(f, at.rows, i32(tileRows)), 1, () => {
    f.set(from, add(at.scratch, times(row, i32(tileColumns(kind) * kind.size))));
    f.set(to, add(at.to, times(row, at.stride)));
    f.set(column, i32(0));
    f.for(column, at.columns, 1, () => {
      const value = loadElement(kind, from);
      f.if(
        at.adds,
        () => f.do(storeElement(kind, to, op(`${kind.scalar}.add`, loadElement(kind, to), value))),
        () => f.do(storeElement(kind, to, value)),
      );
      f.set(from, add(from, i32(kind.size)));
      f.set(to, add(to, i32(kind.size)));
    });
  });
}

function smallPhase(module: ModuleBuilder, kind: Arithmetic): Phase {
  const smallRow = defineSmallRow(module, kind);
  return (f, read, index) => {
    const [m, n] = [f.let(read("m")), f.let(read("n"))];
    const row = f.let(times(index, read("step")));
    const end = atMost(f, add(row, read("step")), read("end"));
    f.for(row, end, 1, () => {
      const [matrix, line] = split(f, row, m);
      f.callMulti(
        smallRow,
        n,
        read("k"),
        add(read("lhs"), times(matrix, read("lhsBatch")), times(line, read("lhsRow"))),
        read("lhsTerm"),
        add(read("rhs"), times(matrix, read("rhsBatch"))),
        read("rhsTerm"),
        read("rhsColumn"),
        add(read("result"), op("i32.shl", times(row, n), i32(kind.shift))),
      );
    });
  };
}

function innerProductPhases(
  module: ModuleBuilder,
  kind: Arithmetic,
): Record<"rows" | "parts" | "total", Phase> {
  const inner = defineInnerProduct(module, kind);
  const type = totalType(kind);
  const bytes = type === "i32" ? 4 : 8;
  const rounded = (value: Expr): Expr => (kind.scalar === "f32" ? op("f32.demote_f64", value) : value);
  const elements = (count: Expr): Expr => op("i32.shl", count, i32(kind.shift));
  return {
    rows: (f, read, index) => {
      const m = f.let(read("m"));
      const row = f.let(times(index, read("step")));
      const end = atMost(f, add(row, read("step")), read("end"));
      f.for(row, end, 1, () => {
        const [matrix, line] = split(f, row, m);
        const lhs = add(read("lhs"), times(matrix, read("lhsBatch")), times(line, read("lhsRow")));
        const rhs = add(read("rhs"), times(matrix, read("rhsBatch")));
        const sum = rounded(f.call(inner, read("k"), lhs, rhs));
        f.do(storeElement(kind, add(read("result"), elements(row)), sum));
      });
    },
    parts: (f, read, index) => {
      const [matrix, part] = split(f, index, read("otherStep"));
      const first = f.let(times(part, read("step")));
      const at = (side: "lhs" | "rhs"): Expr =>
        add(read(side), times(matrix, read(`${side}Batch`)), elements(first));
      const terms = atMost(f, minus(read("k"), first), read("step"));
      const to = add(read("scratch"), times(index, i32(bytes)));
      const sum = f.call(inner, terms, at("lhs"), at("rhs"));
      f.do(storeElement({ ...kind, scalar: type as Arithmetic["scalar"] }, to, sum));
    },
    total: (f, read, index) => {
      const total = f.local(type);
      const part = f.let(times(index, read("otherStep")));
      const end = f.let(add(part, read("otherStep")));
      f.for(part, end, 1, () => {
        const value = load(`${type}.load`, add(read("scratch"), times(part, i32(bytes))));
        f.set(total, op(`${type}.add`, total, value));
      });
      f.do(storeElement(kind, add(read("result"), elements(index)), rounded(total)));
    },
  };
}

function columnsPhase(module: ModuleBuilder, kind: Arithmetic): Phase {
  const rowSum = defineRowSum(module, kind);
  return (f, read, index) => {
    const n = f.let(read("n"));
    const [matrix, block] = split(f, index, groups(n, read("step")));
    const column = f.let(times(block, read("step")));
    const offset = f.let(op("i32.shl", column, i32(kind.shift)));
    f.callMulti(
      rowSum,
      atMost(f, minus(n, column), read("step")),
      read("k"),
      add(read("lhs"), times(matrix, read("lhsBatch"))),
      read("lhsTerm"),
      add(read("rhs"), times(matrix, read("rhsBatch")), offset),
      read("rhsTerm"),
      add(read("result"), op("i32.shl", times(matrix, n), i32(kind.shift)), offset),
    );
  };
}

function nonzeroPhase(module: ModuleBuilder): Phase {
  const nonzero = defineNonzero(module);
  return (f, read) => void f.callMulti(nonzero, read("k"), read("scratch"), read("result"));
}
