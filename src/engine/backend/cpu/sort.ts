import { itemsize } from "../../core/dtype.ts";
import type { SortKernel } from "../../kernel/kernel.ts";
import type { ScalarExpr } from "../../kernel/scalar-expr.ts";
import type { Storage } from "./buffers.ts";
import { Operand } from "./operand.ts";
import type { KernelArguments, KernelProgram } from "./program.ts";
import { argumentMemory, withScratch, type RoutineHost } from "./routine-host.ts";
import { recordOf, type RecordKind } from "./wasm/sort-record.ts";
import { digitBits, digitsOf, rowWorkBytes } from "./wasm/sort-row.ts";
import { sortFields, sortModule, sortPhases, type SortField, type SortPhase } from "./wasm/sort.ts";
import type { TaskFunction } from "./wasm-program.ts";

/** Rows longer than this are sorted by all threads together. */
const longRow = 2 ** 16;
/** Elements that make a task. */
const taskElements = 2 ** 14;
/** A long row is cut into at most so many blocks. */
const maxBlocks = 64;

const radix = 2 ** digitBits.long;

type Fields = Partial<Record<SortField, number>>;
type LongField =
  "values" | "result" | "length" | "rows" | "step" | "counts" | "specials" | "digits" | "radix";

/** Radix sort by the first value; the others, and their keys, are moved once, to where their positions say. */
export class SortProgram implements KernelProgram {
  readonly #host: RoutineHost;
  readonly #kernel: SortKernel;
  readonly #kind: RecordKind;
  readonly #task: TaskFunction;
  /** None for positions, which the sort itself gives. */
  readonly #operands: readonly (Operand | undefined)[];

