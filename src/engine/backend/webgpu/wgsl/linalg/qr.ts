import { output, type BufferRef } from "../../plan.ts";
import { panel, shareOf, type Dispatch, type MatrixPlan, type Writer } from "./matrix-plan.ts";

/** Q and R by Householder reflections, by panels; matrices are kept by columns while they are worked on. */
export function planQr(plan: MatrixPlan, m: number, n: number, full: boolean): void {
  const rows = full ? m : Math.min(m, n);
  const columns = plan.memory(m * n);
  const q = plan.memory(m * rows);
  plan.evaluate(0, columns, m, n, true);
  const taus = planFactorQr(plan, columns, m, n);
  planUnit(plan, q, m, rows);
  planApplyQ(plan, { columns, taus, m, n }, q, rows, true);
  planTranspose(plan, q, output(0), m, rows);

  // Numbers: m, n, rows of R.
  const upper = plan.each((w) => [
    `let j = unit % ${w.number(1)};`,
    `let i = unit / ${w.number(1)} % ${w.number(2)};`,
    `let base = unit / (${w.number(1)} * ${w.number(2)}) * ${w.number(0)} * ${w.number(1)};`,
    // Memory is within bounds either way; only the upper triangle is R.
    `let value = ${w.buffer(columns)}[base + j * ${w.number(0)} + min(i, j)];`,
    `${w.buffer(output(1), true)}[unit] = select(0f, value, i <= j);`,
  ]);
  upper(plan.batch * rows * n, 1, m, n, rows);
}

/** Overwrites (m, n) columns with R and, below it, the vectors of the reflections; returns where their taus are. */
export function planFactorQr(plan: MatrixPlan, columns: BufferRef, m: number, n: number): BufferRef {
  const length = Math.min(m, n);
  const taus = plan.memory(length);
  const column = plan.cooperate((w) => reflectPanel(w, columns, taus));
  const rest = applyShader(plan, columns, taus, columns, false);
  for (let start = 0; start < length; start += panel) {
    const end = Math.min(start + panel, length);
    for (let k = start; k < end; k++) column(plan.batch, (m - k) * panel, m, n, k, end, length);
    rest(plan.batch * (n - end), (m - start) * panel * 2, m, n, start, end, length, end, n);
  }
  return taus;
}

/** What `planFactorQr` left of an (m, n) matrix. */
export interface FactoredQr {
  readonly columns: BufferRef;
  readonly taus: BufferRef;
  readonly m: number;
  readonly n: number;
}

/**
 * Replaces x, (m, count) by columns, by Q x. `identity`: x is the unit matrix, whose first columns stay zero where the
 * later reflections act.
 */
export function planApplyQ(
  plan: MatrixPlan,
  { columns, taus, m, n }: FactoredQr,
  x: BufferRef,
  count: number,
  identity: boolean,
): void {
  const length = Math.min(m, n);
  const apply = applyShader(plan, columns, taus, x, true);
  for (let start = Math.floor((length - 1) / panel) * panel; start >= 0; start -= panel) {
    const first = identity ? Math.min(start, count) : 0;
    const end = Math.min(start + panel, length);
    apply(plan.batch * (count - first), (m - start) * panel * 2, m, count, start, end, length, first, n);
  }
}

/** The unit matrix, (m, count) by columns. */
export function planUnit(plan: MatrixPlan, target: BufferRef, m: number, count: number): void {
  const run = plan.each((w) => [
    `let i = unit % ${w.number(0)};`,
    `let j = unit / ${w.number(0)} % ${w.number(1)};`,
    `${w.buffer(target, true)}[unit] = select(0f, 1f, i == j);`,
  ]);
  run(plan.batch * m * count, 1, m, count);
}

/** (m, count) by columns as (m, count) by rows. */
export function planTranspose(
  plan: MatrixPlan,
  from: BufferRef,
  to: BufferRef,
  m: number,
  count: number,
): void {
  const run = plan.each((w) => [
    `let j = unit % ${w.number(1)};`,
    `let i = unit / ${w.number(1)} % ${w.number(0)};`,
    `let base = unit / (${w.number(0)} * ${w.number(1)}) * ${w.number(0)} * ${w.number(1)};`,
    `${w.buffer(to, true)}[unit] = ${w.buffer(from)}[base + j * ${w.number(0)} + i];`,
  ]);
  run(plan.batch * m * count, 1, m, count);
}

/**
 * Applies the reflections start to end - 1, in order or from the last, to columns `first` and later of x: one thread a
 * column. Numbers: m, columns of x, start, end, reflections in all, first, columns the reflections stand in.
 */
