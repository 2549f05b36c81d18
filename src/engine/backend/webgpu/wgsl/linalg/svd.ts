import type { LinalgKernel } from "../../../../kernel/kernel.ts";
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
  // Columns are filled up with zeros to whole blocks of four.
  const height = Math.ceil(n / 4) * 4;
  const x = plan.memory(n * height);
  const turned = plan.memory(operation.vectors ? n * height : 4);
  // Numbers: m, n, height.
  const triangle = plan.each((w) => [
    `let i = unit % ${w.number(2)};`,
    `let j = unit / ${w.number(2)} % ${w.number(1)};`,
    `let base = unit / (${w.number(2)} * ${w.number(1)}) * ${w.number(0)} * ${w.number(1)};`,
    `let value = ${w.buffer(matrix)}[base + clamp(i, j, ${w.number(1)} - 1u) * ${w.number(0)} + j];`,
    `${w.buffer(x, true)}[unit] = select(0f, value, i >= j && i < ${w.number(1)});`,
  ]);
  triangle(plan.batch * n * height, 1, m, n, height);
  if (operation.vectors) planUnit(plan, turned, height, n);
  orthogonalize(plan, x, operation.vectors ? turned : undefined, n, height);
  const lengths = plan.memory(n);
  const measure = plan.cooperate((w) => [
    "var sum = 0f;",
    shareOf(w, "i", `unit * ${w.number(0)}`, `(unit + 1u) * ${w.number(0)}`),
    `  sum += ${w.buffer(x)}[i] * ${w.buffer(x)}[i];`,
    "}",
    ...w.join(["sum"], (left, right) => `${left} + ${right}`),
    `${w.team === 1 ? "" : "if (lane == 0u) "}{ ${w.buffer(lengths, true)}[unit] = sqrt(sum); }`,
  ]);
  measure(plan.batch * n, height, height);
  const place = (b: string, i: string, count: string): string => `${b} * ${count} + ${i}`;
  const order = planOrder(plan, { from: lengths, place }, n, ">", scales, output(0));
  if (!operation.vectors) return;

  const count = operation.full ? m : n;
  const u = plan.memory(m * count);
  const sorted = plan.memory(n * n);
  const v = plan.memory(n * n);
  gatherColumns(plan, { from: turned, order, n, height }, u, m, count);
  planApplyQ(plan, { columns: matrix, taus, m, n }, u, count, false);
  gatherColumns(plan, { from: x, order, n, height }, sorted, n, n);
  // Orthonormal also where a singular value is zero, and its column says nothing.
  const reflections = planFactorQr(plan, sorted, n, n);
  planUnit(plan, v, n, n);
  planApplyQ(plan, { columns: sorted, taus: reflections, m: n, n }, v, n, true);
  const signs = planSigns(plan, v, n, n);
  straighten(plan, signs, undefined, v, n, n, n);
  straighten(plan, signs, sorted, u, m, count, n);
  planTranspose(plan, tall ? u : v, output(1), tall ? m : n, tall ? count : n);
  copy(plan, tall ? v : u, output(2), tall ? n * n : m * count);
}

/** Rounds of plane rotations of pairs of columns, until all are orthogonal to a float32's precision. */
function orthogonalize(
  plan: MatrixPlan,
  x: BufferRef,
  turned: BufferRef | undefined,
  n: number,
  height: number,
): void {
  const flags = planFlags(plan, n);
  const round = plan.cooperate((w) => turnPair(w, x, turned, flags, n));
  const [pairs, perSweep] = [pairsOf(n), roundsOf(n)];
  for (let sweep = 0; sweep < mostSweeps(n); sweep++) {
    for (let turn = 0; turn < perSweep; turn++) {
      round(plan.batch * pairs, height, n, pairs, perSweep, turn, sweep, mostSweeps(n), height / 4);
    }
  }
}

