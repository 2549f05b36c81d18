import type { SortKernel } from "../../../kernel/kernel.ts";
import type { Tuning } from "../device.ts";
import { output, temporary, type BufferRef, type Pass, type Plan } from "../plan.ts";
import { splat, toStore } from "./body.ts";
import { mapPass } from "./map.ts";
import { Shader, storedType } from "./shader.ts";
import { bodyAt, rankOfBits } from "./sort-key.ts";

/** Wide digits need fewer rounds but more counters: from so many elements a thread on they pay. */
const wideShare = 8192;
/** Elements that are worth a thread of their own. */
const fewestShare = 512;
/** Threads of a workgroup: few, so that every core has some. */
const groupThreads = 4;

/**
 * A radix sort from the lowest digit (Knuth, TAOCP 5.2.5). In each round every thread counts the digits of its own
 * share of a row, the counts become the places where its elements of each digit go, and it deals its share out in order,
 * so that the sort is stable. What is dealt are the bits of the keys, and the positions they came from if anything is
 * carried along; the first round reads the kernel's own key, the last one writes its outputs.
 */
export function planRadix(kernel: SortKernel, tuning: Tuning): Plan {
  const { outer, length, values } = kernel;
  const key = values[0]!;
  const most = Math.ceil(tuning.sortThreads / outer);
  const threads = Math.max(1, Math.min(most, Math.floor(length / fewestShare)));
  const share = Math.ceil(length / threads);
  const bits = key.dtype === "bool" ? 1 : share >= wideShare ? 11 : 8;
  const rounds = key.dtype === "bool" ? 1 : Math.ceil(32 / bits);
  const itemBytes = values.length > 1 ? 8 : 4;
  const size = outer * length;
  const temporaries = [
    size * itemBytes,
    size * itemBytes,
    outer * threads * 4 * 2 ** bits,
    outer * 4 * 2 ** bits,
  ];
  const passes: Pass[] = [];
  let first: Source = { kind: "key" };
  if (key.op !== "load") {
    // What takes work is done once, not in both passes of the first round.
    temporaries.push(size * 4);
    passes.push(keyPass(kernel, tuning, temporary(temporaries.length - 1)));
    first = { kind: "bits", ref: temporary(temporaries.length - 1) };
  }
  const shape = { outer, length, threads, share, bits };
  for (let round = 0; round < rounds; round += 1) {
    const from: Source = round === 0 ? first : { kind: "items", ref: temporary((round + 1) % 2) };
    const to = round === rounds - 1 ? undefined : temporary(round % 2);
    const s = { kernel, shape, shift: round * bits };
    passes.push(countPass(s, from));
    if (threads > 1) passes.push(placesPass(s), startsPass(s));
    passes.push(dealPass(s, from, to));
  }
  return { passes, temporaries };
}

const counts = temporary(2);
const totals = temporary(3);

/** Where a round finds its elements. */
type Source =
  | { readonly kind: "key" }
  | { readonly kind: "bits"; readonly ref: BufferRef }
  | { readonly kind: "items"; readonly ref: BufferRef };

interface Round {
  readonly kernel: SortKernel;
  readonly shape: {
    readonly outer: number;
    readonly length: number;
    /** Threads of a row, elements of a thread, bits of a digit. */
    readonly threads: number;
    readonly share: number;
    readonly bits: number;
  };
  readonly shift: number;
}

/** Writes the keys' bits. */
function keyPass(kernel: SortKernel, tuning: Tuning, target: BufferRef): Pass {
  const shape = [kernel.outer, kernel.length];
  const values = [kernel.values[0]!];
  return mapPass({ inputs: kernel.inputs, params: kernel.params, shape, values }, tuning, [target]);
}

// Header of all: rows, length, threads of a row, share, shift.

function roundPass(
  s: Round,
  units: number,
  groupSize: number,
  work: number,
  write: (shader: Shader) => readonly string[],
): Pass {
  const shader = new Shader(s.kernel.params, groupSize);
  const body = write(shader);
  const { outer, length, threads, share } = s.shape;
  const statements = [
    `let id = group * ${groupSize}u + lid;`,
    `if (id >= ${shader.header(5)}) { return; }`,
    ...body,
  ];
  const header = [outer, length, threads, share, s.shift, units];
  return shader.pass(statements, header, Math.ceil(units / groupSize), work);
}

/** Statements that walk a thread's share: `bits`, `origin` (where items are carried) and `digit` of each element. */
function walkShare(s: Round, shader: Shader, from: Source, use: readonly string[]): string[] {
  const { kernel, shape } = s;
  const length = shader.header(1);
  const { dtype } = kernel.values[0]!;
  const at = `row * ${length} + i`;
  const read: string[] = [];
  if (from.kind === "key") {
    const body = bodyAt(shader, kernel, "row", "i");
    const value = toStore(splat(body.emit(kernel.values[0]!), dtype, 1), dtype, 1);
    read.push(...body.lines, `let bits = bitcast<u32>(${value});`, "let origin = i;");
  } else if (from.kind === "bits") {
    read.push(`let bits = ${shader.bind(from.ref, false, "u32").name}[${at}];`, "let origin = i;");
  } else if (kernel.values.length > 1) {
    read.push(`let item = ${shader.bind(from.ref, false, "vec2<u32>").name}[${at}];`);
    read.push("let bits = item.x;", "let origin = item.y;");
  } else {
    read.push(`let bits = ${shader.bind(from.ref, false, "u32").name}[${at}];`);
  }
  const rank = rankOfBits(shader, dtype, "bits");
  return [
    `let stop = min((thread + 1u) * ${shader.header(3)}, ${length});`,
    `for (var i = thread * ${shader.header(3)}; i < stop; i += 1u) {`,
    ...read.map((line) => `  ${line}`),
    `  let digit = (${rank} >> ${shader.header(4)}) & ${2 ** shape.bits - 1}u;`,
    ...use.map((line) => `  ${line}`),
    "}",
  ];
}