function applyShader(
  plan: MatrixPlan,
  columns: BufferRef,
  taus: BufferRef,
  x: BufferRef,
  fromLast: boolean,
): Dispatch {
  return plan.each((w) => {
    const [m, count, start, end] = [w.number(0), w.number(1), w.number(2), w.number(3)];
    const [length, first, width] = [w.number(4), w.number(5), w.number(6)];
    const target = w.buffer(x, true);
    const v = x === columns ? target : w.buffer(columns);
    return [
      `let own = ${count} - ${first};`,
      `let matrix = unit / own;`,
      `let column = (matrix * ${count} + ${first} + unit % own) * ${m};`,
      `for (var step = ${start}; step < ${end}; step += 1u) {`,
      `let k = ${fromLast ? `${end} - 1u - (step - ${start})` : "step"};`,
      `let v = (matrix * ${width} + k) * ${m};`,
      `var sum = ${target}[column + k];`,
      `for (var i = k + 1u; i < ${m}; i += 1u) { sum += ${v}[v + i] * ${target}[column + i]; }`,
      `sum *= ${w.buffer(taus)}[matrix * ${length} + k];`,
      `${target}[column + k] -= sum;`,
      `for (var i = k + 1u; i < ${m}; i += 1u) { ${target}[column + i] -= sum * ${v}[v + i]; }`,
      "}",
    ];
  });
}

/**
 * Makes the reflection of column k and applies it to the rest of its panel. Numbers: m, n, k, end of the panel,
 * reflections in all.
 */
function reflectPanel(w: Writer, columns: BufferRef, taus: BufferRef): string[] {
  const [m, n, k] = [w.number(0), w.number(1), w.number(2)];
  const a = w.buffer(columns, true);
  return [
    `let base = unit * ${m} * ${n};`,
    `let own = base + ${k} * ${m};`,
    "var largest = 0f;",
    shareOf(w, "i", `${k} + 1u`, m),
    `  largest = max(largest, abs(${a}[own + i]));`,
    "}",
    ...w.join(["largest"], (left, right) => `max(${left}, ${right})`),
    `let alpha = ${a}[own + ${k}];`,
    "let scale = max(largest, abs(alpha));",
    "var squares = 0f;",
    shareOf(w, "i", k, m),
    `  let part = ${a}[own + i] / scale;`,
    "  squares += part * part;",
    "}",
    ...w.join(["squares"], (left, right) => `${left} + ${right}`),
    "let isNothing = largest == 0f;",
    "let length = scale * sqrt(squares);",
    "let beta = select(select(-length, length, alpha < 0f), alpha, isNothing);",
    "let tau = select((beta - alpha) / beta, 0f, isNothing);",
    "let divisor = select(alpha - beta, 1f, isNothing);",
    ...(w.team === 1 ? applyAlone(w, a) : applyTogether(w, a)),
    w.team === 1 ? "{" : "if (lane == 0u) {",
    `  ${a}[own + ${k}] = beta;`,
    `  ${w.buffer(taus, true)}[unit * ${w.number(4)} + ${k}] = tau;`,
    "}",
  ];
}

function applyAlone(w: Writer, a: string): string[] {
  const [m, k, end] = [w.number(0), w.number(2), w.number(3)];
  return [
    `for (var i = ${k} + 1u; i < ${m}; i += 1u) { ${a}[own + i] = ${a}[own + i] / divisor; }`,
    `for (var c = ${k} + 1u; c < ${end}; c += 1u) {`,
    `  let column = base + c * ${m};`,
    `  var sum = ${a}[column + ${k}];`,
    `  for (var i = ${k} + 1u; i < ${m}; i += 1u) { sum += ${a}[own + i] * ${a}[column + i]; }`,
    "  sum *= tau;",
    `  ${a}[column + ${k}] -= sum;`,
    `  for (var i = ${k} + 1u; i < ${m}; i += 1u) { ${a}[column + i] -= sum * ${a}[own + i]; }`,
    "}",
  ];
}

/** The team's threads own rows; the sums of all columns are joined at once. */
function applyTogether(w: Writer, a: string): string[] {
  const [m, k, end] = [w.number(0), w.number(2), w.number(3)];
  w.shader.declare(`var<workgroup> parts: array<f32, ${w.team * panel}>;`);
  w.shader.declare(`var<workgroup> sums: array<f32, ${panel}>;`);
  return [
    shareOf(w, "i", `${k} + 1u`, m),
    `  ${a}[own + i] = ${a}[own + i] / divisor;`,
    "}",
    `for (var c = ${k} + 1u; c < ${end}; c += 1u) {`,
    "  var part = 0f;",
    `  ${shareOf(w, "i", `${k} + 1u`, m)} part += ${a}[own + i] * ${a}[base + c * ${m} + i]; }`,
    `  parts[(c - ${k} - 1u) * ${w.team}u + lane] = part;`,
    "}",
    "workgroupBarrier();",
    `if (${k} + 1u + lane < ${end}) {`,
    `  var sum = ${a}[base + (${k} + 1u + lane) * ${m} + ${k}];`,
    `  for (var other = 0u; other < ${w.team}u; other += 1u) { sum += parts[lane * ${w.team}u + other]; }`,
    "  sums[lane] = tau * sum;",
    "}",
    "workgroupBarrier();",
    `for (var c = ${k} + 1u; c < ${end}; c += 1u) {`,
    `  let column = base + c * ${m};`,
    `  let sum = sums[c - ${k} - 1u];`,
    `  if (lane == 0u) { ${a}[column + ${k}] -= sum; }`,
    `  ${shareOf(w, "i", `${k} + 1u`, m)} ${a}[column + i] -= sum * ${a}[own + i]; }`,
    "}",
  ];
}
