import { i32, load, op, ModuleBuilder, type Expr } from "./assembler.ts";
import { arithmeticOf, storeElement, type Arithmetic, type DotType } from "./dot-arithmetic.ts";
import { multiplyPhase, packPhase } from "./dot-blocks.ts";
import {
  add,
  atMost,
  dotFields,
  dotPhases,
  groups,
  minus,
  split,
  times,
  type DotPhase,
  type Phase,
  type Read,
} from "./dot-task.ts";
import { defineInnerProduct, defineNonzero, defineRowSum, defineSmallRow, totalType } from "./dot-vector.ts";

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
