import {
  i32,
  load,
  memoryFill,
  ModuleBuilder,
  op,
  store,
  type Expr,
  type FunctionBuilder,
  type Local,
} from "./assembler.ts";
import type { RecordKind } from "./sort-record.ts";
import { defineRowFunctions, defineSortRow } from "./sort-row.ts";

/** What the tasks of a sort are told, an int32 each: addresses, lengths, bytes. */
export const sortFields = [
  "phase",
  "values",
  "result",
  "from",
  "to",
  "counts",
  "specials",
  "length",
  "rows",
  "step",
  "shift",
  "radix",
  "digits",
  "order",
  "workBytes",
] as const;
export type SortField = (typeof sortFields)[number];

/**
 * - rows: task = `step` rows of `length`, each sorted on its own in `workBytes` bytes at `from` for each task.
 * - keys: task = block of `step` values of one long row: records to `to`, counts of each long digit, and whether there are
 *   values that do not come back from their keys.
 * - count: task = block of records at `from`: counts of the digit at `shift`.
 * - places: where each block's records of each digit go in `to`; one task.
 * - scatter: task = block of records.
 * - finish: task = block of sorted records at `from`: values, or positions, to `result`.
 * - restore: the zeros and NaN of one long row; one task.
 * - gather1, 4, 8: task = `step` elements of all rows: `result` from `values` by the positions at `order`.
 */
export const sortPhases = [
  "rows",
  "keys",
  "count",
  "places",
  "scatter",
  "finish",
  "restore",
  "gather1",
  "gather4",
  "gather8",
] as const;
export type SortPhase = (typeof sortPhases)[number];

type Read = (name: SortField) => Expr;
type Phase = (f: FunctionBuilder, read: Read, index: Local) => void;

const add = (...values: Expr[]): Expr => values.reduce((a, b) => op("i32.add", a, b));
const times = (a: Expr, b: Expr): Expr => op("i32.mul", a, b);

function smaller(f: FunctionBuilder, a: Expr, b: Expr): Local {
  const result = f.let(a);
  const other = f.let(b);
  f.if(op("i32.gt_s", result, other), () => f.set(result, other));
  return result;
}

/** The module that sorts keys of one dtype. */
export function sortModule(kind: RecordKind): ModuleBuilder {
  const module = new ModuleBuilder();
  const phases: Record<SortPhase, Phase | undefined> = {
    ...radixPhases(module, kind),
    gather1: gatherPhase(1),
    gather4: gatherPhase(4),
    gather8: gatherPhase(8),
  };
  const task = module.function(["i32", "i32"], [], (f, args, index) => {
    const read: Read = (name) => load("i32.load", args, 4 * sortFields.indexOf(name));
    const phase = f.let(read("phase"));
    sortPhases.forEach((name, number) => {
      const body = phases[name];
      if (body === undefined) return;
      f.if(op("i32.eq", phase, i32(number)), () => {
        body(f, read, index);
        f.return();
      });
    });
    return [];
  });
  module.export("task", task);
  return module;
}

function radixPhases(
  module: ModuleBuilder,
  kind: RecordKind,
): Record<Exclude<SortPhase, `gather${number}`>, Phase | undefined> {
  const own = defineRowFunctions(module, kind);
  const { restore } = own;
  const sortRow = defineSortRow(module, kind, own);
  const resultBytes = kind.carries ? 4 : kind.valueBytes;
  /** First record and count of a task's block. */
  const block = (f: FunctionBuilder, read: Read, index: Local): [Local, Local] => {
    const first = f.let(times(index, read("step")));
    return [first, smaller(f, read("step"), op("i32.sub", read("length"), first))];
  };
  const mask = (read: Read): Expr => op("i32.shl", op("i32.sub", read("radix"), i32(1)), i32(2));
  const records = (base: Expr, first: Expr): Expr => add(base, times(first, i32(kind.bytes)));
  const digitBytes = (read: Read): Expr => op("i32.shl", read("radix"), i32(2));
  const blockBytes = (read: Read): Expr => times(read("digits"), digitBytes(read));
  return {
    rows: (f, read, index) => {
      const row = f.let(times(index, read("step")));
      const end = smaller(f, add(row, read("step")), read("rows"));
      const length = f.let(read("length"));
      const work = f.let(add(read("from"), times(index, read("workBytes"))));
      f.for(row, end, 1, () => {
        const values = add(read("values"), times(times(row, length), i32(kind.valueBytes)));
        const to = add(read("result"), times(times(row, length), i32(resultBytes)));
        f.callMulti(sortRow, values, length, to, work);
      });
    },
    keys: (f, read, index) => {
      const [first, count] = block(f, read, index);
      const to = f.let(records(read("to"), first));
      const values = add(read("values"), times(first, i32(kind.valueBytes)));
      const specials = f.call(own.readKeys, values, first, count, to);
      f.do(store("i32.store", add(read("specials"), op("i32.shl", index, i32(2))), specials));
      const counts = f.let(add(read("counts"), times(index, blockBytes(read))));
      f.do(memoryFill(counts, i32(0), blockBytes(read)));
      f.callMulti(own.countAll, to, count, counts);
    },
    count: (f, read, index) => {
      const [first, count] = block(f, read, index);
      const counts = f.let(add(read("counts"), times(index, blockBytes(read))));
      f.do(memoryFill(counts, i32(0), digitBytes(read)));
      f.callMulti(own.count, records(read("from"), first), count, counts, read("shift"), mask(read));
    },
    places: (f, read) => {
      const blocks = op("i32.div_u", add(read("length"), read("step"), i32(-1)), read("step"));
      f.callMulti(own.places, read("counts"), read("radix"), blocks, blockBytes(read), read("to"));
    },
    scatter: (f, read, index) => {
      const [first, count] = block(f, read, index);
      const places = add(read("counts"), times(index, blockBytes(read)));
      f.callMulti(own.scatter, records(read("from"), first), count, places, read("shift"), mask(read));
    },
    finish: (f, read, index) => {
      const [first, count] = block(f, read, index);
      const to = add(read("result"), times(first, i32(resultBytes)));
      f.callMulti(own.finish, records(read("from"), first), count, to);
    },
    restore:
      restore && ((f, read) => void f.callMulti(restore, read("values"), read("length"), read("result"))),
  };
}

/** Elements of one size by their positions in their row. */
function gatherPhase(bytes: 1 | 4 | 8): Phase {
  const type = bytes === 8 ? "i64" : "i32";
  const width = bytes === 1 ? "8" : "";
  return (f, read, index) => {
    const length = f.let(read("length"));
    const first = f.let(times(index, read("step")));
    const total = f.let(times(length, read("rows")));
    const end = smaller(f, add(first, read("step")), total);
    const column = f.let(op("i32.rem_u", first, length));
    const row = f.let(add(read("values"), times(op("i32.sub", first, column), i32(bytes))));
    const order = f.let(add(read("order"), op("i32.shl", first, i32(2))));
    const to = f.let(add(read("result"), times(first, i32(bytes))));
    f.for(first, end, 1, () => {
      const from = add(row, times(load("i32.load", order), i32(bytes)));
      f.do(store(`${type}.store${width}`, to, load(`${type}.load${width === "" ? "" : "8_u"}`, from)));
      f.set(to, add(to, i32(bytes)));
      f.set(order, add(order, i32(4)));
      f.set(column, add(column, i32(1)));
      f.if(op("i32.eq", column, length), () => {
        f.set(column, i32(0));
        f.set(row, add(row, times(length, i32(bytes))));
      });
    });
  };
}
