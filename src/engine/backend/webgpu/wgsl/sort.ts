import type { SortKernel } from "../../../kernel/kernel.ts";
import type { ScalarExpr } from "../../../kernel/scalar-expr.ts";
import type { Tuning } from "../device.ts";
import { output, temporary, type BufferRef, type Pass, type Plan } from "../plan.ts";
import { planScan } from "./scan.ts";
import { Body, splat, toStore } from "./body.ts";
import { uniformAxis } from "./lane-index.ts";
import { Shader, storedType } from "./shader.ts";

/** Short rows are sorted by comparing all with all, up to this many comparisons together. */
const countingLength = 1024;
const countingComparisons = 2 ** 26;
const digits = 256;
/** Elements one thread of the radix sort takes. */
const share = 1024;

/**
 * Sorts positions by (rank, position), the rank a uint32 that orders keys as wanted; then every value is evaluated at
 * the sorted positions.
 */
export function planSort(kernel: SortKernel, tuning: Tuning): Plan {
  const { outer, length } = kernel;
  const isShort =
    length <= countingLength && (length <= 32 || outer * length * length <= countingComparisons);
  return isShort ? planCounting(kernel, tuning) : planRadix(kernel, tuning);
}

function bodyAt(shader: Shader, kernel: SortKernel, row: string, column: string): Body {
  const axes = [row, column].map((text) => ({ first: `i32(${text})`, facts: uniformAxis }));
  return new Body(shader, { lanes: 1, axes, inputs: kernel.inputs });
}

