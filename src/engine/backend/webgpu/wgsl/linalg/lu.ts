import { output } from "../../plan.ts";
import {
  columnsOfThread,
  panel,
  shareOf,
  subtractProduct,
  type MatrixPlan,
  type Writer,
} from "./matrix-plan.ts";

const matrix = output(0);
const pivots = output(1);
const permutation = output(2);

/** Right-looking by panels with partial pivoting; one pass a column, two more for what is right of the panel. */
export function planLu(plan: MatrixPlan, m: number, n: number): void {
  const length = Math.min(m, n);
  plan.evaluate(0, matrix, m, n);
  const number = plan.each((w) => [
    `${w.buffer(permutation, true, "i32")}[unit] = i32(unit % ${w.number(0)});`,
  ]);
  number(plan.batch * m, 1, m);
  const column = plan.cooperate(eliminate);
  const right = plan.each(rowsOfPanel);
  const rest = plan.each(belowPanel);
  for (let start = 0; start < length; start += panel) {
    const end = Math.min(start + panel, length);
    for (let k = start; k < end; k++) column(plan.batch, (m - k) * panel, m, n, k, end, length);
    right(plan.batch * (n - end), panel ** 2 / 2, m, n, start, end);
    const quarter = Math.ceil((n - end) / columnsOfThread);
    rest(plan.batch * (m - end) * quarter, panel * columnsOfThread, m, n, start, end, quarter);
  }
}

/** Finds the pivot of column k, exchanges rows, and subtracts row k within the panel. Numbers: m, n, k, end, length. */
function eliminate(w: Writer): string[] {
  const [m, n, k, end] = [w.number(0), w.number(1), w.number(2), w.number(3)];
  const a = w.buffer(matrix, true);
  const order = w.buffer(permutation, true, "i32");
  const lone = w.team === 1;
  return [
    `let base = unit * ${m} * ${n};`,
    `let own = base + ${k} * ${n};`,
    "var best = -1f;",
    `var place = ${k};`,
    shareOf(w, "i", k, m),
    `  let size = abs(${a}[base + i * ${n} + ${k}]);`,
    "  if (size > best) { best = size; place = i; }",
    "}",
    ...(lone ? [] : joinPivots(w)),
    "let other = base + place * " + `${n};`,
    `if (place != ${k}) {`,
    shareOf(w, "j", "0u", n),
    `  let value = ${a}[own + j];`,
    `  ${a}[own + j] = ${a}[other + j];`,
    `  ${a}[other + j] = value;`,
    "}",
    "}",
    ...w.wait(),
    `let pivot = ${a}[own + ${k}];`,
    "if (pivot != 0f) {",
    shareOf(w, "i", `${k} + 1u`, m),
    `  let row = base + i * ${n};`,
    `  let factor = ${a}[row + ${k}] / pivot;`,
    `  ${a}[row + ${k}] = factor;`,
    `  for (var j = ${k} + 1u; j < ${end}; j += 1u) { ${a}[row + j] -= factor * ${a}[own + j]; }`,
    "}",
    "}",
    lone ? "{" : "if (lane == 0u) {",
    `  ${w.buffer(pivots, true, "i32")}[unit * ${w.number(4)} + ${k}] = i32(place);`,
    `  let first = unit * ${m};`,
    `  let row = ${order}[first + ${k}];`,
    `  ${order}[first + ${k}] = ${order}[first + place];`,
    `  ${order}[first + place] = row;`,
    "}",
  ];
}

/** The largest element of the team's, the first of several. */
function joinPivots(w: Writer): string[] {
  w.shader.declare(`var<workgroup> sizes: array<f32, ${w.team}>;`);
  w.shader.declare(`var<workgroup> places: array<u32, ${w.team}>;`);
  return [
    "sizes[lane] = best;",
    "places[lane] = place;",
    "workgroupBarrier();",
    `for (var rival = 0u; rival < ${w.team}u; rival += 1u) {`,
    "  let size = sizes[rival];",
    "  if (size > best || (size == best && places[rival] < place)) { best = size; place = places[rival]; }",
    "}",
  ];
}

/** U right of the panel: one thread a column. Numbers: m, n, start, end. */
function rowsOfPanel(w: Writer): string[] {
  const [m, n, start, end] = [w.number(0), w.number(1), w.number(2), w.number(3)];
  const a = w.buffer(matrix, true);
  return [
    `let columns = ${n} - ${end};`,
    `let base = unit / columns * ${m} * ${n};`,
    `let j = ${end} + unit % columns;`,
    `for (var i = ${start} + 1u; i < ${end}; i += 1u) {`,
    `  var value = ${a}[base + i * ${n} + j];`,
    `  for (var k = ${start}; k < i; k += 1u) {`,
    `    value -= ${a}[base + i * ${n} + k] * ${a}[base + k * ${n} + j];`,
    "  }",
    `  ${a}[base + i * ${n} + j] = value;`,
    "}",
  ];
}

/** What is below and right of the panel, less L times U. Numbers: m, n, start, end, columns a quarter of the way. */
function belowPanel(w: Writer): string[] {
  const [m, n, start, end, quarter] = [w.number(0), w.number(1), w.number(2), w.number(3), w.number(4)];
  const element = (i: string, j: string): string => `${w.buffer(matrix, true)}[base + ${i} * ${n} + ${j}]`;
  return [
    `let rows = ${m} - ${end};`,
    `let base = unit / (rows * ${quarter}) * ${m} * ${n};`,
    `let i = ${end} + unit / ${quarter} % rows;`,
    `let first = ${end} + unit % ${quarter};`,
    ...subtractProduct({
      element,
      factor: (k) => element("i", k),
      row: (q) => q,
      start,
      end,
      first: "first",
      stride: quarter,
      limit: n,
    }),
  ];
}
