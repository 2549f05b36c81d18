import type { LinalgKernel } from "../../../../kernel/kernel.ts";
import { output, type BufferRef } from "../../plan.ts";
import { declarePairs, mostSweeps, pairsOf, planFlags, planOrder, planScale, roundsOf } from "./jacobi.ts";
import { shareOf, type MatrixPlan, type Writer } from "./matrix-plan.ts";
import { planApplyQ, planFactorQr, planTranspose, planUnit } from "./qr.ts";

type Svd = Extract<LinalgKernel["operation"], { op: "svd" }>;

/**
 * One-sided Jacobi on R^T of A = Q R, by the parallel ordering of `planEigh`: R^T J = V S, so A = Q J S V^T. A wide
 * matrix is taken by its rows, which are the columns of its transpose.
 */
export function planSvd(plan: MatrixPlan, operation: Svd, rows: number, columns: number): void {
  const tall = rows >= columns;
  const [m, n] = tall ? [rows, columns] : [columns, rows];
  const matrix = plan.memory(m * n);
  plan.evaluate(0, matrix, rows, columns, tall);
  const scales = planScale(plan, matrix, m * n);
  const taus = planFactorQr(plan, matrix, m, n);
  const x = plan.memory(n * n);
  const turned = plan.memory(operation.vectors ? n * n : 1);
  const triangle = plan.each((w) => [
    `let i = unit % ${w.number(1)};`,
    `let j = unit / ${w.number(1)} % ${w.number(1)};`,
    `let base = unit / (${w.number(1)} * ${w.number(1)}) * ${w.number(0)} * ${w.number(1)};`,
    `let value = ${w.buffer(matrix)}[base + max(i, j) * ${w.number(0)} + j];`,
    `${w.buffer(x, true)}[unit] = select(0f, value, i >= j);`,
  ]);
  triangle(plan.batch * n * n, 1, m, n);
  if (operation.vectors) planUnit(plan, turned, n, n);
  orthogonalize(plan, x, operation.vectors ? turned : undefined, n);
  const lengths = plan.memory(n);
  const measure = plan.cooperate((w) => [
    "var sum = 0f;",
    shareOf(w, "i", `unit * ${w.number(0)}`, `(unit + 1u) * ${w.number(0)}`),
    `  sum += ${w.buffer(x)}[i] * ${w.buffer(x)}[i];`,
    "}",
    ...w.join(["sum"], (left, right) => `${left} + ${right}`),
    `${w.team === 1 ? "" : "if (lane == 0u) "}{ ${w.buffer(lengths, true)}[unit] = sqrt(sum); }`,
  ]);
  measure(plan.batch * n, n, n);
  const place = (b: string, i: string, count: string): string => `${b} * ${count} + ${i}`;
  const order = planOrder(plan, { from: lengths, place }, n, ">", scales, output(0));
  if (!operation.vectors) return;

  const count = operation.full ? m : n;
  const u = plan.memory(m * count);
  const v = plan.memory(n * n);
  const w = plan.memory(n * n);
  gatherColumns(plan, turned, order, n, n, u, m, count);
  planApplyQ(plan, { columns: matrix, taus, m, n }, u, count, false);
  gatherColumns(plan, x, order, n, n, v, n, n);
  const signs = planFactorQr(plan, v, n, n);
  planUnit(plan, w, n, n);
  planApplyQ(plan, { columns: v, taus: signs, m: n, n }, w, n, true);
  straighten(plan, v, w, n);
  planTranspose(plan, tall ? u : w, output(1), tall ? m : n, tall ? count : n);
  copy(plan, tall ? w : u, output(2), tall ? n * n : m * count);
}

/** Rounds of plane rotations of pairs of columns, until all are orthogonal to a float32's precision. */
function orthogonalize(plan: MatrixPlan, x: BufferRef, turned: BufferRef | undefined, n: number): void {
  const flags = planFlags(plan, n);
  const round = plan.cooperate((w) => turnPair(w, x, turned, flags, n));
  const [pairs, perSweep] = [pairsOf(n), roundsOf(n)];
  for (let sweep = 0; sweep < mostSweeps(n); sweep++) {
    for (let turn = 0; turn < perSweep; turn++) {
      round(plan.batch * pairs, n * 4, n, pairs, perSweep, turn, sweep, mostSweeps(n) + 1);
    }
  }
}