  constructor(host: RoutineHost, kernel: SortKernel) {
    const { inputs, params, outer, length, values } = kernel;
    this.#host = host;
    this.#kernel = kernel;
    this.#kind = recordOf(values[0]!.dtype, values.length > 1);
    this.#task = compiledModule(host, this.#kind);
    const accepts = ([row, column]: readonly number[]): boolean =>
      (length === 1 || column === 1) && (outer === 1 || row === length);
    this.#operands = values.map((value, k) => {
      if (k > 0 && isPosition(value)) return undefined;
      return new Operand(host, { inputs, params, value, shape: [outer, length], accepts });
    });
  }

  run(args: KernelArguments): void {
    const { outer, length } = this.#kernel;
    if (outer * length === 0) return;
    const kind = this.#kind;
    const isLong = length > longRow;
    const step = isLong ? Math.max(longRow, Math.ceil(length / maxBlocks)) : Math.ceil(taskElements / length);
    const tasks = Math.ceil((isLong ? length : outer) / step);
    const digits = digitsOf(kind, digitBits.long);
    const sizes = [
      kind.carries ? 4 * outer * length : 0,
      isLong ? 2 * length * kind.bytes + 16 : tasks * rowWorkBytes(kind, length),
      isLong ? 4 * tasks * digits * radix : 0,
      4 * tasks,
      ...this.#operands.map((operand) => operand?.scratchBytes ?? 0),
    ];
    const block = argumentMemory(this.#host.pool);
    withScratch(this.#host.pool, sizes, ([order, work, counts, specials, ...scratch]) => {
      this.#operands.forEach((operand, k) => {
        operand?.evaluate(args, scratch[k]);
      });
      const values = this.#operands[0]!.address(args, scratch[0]);
      const result = (kind.carries ? order! : args.outputs[0]!).address;
      const fields = { values, result, length, rows: outer, step };
      if (isLong) {
        this.#sortLongRows(block, tasks, work!.address, {
          ...fields,
          counts: counts!.address,
          specials: specials!.address,
          digits,
          radix,
        });
      } else {
        const workBytes = rowWorkBytes(kind, length);
        this.#do(block, "rows", tasks, { ...fields, from: work!.address, workBytes });
      }
      if (kind.carries) this.#gather(args, block, order!, scratch);
    });
  }

  /** Moves all values to where the positions in `order` say. */
  #gather(
    args: KernelArguments,
    block: Storage,
    order: Storage,
    scratch: readonly (Storage | undefined)[],
  ): void {
    const { outer, length, values } = this.#kernel;
    const fields = { length, rows: outer, step: 4 * taskElements, order: order.address };
    const tasks = Math.ceil((outer * length) / fields.step);
    this.#operands.forEach((operand, k) => {
      const result = args.outputs[k]!.address;
      if (operand === undefined) {
        const { u8 } = this.#host.pool.memory.views;
        u8.copyWithin(result, order.address, order.address + 4 * outer * length);
      } else {
        const from = operand.address(args, scratch[k]);
        this.#do(block, gatherOf(values[k]!), tasks, { ...fields, values: from, result });
      }
    });
  }

  #sortLongRows(block: Storage, tasks: number, work: number, fields: Record<LongField, number>): void {
    const { carries, valueBytes } = this.#kind;
    const [valueStride, resultStride] = [valueBytes, carries ? 4 : valueBytes].map(
      (size) => size * fields.length,
    );
    for (let row = 0; row < fields.rows; row++) {
      const values = fields.values + row * valueStride!;
      this.#sortLong(block, tasks, work, { ...fields, values, result: fields.result + row * resultStride! });
    }
  }

  /** Sorts one row by all threads, digit by digit; digits that all keys share cost no pass. */
  #sortLong(block: Storage, tasks: number, work: number, fields: Record<LongField, number>): void {
    const { bytes, carries } = this.#kind;
    let from = work;
    let to = from + Math.ceil((fields.length * bytes) / 16) * 16;
    this.#do(block, "keys", tasks, { ...fields, to: from });
    let isCounted = true;
    for (let digit = 0; digit < fields.digits; digit++) {
      const counts = fields.counts + 4 * digit * radix;
      if (this.#isShared(counts, tasks, fields)) continue;
      this.#write(block, { from, to, counts, shift: digit * digitBits.long });
      if (!isCounted) this.#do(block, "count", tasks, {});
      this.#do(block, "places", 1, {});
      this.#do(block, "scatter", tasks, {});
      [from, to] = [to, from];
      isCounted = false;
    }
    this.#do(block, "finish", tasks, { from });
    const { i32 } = this.#host.pool.memory.views;
    const specials = fields.specials >>> 2;
    if (!carries && i32.subarray(specials, specials + tasks).includes(1)) this.#do(block, "restore", 1, {});
  }

  /** Whether all keys have one digit, by the counts of each block of them. */
  #isShared(counts: number, tasks: number, { length, step, digits }: Record<LongField, number>): boolean {
    const { i32 } = this.#host.pool.memory.views;
    const first = counts >>> 2;
    const digit = i32.subarray(first, first + radix).findIndex((count) => count > 0);
    for (let task = 0; task < tasks; task++) {
      const size = Math.min(step, length - task * step);
      if (i32[first + task * digits * radix + digit] !== size) return false;
    }
    return true;
  }

  #do(block: Storage, phase: SortPhase, tasks: number, fields: Fields): void {
    this.#write(block, { ...fields, phase: sortPhases.indexOf(phase) });
    this.#host.runTasks(this.#task, block.address, tasks);
  }

  #write({ address }: Storage, fields: Fields): void {
    const { i32 } = this.#host.pool.memory.views;
    for (const [field, value] of Object.entries(fields)) {
      i32[(address >>> 2) + sortFields.indexOf(field as SortField)] = value;
    }
  }
}

/** The position along the sorted axis. */
function isPosition(value: ScalarExpr): boolean {
  return value.op === "index" && value.axis === 1;
}

function gatherOf({ dtype }: ScalarExpr): SortPhase {
  return `gather${itemsize(dtype) as 1 | 4 | 8}`;
}

const modules = new Map<string, Uint8Array<ArrayBuffer>>();

function compiledModule(host: RoutineHost, kind: RecordKind): TaskFunction {
  const { shared } = host.pool.memory;
  const key = `${kind.dtype} ${kind.carries} ${shared}`;
  let bytes = modules.get(key);
  if (bytes === undefined) {
    bytes = sortModule(kind).finish({ shared });
    modules.set(key, bytes);
  }
  return host.functions.compile(bytes);
}
