import type { BufferRef } from "../../plan.ts";
import { isUnusual, notANumber, shareOf, type MatrixPlan, type Writer } from "./matrix-plan.ts";

/** Sweeps that are dispatched; those after the last rotation find nothing to do. */
export function mostSweeps(n: number): number {
  return Math.ceil(Math.log2(Math.max(n, 2))) + 6;
}

/** Pairs of a round, and rounds of a sweep: every two of n indices (one more when n is odd) meet once in a sweep. */
export function pairsOf(n: number): number {
  return Math.ceil(n / 2);
}

export function roundsOf(n: number): number {
  return 2 * pairsOf(n) - 1;
}

/**
 * The function `pair_of(k, round, rounds)`: the k-th pair of a round-robin tournament, smaller index first. One player
 * stays, the others move around a table.
 */
export function declarePairs(w: Writer): void {
  w.shader.declare(
    [
      "fn pair_of(k: u32, turn: u32, rounds: u32) -> vec2<u32> {",
      "  let ahead = turn + k;",
      "  let a = select(ahead, ahead - rounds, ahead >= rounds);",
      "  let behind = select(turn + rounds - k, turn - k, turn >= k);",
      "  let b = select(behind, rounds, k == 0u);",
      "  return vec2<u32>(min(a, b), max(a, b));",
      "}",
    ].join("\n"),
  );
}

/**
 * Brings every matrix of `words` numbers near 1 by a power of two, kept in the memory returned: NaN where the matrix
 * holds NaN or infinities; then the whole matrix becomes NaN.
 */
export function planScale(plan: MatrixPlan, matrix: BufferRef, words: number): BufferRef {
  const scales = plan.memory(1);
  const find = plan.cooperate((w) => [
    "var largest = 0f;",
    "var strange = 0f;",
    shareOf(w, "i", `unit * ${w.number(0)}`, `(unit + 1u) * ${w.number(0)}`),
    `  let value = ${w.buffer(matrix)}[i];`,
    `  if (${isUnusual("value")}) { strange = 1f; } else { largest = max(largest, abs(value)); }`,
    "}",
    ...w.join(["largest", "strange"], (left, right) => `max(${left}, ${right})`),
    // The exponent's bits alone are the power of two; not so small that dividing by it would overflow.
    "var scale = bitcast<f32>(max(bitcast<u32>(largest) & 0x7f800000u, 0x01000000u));",
    "if (largest == 0f) { scale = 1f; }",
    `if (strange > 0f) { scale = ${notANumber(w)}; }`,
    `${w.team === 1 ? "" : "if (lane == 0u) "}{ ${w.buffer(scales, true)}[unit] = scale; }`,
  ]);
  find(plan.batch, words, words);
  const apply = plan.each((w) => [
    `let scale = ${w.buffer(scales)}[unit / ${w.number(0)}];`,
    `let a = ${w.buffer(matrix, true)}[unit];`,
    `${w.buffer(matrix, true)}[unit] = select(a / scale, ${notANumber(w)}, ${isUnusual("scale")});`,
  ]);
  apply(plan.batch * words, 1, words);
  return scales;
}

/** Zeroed words, one a sweep and matrix: whether the sweep rotated anything. */
export function planFlags(plan: MatrixPlan, n: number): BufferRef {
  const flags = plan.memory(mostSweeps(n));
  const clear = plan.each((w) => [`${w.buffer(flags, true, "u32")}[unit] = 0u;`]);
  clear(plan.batch * mostSweeps(n), 1);
  return flags;
}

/**
 * The sign, 1 or -1, that makes the last component of some size of each of `count` unit vectors positive: vectors are
 * determined up to their sign, and so both backends choose the same.
 */
export function planSigns(plan: MatrixPlan, vectors: BufferRef, count: number, length: number): BufferRef {
  const signs = plan.memory(count);
  const run = plan.each((w) => [
    "var sign = 1f;",
    `let least = 0.5f / sqrt(f32(${w.number(0)}));`,
    `for (var i = ${w.number(0)}; i > 0u; i -= 1u) {`,
    `  let part = ${w.buffer(vectors)}[unit * ${w.number(0)} + i - 1u];`,
    "  if (abs(part) >= least) {",
    "    sign = select(1f, -1f, part < 0f);",
    "    break;",
    "  }",
    "}",
    `${w.buffer(signs, true)}[unit] = sign;`,
  ]);
  run(plan.batch * count, length, length);
  return signs;
}

/**
 * Where each of n values belongs in order: `order[rank]` is its index, and `target[rank]` becomes value times scale.
 * `before` compares two values.
 */
export function planOrder(
  plan: MatrixPlan,
  values: { readonly from: BufferRef; readonly place: (matrix: string, i: string, n: string) => string },
  n: number,
  before: "<" | ">",
  scales: BufferRef,
  target: BufferRef,
): BufferRef {
  const order = plan.memory(n);
  const run = plan.each((w) => {
    const count = w.number(0);
    const value = (i: string): string => `${w.buffer(values.from)}[${values.place("matrix", i, count)}]`;
    return [
      `let matrix = unit / ${count};`,
      `let i = unit % ${count};`,
      `let scale = ${w.buffer(scales)}[matrix];`,
      `let own = ${value("i")};`,
      "var rank = 0u;",
      `for (var j = 0u; j < ${count}; j += 1u) {`,
      `  let rival = ${value("j")};`,
      `  rank += select(0u, 1u, rival ${before} own || (rival == own && j < i));`,
      "}",
      // Without numbers there is no order: everything stays in its place.
      `let strange = ${isUnusual("scale")};`,
      "rank = select(rank, i, strange);",
      `${w.buffer(order, true, "u32")}[matrix * ${count} + rank] = i;`,
      `${w.buffer(target, true)}[matrix * ${count} + rank] = select(own * scale, ${notANumber(w)}, strange);`,
    ];
  });
  run(plan.batch * n, n, n);
  return order;
}