/** The thread's own row, number and counters. */
function ownShare(s: Round, shader: Shader): string[] {
  return [
    `let row = id / ${shader.header(2)};`,
    `let thread = id % ${shader.header(2)};`,
    `let counters = id * ${2 ** s.shape.bits}u;`,
  ];
}

/** Counts the digits of each share; where one thread has the whole row, the counts become places at once. */
function countPass(s: Round, from: Source): Pass {
  const { outer, length, threads, bits } = s.shape;
  return roundPass(s, outer * threads, groupThreads, outer * length, (shader) => {
    const count = shader.bind(counts, true, "u32").name;
    const eachDigit = `for (var d = 0u; d < ${2 ** bits}u; d += 1u)`;
    const lines = [
      ...ownShare(s, shader),
      `${eachDigit} { ${count}[counters + d] = 0u; }`,
      ...walkShare(s, shader, from, [`${count}[counters + digit] += 1u;`]),
    ];
    return threads > 1 ? lines : [...lines, ...running(eachDigit, `${count}[counters + d]`)];
  });
}

/** Replaces numbers by the sum of those before them. */
function running(loop: string, place: string): string[] {
  return [
    "var before = 0u;",
    `${loop} {`,
    `  let own = ${place};`,
    `  ${place} = before;`,
    "  before += own;",
    "}",
  ];
}

/** For each digit of a row: what the threads before count, and the total. */
function placesPass(s: Round): Pass {
  const { outer, threads, bits } = s.shape;
  const digits = 2 ** bits;
  return roundPass(s, outer * digits, 64, outer * digits * threads, (shader) => {
    const count = shader.bind(counts, true, "u32").name;
    const total = shader.bind(totals, true, "u32").name;
    const loop = `for (var t = 0u; t < ${shader.header(2)}; t += 1u)`;
    return [
      `let row = id / ${digits}u;`,
      `let first = row * ${shader.header(2)} * ${digits}u + id % ${digits}u;`,
      ...running(loop, `${count}[first + t * ${digits}u]`),
      `${total}[id] = before;`,
    ];
  });
}

/** Where each digit starts in its row. */
function startsPass(s: Round): Pass {
  const { outer, bits } = s.shape;
  const digits = 2 ** bits;
  return roundPass(s, outer, 1, outer * digits, (shader) => {
    const total = shader.bind(totals, true, "u32").name;
    return running(`for (var d = 0u; d < ${digits}u; d += 1u)`, `${total}[id * ${digits}u + d]`);
  });
}

/** Deals each share out: to other items, or in the last round to the outputs. */
function dealPass(s: Round, from: Source, to: BufferRef | undefined): Pass {
  const { outer, length, threads, bits } = s.shape;
  const digits = 2 ** bits;
  return roundPass(s, outer * threads, groupThreads, outer * length, (shader) => {
    const count = shader.bind(counts, true, "u32").name;
    const lines = ownShare(s, shader);
    if (threads > 1) {
      const start = `${shader.bind(totals, false, "u32").name}[row * ${digits}u + d]`;
      lines.push(`for (var d = 0u; d < ${digits}u; d += 1u) { ${count}[counters + d] += ${start}; }`);
    }
    const deal = [
      `let left = ${count}[counters + digit];`,
      `${count}[counters + digit] = left + 1u;`,
      `let place = row * ${shader.header(1)} + left;`,
      ...(to === undefined ? results(s.kernel, shader) : [dealItem(s.kernel, shader, to)]),
    ];
    return [...lines, ...walkShare(s, shader, from, deal)];
  });
}

function dealItem(kernel: SortKernel, shader: Shader, to: BufferRef): string {
  return kernel.values.length > 1
    ? `${shader.bind(to, true, "vec2<u32>").name}[place] = vec2<u32>(bits, origin);`
    : `${shader.bind(to, true, "u32").name}[place] = bits;`;
}

/** The key is what its bits say; the other values are evaluated where they came from. */
function results(kernel: SortKernel, shader: Shader): string[] {
  const body = bodyAt(shader, kernel, "row", "origin");
  const [key, ...others] = kernel.values;
  const type = storedType(key!.dtype);
  const target = shader.bind(output(0), true, type).name;
  const stores = others.map((value, k) => {
    const { name } = shader.bind(output(k + 1), true, storedType(value.dtype));
    return `${name}[place] = ${toStore(splat(body.emit(value), value.dtype, 1), value.dtype, 1)};`;
  });
  return [`${target}[place] = bitcast<${type}>(bits);`, ...body.lines, ...stores];
}
