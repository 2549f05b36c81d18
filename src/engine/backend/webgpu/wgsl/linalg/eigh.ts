import { output, type BufferRef } from "../../plan.ts";
import {
  declarePairs,
  mostSweeps,
  pairsOf,
  planFlags,
  planOrder,
  planScale,
  planSigns,
  roundsOf,
} from "./jacobi.ts";
import { isUnusual, notANumber, type MatrixPlan, type Writer } from "./matrix-plan.ts";
import { planUnit } from "./qr.ts";

/** Elements this small beside the diagonal of a matrix near 1 count as zero. */
const negligible = "1e-9f";

/** Blocks one thread turns: what it knows of its own pair serves them all. */
const blocksOfThread = 8;

/** Where the rotations of a round are kept: cosine, sine and the change of the diagonal, 0 for no rotation. */
interface Buffers {
  readonly matrix: BufferRef;
  readonly vectors: BufferRef;
  readonly rotations: BufferRef;
  readonly flags: BufferRef;
}

/**
 * Cyclic Jacobi with parallel ordering (R. P. Brent, F. T. Luk, 1985). A round finds the rotations of n/2 disjoint pairs
 * of rows and columns, then turns every two by two block where two pairs meet, each by one thread, in place.
 */
export function planEigh(plan: MatrixPlan, n: number): void {
  const pairs = pairsOf(n);
  const matrix = plan.memory(n * n);
  const vectors = plan.memory(n * n);
  plan.evaluate(0, matrix, n, n);
  const scales = planScale(plan, matrix, n * n);
  const buffers = { matrix, vectors, rotations: plan.memory(pairs * 4), flags: planFlags(plan, n) };
  planUnit(plan, vectors, n, n);
  const find = plan.each((w) => findRotations(w, buffers));
  const turn = plan.each((w) => turnBlocks(w, buffers));
  const [perSweep, blocks] = [roundsOf(n), Math.ceil(pairs / blocksOfThread)];
  for (let sweep = 0; sweep < mostSweeps(n); sweep++) {
    for (let round = 0; round < perSweep; round++) {
      const numbers = [n, pairs, perSweep, round, sweep, mostSweeps(n)] as const;
      find(plan.batch * pairs, 1, ...numbers);
      turn(plan.batch * pairs * blocks, blocksOfThread * 4, ...numbers, blocks);
    }
  }
  const place = (b: string, i: string, size: string): string => `(${b} * ${size} + ${i}) * ${size} + ${i}`;
  const order = planOrder(plan, { from: matrix, place }, n, "<", scales, output(1));
  const signs = planSigns(plan, vectors, n, n);
  // Numbers: n.
  const gather = plan.each((w) => [
    `let size = ${w.number(0)};`,
    "let j = unit % size;",
    "let i = unit / size % size;",
    "let first = unit / (size * size) * size;",
    `let index = first + ${w.buffer(order, false, "u32")}[first + j];`,
    `let value = ${w.buffer(vectors)}[index * size + i] * ${w.buffer(signs)}[index];`,
    `let strange = ${isUnusual(`${w.buffer(scales)}[unit / (size * size)]`)};`,
    `${w.buffer(output(0), true)}[unit] = select(value, ${notANumber(w)}, strange);`,
  ]);
  gather(plan.batch * n * n, 1, n);
}

/** Statements that leave when the whole sweep before turned nothing. Numbers 4 and 5: sweep, flags a matrix. */
function leaveWhenDone(w: Writer, flags: BufferRef): string[] {
  const flag = w.buffer(flags, true, "atomic<u32>");
  const [sweep, count] = [w.number(4), w.number(5)];
  return [`if (${sweep} > 0u && atomicLoad(&${flag}[matrix * ${count} + ${sweep} - 1u]) == 0u) { return; }`];
}