/** The key's rank: NaN above everything, -0 and 0 alike. */
function rankText(shader: Shader, key: ScalarExpr, text: string): string {
  switch (key.dtype) {
    case "float32":
      return `bitcast<u32>(${shader.call("rank_f", 1, text)}) ^ 0x80000000u`;
    case "int32":
      return `bitcast<u32>(${text}) ^ 0x80000000u`;
    case "bool":
      return `select(0u, 1u, ${text})`;
    default:
      return text;
  }
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

/**
 * Each element finds its place by counting those that go before it (Knuth, TAOCP 5.2, comparison counting): nothing is
 * shared between threads. Header: elements, length.
 */
function planCounting(kernel: SortKernel, tuning: Tuning): Plan {
  const shader = new Shader(kernel.params, tuning.threads);
  const [elements, length] = [shader.header(0), shader.header(1)];
  const key = kernel.values[0]!;
  const own = bodyAt(shader, kernel, "row", "column");
  const ownRank = rankText(shader, key, own.emit(key).text);
  const other = bodyAt(shader, kernel, "row", "j");
  const otherRank = rankText(shader, key, other.emit(key).text);
  const statements = [
    `let id = group * ${tuning.threads}u + lid;`,
    `if (id >= ${elements}) { return; }`,
    `let row = id / ${length};`,
    `let column = id % ${length};`,
    ...own.lines,
    `let rank = ${ownRank};`,
    "var before = 0u;",
    `for (var j = 0u; j < ${length}; j += 1u) {`,
    ...other.lines.map((line) => `  ${line}`),
    `  let rival = ${otherRank};`,
    "  before += select(0u, 1u, rival < rank || (rival == rank && j < column));",
    "}",
    ...permute(shader, kernel, "row", "column", `row * ${length} + before`),
  ];
  const count = kernel.outer * kernel.length;
  const pass = shader.pass(
    statements,
    [count, kernel.length],
    Math.ceil(count / tuning.threads),
    count * kernel.length,
  );
  return { passes: [pass], temporaries: [] };
}

// The radix sort's temporaries: pairs (rank, position) twice, counts per (row, digit, thread), and the scan's own.
const pairsA = temporary(0);
const pairsB = temporary(1);
const counts = temporary(2);
const offsets = temporary(3);

/**
 * A radix sort from the lowest digit (Knuth, TAOCP 5.2.5), eight bits a round: every thread counts the digits of its
 * own share, the counts are scanned in digit-major order, and every thread deals its share out in order, so that the
 * sort is stable.
 */
function planRadix(kernel: SortKernel, tuning: Tuning): Plan {
  const threads = Math.ceil(kernel.length / share);
  const elements = kernel.outer * kernel.length;
  const scan = planScan(countScan(kernel.outer, digits * threads), tuning);
  const passes: Pass[] = [rankPass(kernel, tuning)];
  for (let shift = 0; shift < 32; shift += 8) {
    const [from, to] = shift % 16 === 0 ? [pairsA, pairsB] : [pairsB, pairsA];
    passes.push(countPass(kernel, tuning, from, shift));
    passes.push(...scan.passes.map((pass) => redirect(pass)));
    passes.push(dealPass(kernel, tuning, from, to, shift));
  }
  passes.push(permutePass(kernel, tuning));
  const countBytes = kernel.outer * digits * threads * 4;
  return { passes, temporaries: [elements * 8, elements * 8, countBytes, countBytes, ...scan.temporaries] };
}

function countScan(outer: number, length: number): Parameters<typeof planScan>[0] {
  const index = (axis: number): ScalarExpr => ({ op: "index", axis, dtype: "int32", args: [], id: axis });
  const width: ScalarExpr = { op: "const", value: length, dtype: "int32", args: [], id: 2 };
  const row: ScalarExpr = { op: "mul", dtype: "int32", args: [index(0), width], id: 3 };
  const at: ScalarExpr = { op: "add", dtype: "int32", args: [row, index(1)], id: 4 };
  const value: ScalarExpr = {
    op: "load",
    buffer: 0,
    dtype: "uint32",
    args: [outer === 1 ? index(1) : at],
    id: 5,
  };
  const inputs = ["uint32"] as const;
  return {
    kind: "scan",
    op: "sum",
    outer,
    length,
    inner: 1,
    reverse: false,
    inputs,
    params: [],
    outputs: inputs,
    value,
  };
}

/** Lets a pass of the counts' scan read and write this plan's temporaries. */
function redirect(pass: Pass): Pass {
  const move = (ref: BufferRef): BufferRef => {
    if (ref.kind === "input") return counts;
    return ref.kind === "output" ? offsets : temporary(4 + ref.index);
  };
  return { ...pass, bindings: pass.bindings.map(({ ref, writable }) => ({ ref: move(ref), writable })) };
}

// Header of all: rows, length, threads a row, shift.

function radixPass(
  kernel: SortKernel,
  tuning: Tuning,
  shift: number,
  threadsPerRow: number,
  write: (shader: Shader) => string[],
): Pass {
  const shader = new Shader(kernel.params, tuning.threads);
  const body = write(shader);
  const statements = [
    `let id = group * ${tuning.threads}u + lid;`,
    `if (id >= ${shader.header(0)} * ${shader.header(2)}) { return; }`,
    `let row = id / ${shader.header(2)};`,
    `let thread = id % ${shader.header(2)};`,
    ...body,
  ];
  const header = [kernel.outer, kernel.length, threadsPerRow, shift];
  const groups = Math.ceil((kernel.outer * threadsPerRow) / tuning.threads);
  return shader.pass(statements, header, groups, kernel.outer * kernel.length);
}

function rankPass(kernel: SortKernel, tuning: Tuning): Pass {
  return radixPass(kernel, tuning, 0, kernel.length, (shader) => {
    const body = bodyAt(shader, kernel, "row", "thread");
    const rank = rankText(shader, kernel.values[0]!, body.emit(kernel.values[0]!).text);
    const target = shader.bind(pairsA, true, "vec2<u32>");
    return [...body.lines, `${target.name}[id] = vec2<u32>(${rank}, thread);`];
  });
}

function permutePass(kernel: SortKernel, tuning: Tuning): Pass {
  return radixPass(kernel, tuning, 0, kernel.length, (shader) => {
    const pairs = shader.bind(pairsA, false, "vec2<u32>");
    return [`let origin = ${pairs.name}[id].y;`, ...permute(shader, kernel, "row", "origin", "id")];
  });
}

/** Statements that walk this thread's share: `pair` and `slot`, the place of its digit's count. */
function walkShare(shader: Shader, from: BufferRef, statements: readonly string[]): string[] {
  const pairs = shader.bind(from, false, "vec2<u32>");
  const [length, threads, shift] = [shader.header(1), shader.header(2), shader.header(3)];
  return [
    `let first = row * ${digits}u * ${threads} + thread;`,
    `let end = min((thread + 1u) * ${share}u, ${length});`,
    `for (var i = thread * ${share}u; i < end; i += 1u) {`,
    `  let pair = ${pairs.name}[row * ${length} + i];`,
    `  let slot = first + ((pair.x >> ${shift}) & ${digits - 1}u) * ${threads};`,
    ...statements.map((line) => `  ${line}`),
    "}",
  ];
}

function countPass(kernel: SortKernel, tuning: Tuning, from: BufferRef, shift: number): Pass {
  return radixPass(kernel, tuning, shift, Math.ceil(kernel.length / share), (shader) => {
    const target = shader.bind(counts, true, "u32");
    const zero = `${target.name}[row * ${digits}u * ${shader.header(2)} + d * ${shader.header(2)} + thread] = 0u;`;
    return [
      `for (var d = 0u; d < ${digits}u; d += 1u) { ${zero} }`,
      ...walkShare(shader, from, [`${target.name}[slot] += 1u;`]),
    ];
  });
}

/** The scan is inclusive: a share's first place is what stands there less its own count. */
function dealPass(kernel: SortKernel, tuning: Tuning, from: BufferRef, to: BufferRef, shift: number): Pass {
  return radixPass(kernel, tuning, shift, Math.ceil(kernel.length / share), (shader) => {
    const count = shader.bind(counts, true, "u32");
    const offset = shader.bind(offsets, false, "u32");
    const target = shader.bind(to, true, "vec2<u32>");
    return walkShare(shader, from, [
      `let left = ${count.name}[slot];`,
      `${count.name}[slot] = left - 1u;`,
      `${target.name}[row * ${shader.header(1)} + ${offset.name}[slot] - left] = pair;`,
    ]);
  });
}
