import type { SortKernel } from "../../../kernel/kernel.ts";
import type { Tuning } from "../device.ts";
import { output, type Plan } from "../plan.ts";
import { splat, toStore } from "./body.ts";
import { planRadix } from "./radix-sort.ts";
import { Shader, storedType } from "./shader.ts";
import { bodyAt, rankText } from "./sort-key.ts";

/** Rows as short as this are always sorted by comparing, ... */
const fewElements = 32;
/** ... longer ones only up to this many comparisons together. */
const mostComparisons = 2 ** 26;

/** Sorts by (rank, position), the rank a uint32 that orders keys as wanted. */
export function planSort(kernel: SortKernel, tuning: Tuning): Plan {
  const { outer, length } = kernel;
  const isShort = length <= tuning.countingSortLength && outer * length * length <= mostComparisons;
  return isShort || length <= fewElements ? planCounting(kernel, tuning) : planRadix(kernel, tuning);
}

/**
 * Each element finds its place by counting those that go before it (Knuth, TAOCP 5.2, comparison counting): nothing is
 * shared between threads. Header: elements, length.
 */
function planCounting(kernel: SortKernel, tuning: Tuning): Plan {
  const shader = new Shader(kernel.params, tuning.threads);
  const [elements, length] = [shader.header(0), shader.header(1)];
  const key = kernel.values[0]!;
  const rankAt = (column: string): { lines: readonly string[]; rank: string } => {
    const body = bodyAt(shader, kernel, "row", column);
    const stored = toStore(splat(body.emit(key), key.dtype, 1), key.dtype, 1);
    return { lines: body.lines, rank: rankText(shader, key.dtype, stored) };
  };
  const [own, other] = [rankAt("column"), rankAt("j")];
  const statements = [
    `let id = group * ${tuning.threads}u + lid;`,
    `if (id >= ${elements}) { return; }`,
    `let row = id / ${length};`,
    `let column = id % ${length};`,
    ...own.lines,
    `let rank = ${own.rank};`,
    "var before = 0u;",
    `for (var j = 0u; j < ${length}; j += 1u) {`,
    ...other.lines.map((line) => `  ${line}`),
    `  let rival = ${other.rank};`,
    "  before += select(0u, 1u, rival < rank || (rival == rank && j < column));",
    "}",
    ...permute(shader, kernel, "row", "column", `row * ${length} + before`),
  ];
  const count = kernel.outer * kernel.length;
  const groups = Math.ceil(count / tuning.threads);
  const pass = shader.pass(statements, [count, kernel.length], groups, count * kernel.length);
  return { passes: [pass], temporaries: [] };
}

/** Statements that write every output at `place` with its value at `position` of `row`. */
function permute(shader: Shader, kernel: SortKernel, row: string, position: string, place: string): string[] {
  const body = bodyAt(shader, kernel, row, position);
  const stores = kernel.values.map((value, k) => {
    const target = shader.bind(output(k), true, storedType(value.dtype));
    return `${target.name}[${place}] = ${toStore(splat(body.emit(value), value.dtype, 1), value.dtype, 1)};`;
  });
  return [...body.lines, ...stores];
}
