import {
  i32,
  op,
  type Expr,
  type FunctionBuilder,
  type FunctionRef,
  type ModuleBuilder,
} from "./assembler.ts";
import { loadElement, storeElement, type Arithmetic } from "./dot-arithmetic.ts";
import { definePack } from "./dot-panels.ts";
import { add, atMost, groups, minus, split, times, type Phase } from "./dot-task.ts";
import { defineTile, tileColumns, tileRows } from "./dot-tile.ts";

/** Terms whose panels stay in the caches while a block is multiplied. */
const blockTerms = 256;

/** Bytes of scratch the multiplication of one block needs: a tile that reaches over the edge of the result. */
export const tileBytes = 256;

/** Packs the panels of one operand. */
export function packPhase(module: ModuleBuilder, kind: Arithmetic, side: "lhs" | "rhs"): Phase {
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

/** Multiplies blocks of packed panels. */
export function multiplyPhase(module: ModuleBuilder, kind: Arithmetic, fused: boolean): Phase {
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