/** Numbers: n, pairs, rounds of a sweep, round, sweep, flags a matrix. */
function turnPair(
  w: Writer,
  x: BufferRef,
  turned: BufferRef | undefined,
  flags: BufferRef,
  size: number,
): string[] {
  const [n, pairs, sweep] = [w.number(0), w.number(1), w.number(4)];
  const a = w.buffer(x, true);
  const flag = w.buffer(flags, true, "atomic<u32>");
  declarePairs(w);
  // Rounding in products of n terms looks like an angle of about this size.
  const precision = `${(2 ** -24 * Math.max(2, Math.sqrt(2 ** Math.ceil(Math.log2(size + 1))))).toExponential()}f`;
  const rotate = (name: string): string[] => [
    shareOf(w, "i", "0u", n),
    `  let left = ${name}[p + i];`,
    `  let right = ${name}[q + i];`,
    `  ${name}[p + i] = cosine * left - sine * right;`,
    `  ${name}[q + i] = sine * left + cosine * right;`,
    "}",
  ];
  return [
    `let matrix = unit / ${pairs};`,
    `let first = matrix * ${w.number(5)};`,
    `let pair = pair_of(unit % ${pairs}, ${w.number(3)}, ${w.number(2)});`,
    // All threads of a team come to the same answer, though a compiler cannot know: none leaves before the barrier.
    `let idle = pair.y >= ${n} || (${sweep} > 0u && atomicLoad(&${flag}[first + max(${sweep}, 1u) - 1u]) == 0u);`,
    `let p = (matrix * ${n} + pair.x) * ${n};`,
    `let q = (matrix * ${n} + pair.y) * ${n};`,
    "var alpha = 0f;",
    "var beta = 0f;",
    "var product = 0f;",
    "if (!idle) {",
    shareOf(w, "i", "0u", n),
    `  let left = ${a}[p + i];`,
    `  let right = ${a}[q + i];`,
    "  alpha += left * left;",
    "  beta += right * right;",
    "  product += left * right;",
    "}",
    "}",
    ...w.join(["alpha", "beta", "product"], (left, right) => `${left} + ${right}`),
    `if (idle || !(abs(product) > ${precision} * sqrt(alpha) * sqrt(beta))) { return; }`,
    `${w.team === 1 ? "" : "if (lane == 0u) "}{ atomicStore(&${flag}[first + ${sweep}], 1u); }`,
    "let ratio = (beta - alpha) / (2f * product);",
    "let root = abs(ratio) + sqrt(1f + ratio * ratio);",
    "let tangent = select(-1f, 1f, ratio >= 0f) / root;",
    "let cosine = 1f / sqrt(1f + tangent * tangent);",
    "let sine = cosine * tangent;",
    ...rotate(a),
    ...(turned === undefined ? [] : rotate(w.buffer(turned, true))),
  ];
}

/** Columns of (rows, columns) in order as the corner of (m, count); the diagonal goes on with ones. */
function gatherColumns(
  plan: MatrixPlan,
  from: BufferRef,
  order: BufferRef,
  rows: number,
  columns: number,
  to: BufferRef,
  m: number,
  count: number,
): void {
  // Numbers: rows, columns, m, count.
  const run = plan.each((w) => {
    const [r, c, tall, wide] = [w.number(0), w.number(1), w.number(2), w.number(3)];
    return [
      `let i = unit % ${tall};`,
      `let j = unit / ${tall} % ${wide};`,
      `let matrix = unit / (${tall} * ${wide});`,
      `let column = ${w.buffer(order, false, "u32")}[matrix * ${c} + min(j, max(${c}, 1u) - 1u)];`,
      `let inside = i < ${r} && j < ${c};`,
      `let value = ${w.buffer(from)}[select(0u, (matrix * ${c} + column) * ${r} + i, inside)];`,
      `${w.buffer(to, true)}[unit] = select(select(0f, 1f, i == j), value, inside);`,
    ];
  });
  run(plan.batch * m * count, 1, rows, columns, m, count);
}

/** Gives the orthonormal columns the direction of those they were made from, by the sign of R's diagonal. */
function straighten(plan: MatrixPlan, r: BufferRef, q: BufferRef, n: number): void {
  const run = plan.each((w) => [
    `let start = unit / ${w.number(0)} * ${w.number(0)};`,
    `let j = unit / ${w.number(0)} % ${w.number(0)};`,
    `if (${w.buffer(r)}[start + j] < 0f) { ${w.buffer(q, true)}[unit] = -${w.buffer(q, true)}[unit]; }`,
  ]);
  run(plan.batch * n * n, 1, n);
}

function copy(plan: MatrixPlan, from: BufferRef, to: BufferRef, words: number): void {
  const run = plan.each((w) => [`${w.buffer(to, true)}[unit] = ${w.buffer(from)}[unit];`]);
  run(plan.batch * words, 1);
}