/** The rotation that makes each pair's element beside the diagonal vanish. Numbers: n, pairs, rounds, round, sweep, flags. */
function findRotations(w: Writer, { matrix, rotations, flags }: Buffers): string[] {
  const [n, pairs, sweep, count] = [w.number(0), w.number(1), w.number(4), w.number(5)];
  const a = w.buffer(matrix);
  const target = w.buffer(rotations, true, "vec4<f32>");
  declarePairs(w);
  return [
    `let matrix = unit / ${pairs};`,
    ...leaveWhenDone(w, flags),
    `let pair = pair_of(unit - matrix * ${pairs}, ${w.number(3)}, ${w.number(2)});`,
    `${target}[unit] = vec4<f32>(1f, 0f, 0f, 0f);`,
    `if (pair.y >= ${n}) { return; }`,
    `let p = (matrix * ${n} + pair.x) * ${n};`,
    `let beside = ${a}[p + pair.y];`,
    `if (!(abs(beside) > ${negligible})) { return; }`,
    `let gap = ${a}[(matrix * ${n} + pair.y) * ${n} + pair.y] - ${a}[p + pair.x];`,
    "let ratio = gap / (2f * beside);",
    "let tangent = select(-1f, 1f, ratio >= 0f) / (abs(ratio) + sqrt(1f + ratio * ratio));",
    "let cosine = 1f / sqrt(1f + tangent * tangent);",
    `${target}[unit] = vec4<f32>(cosine, cosine * tangent, tangent * beside, 1f);`,
    `atomicStore(&${w.buffer(flags, true, "atomic<u32>")}[matrix * ${count} + ${sweep}], 1u);`,
  ];
}

/**
 * A thread has the columns of one pair, and the rows of a few pairs one after the other; of the vectors (rows) of those
 * pairs it turns two columns. Numbers: n, pairs, rounds, round, sweep, flags, threads that share a pair.
 */
function turnBlocks(w: Writer, { matrix, vectors, rotations, flags }: Buffers): string[] {
  const [n, pairs, rounds, round, blocks] = [0, 1, 2, 3, 6].map((k) => w.number(k));
  const rotation = w.buffer(rotations, false, "vec4<f32>");
  declarePairs(w);
  return [
    `let k = unit % ${pairs!};`,
    `let rest = unit / ${pairs!};`,
    `let matrix = rest / ${blocks!};`,
    ...leaveWhenDone(w, flags),
    `let base = matrix * ${n!} * ${n!};`,
    `let last = ${n!} - 1u;`,
    `let mine = pair_of(k, ${round!}, ${rounds!});`,
    `let own = ${rotation}[matrix * ${pairs!} + k];`,
    `let hasColumn = mine.y <= last;`,
    "let column = min(mine.y, last);",
    `let start = (rest - matrix * ${blocks!}) * ${blocksOfThread}u;`,
    `for (var other = start; other < min(start + ${blocksOfThread}u, ${pairs!}); other += 1u) {`,
    `let turn = ${rotation}[matrix * ${pairs!} + other];`,
    "if (own.w == 0f && turn.w == 0f) { continue; }",
    `let pair = pair_of(other, ${round!}, ${rounds!});`,
    `let p = base + pair.x * ${n!};`,
    `let q = base + min(pair.y, last) * ${n!};`,
    ...turnVectors(w.buffer(vectors, true), n!),
    ...turnBlock(w.buffer(matrix, true)),
    "}",
  ];
}

/** Columns k and k + pairs of the two vectors; there is one less of the latter when n is odd. */
function turnVectors(v: string, n: string): string[] {
  return [
    "if (turn.w != 0f) {",
    `  for (var i = k; i < ${n}; i += (${n} + 1u) / 2u) {`,
    `    let x = ${v}[p + i];`,
    `    let y = ${v}[q + i];`,
    `    ${v}[p + i] = turn.x * x - turn.y * y;`,
    `    ${v}[q + i] = turn.y * x + turn.x * y;`,
    "  }",
    "}",
  ];
}

/** The block of rows p, q and columns mine.x, mine.y; what an absent row or column gives is not stored. */
function turnBlock(a: string): string[] {
  return [
    "let hasRow = pair.y <= last;",
    "if (other == k) {",
    `  ${a}[p + mine.x] -= own.z;`,
    `  ${a}[q + mine.y] += own.z;`,
    `  ${a}[p + mine.y] = 0f;`,
    `  ${a}[q + mine.x] = 0f;`,
    "  continue;",
    "}",
    `let pp = ${a}[p + mine.x];`,
    `let pq = ${a}[p + column];`,
    `let qp = ${a}[q + mine.x];`,
    `let qq = ${a}[q + column];`,
    "let upper = vec2<f32>(turn.x * pp - turn.y * qp, turn.x * pq - turn.y * qq);",
    "let lower = vec2<f32>(turn.y * pp + turn.x * qp, turn.y * pq + turn.x * qq);",
    `${a}[p + mine.x] = own.x * upper.x - own.y * upper.y;`,
    `if (hasColumn) { ${a}[p + column] = own.y * upper.x + own.x * upper.y; }`,
    `if (hasRow) { ${a}[q + mine.x] = own.x * lower.x - own.y * lower.y; }`,
    `if (hasRow && hasColumn) { ${a}[q + column] = own.y * lower.x + own.x * lower.y; }`,
  ];
}