/** Numbers: n, pairs, rounds of a sweep, round, sweep, flags a matrix, blocks of four in a column. */
function turnPair(
  w: Writer,
  x: BufferRef,
  turned: BufferRef | undefined,
  flags: BufferRef,
  size: number,
): string[] {
  const [n, pairs, sweep, height] = [w.number(0), w.number(1), w.number(4), w.number(6)];
  const a = w.buffer(x, true, "vec4<f32>");
  const flag = w.buffer(flags, true, "atomic<u32>");
  declarePairs(w);
  return [
    `let matrix = unit / ${pairs};`,
    `let first = matrix * ${w.number(5)};`,
    `let pair = pair_of(unit - matrix * ${pairs}, ${w.number(3)}, ${w.number(2)});`,
    // All threads of a team come to the same answer, though a compiler cannot know: none leaves before the barrier.
    `let idle = pair.y >= ${n} || (${sweep} > 0u && atomicLoad(&${flag}[first + max(${sweep}, 1u) - 1u]) == 0u);`,
    `let p = (matrix * ${n} + pair.x) * ${height};`,
    `let q = (matrix * ${n} + pair.y) * ${height};`,
    "var alpha = 0f;",
    "var beta = 0f;",
    "var product = 0f;",
    "if (!idle) {",
    shareOf(w, "i", "0u", height),
    `  let left = ${a}[p + i];`,
    `  let right = ${a}[q + i];`,
    "  alpha += dot(left, left);",
    "  beta += dot(right, right);",
    "  product += dot(left, right);",
    "}",
    "}",
    ...w.join(["alpha", "beta", "product"], (left, right) => `${left} + ${right}`),
    `if (idle || !(abs(product) > ${precisionOf(size)} * sqrt(alpha) * sqrt(beta))) { return; }`,
    `${w.team === 1 ? "" : "if (lane == 0u) "}{ atomicStore(&${flag}[first + ${sweep}], 1u); }`,
    "let ratio = (beta - alpha) / (2f * product);",
    "let tangent = select(-1f, 1f, ratio >= 0f) / (abs(ratio) + sqrt(1f + ratio * ratio));",
    "let cosine = 1f / sqrt(1f + tangent * tangent);",
    "let sine = cosine * tangent;",
    ...turnColumns(w, a, height),
    ...(turned === undefined ? [] : turnColumns(w, w.buffer(turned, true, "vec4<f32>"), height)),
  ];
}

function turnColumns(w: Writer, name: string, height: string): string[] {
  return [
    shareOf(w, "i", "0u", height),
    `  let left = ${name}[p + i];`,
    `  let right = ${name}[q + i];`,
    `  ${name}[p + i] = cosine * left - sine * right;`,
    `  ${name}[q + i] = sine * left + cosine * right;`,
    "}",
  ];
}

/** What rounding in products of n terms looks like, as the cosine of an angle. */
function precisionOf(n: number): string {
  const terms = 2 ** Math.ceil(Math.log2(n + 1));
  return `${(2 ** -24 * Math.max(2, Math.sqrt(terms))).toExponential()}f`;
}

/**
 * Columns of (height, n) in order, of which n rows count, as the corner of (m, count) columns; the diagonal goes on
 * with ones.
 */
function gatherColumns(
  plan: MatrixPlan,
  source: {
    readonly from: BufferRef;
    readonly order: BufferRef;
    readonly n: number;
    readonly height: number;
  },
  to: BufferRef,
  m: number,
  count: number,
): void {
  // Numbers: n, height, m, count.
  const run = plan.each((w) => {
    const [n, height, rows, columns] = [w.number(0), w.number(1), w.number(2), w.number(3)];
    return [
      `let i = unit % ${rows};`,
      `let j = unit / ${rows} % ${columns};`,
      `let first = unit / (${rows} * ${columns}) * ${n};`,
      `let inside = i < ${n} && j < ${n};`,
      `let column = ${w.buffer(source.order, false, "u32")}[select(0u, first + j, inside)];`,
      `let value = ${w.buffer(source.from)}[select(0u, (first + column) * ${height} + i, inside)];`,
      `${w.buffer(to, true)}[unit] = select(select(0f, 1f, i == j), value, inside);`,
    ];
  });
  run(plan.batch * m * count, 1, source.n, source.height, m, count);
}

/**
 * Gives the first n of `count` columns (m) their sign: `signs`, and where `r` is given, that of its diagonal, too, as
 * columns and their reflections differ by it.
 */
function straighten(
  plan: MatrixPlan,
  signs: BufferRef,
  r: BufferRef | undefined,
  columns: BufferRef,
  m: number,
  count: number,
  n: number,
): void {
  const run = plan.each((w) => [
    `let j = unit / ${w.number(0)} % ${w.number(1)};`,
    `if (j >= ${w.number(2)}) { return; }`,
    `let own = unit / (${w.number(0)} * ${w.number(1)}) * ${w.number(2)} + j;`,
    `var sign = ${w.buffer(signs)}[own];`,
    ...(r === undefined ? [] : [`if (${w.buffer(r)}[own * ${w.number(2)} + j] < 0f) { sign = -sign; }`]),
    `${w.buffer(columns, true)}[unit] *= sign;`,
  ]);
  run(plan.batch * m * count, 1, m, count, n);
}

function copy(plan: MatrixPlan, from: BufferRef, to: BufferRef, words: number): void {
  const run = plan.each((w) => [`${w.buffer(to, true)}[unit] = ${w.buffer(from)}[unit];`]);
  run(plan.batch * words, 1);
}
