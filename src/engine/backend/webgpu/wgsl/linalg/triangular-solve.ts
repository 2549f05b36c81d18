import type { LinalgKernel } from "../../../../kernel/kernel.ts";
import { output } from "../../plan.ts";
import { columnsOfThread, panel, subtractProduct, type MatrixPlan, type Writer } from "./matrix-plan.ts";

type Solve = Extract<LinalgKernel["operation"], { op: "triangular_solve" }>;

/** Substitution by panels of rows: the rows of a panel in order, one thread a right-hand side; then all rows after it. */
export function planTriangularSolve(plan: MatrixPlan, operation: Solve, m: number, n: number): void {
  const solution = output(0);
  const triangle = plan.memory(m * m);
  plan.evaluate(0, triangle, m, m);
  if (operation.columns) plan.evaluate(1, solution, n, m);
  else plan.evaluate(1, solution, m, n);

  // Numbers of both: m, n, start and end of the panel, in the order of solving.
  const [size, count, start, end] = [0, 1, 2, 3];
  const row = (w: Writer, step: string): string =>
    operation.lower ? step : `(${w.number(size)} - 1u - ${step})`;
  const element = (w: Writer, i: string, j: string): string => {
    const place = operation.columns ? `${j} * ${w.number(size)} + ${i}` : `${i} * ${w.number(count)} + ${j}`;
    return `${w.buffer(solution, true)}[base + ${place}]`;
  };
  const factor = (w: Writer, i: string, k: string): string =>
    `${w.buffer(triangle)}[corner + ${i} * ${w.number(size)} + ${k}]`;
  const subtract = (w: Writer, from: string, to: string): string[] => [
    `for (var q = ${from}; q < ${to}; q += 1u) {`,
    `  let k = ${row(w, "q")};`,
    `  value -= ${factor(w, "i", "k")} * ${element(w, "k", "j")};`,
    "}",
  ];
  const bases = (w: Writer): string[] => [
    `let base = matrix * ${w.number(size)} * ${w.number(count)};`,
    `let corner = matrix * ${w.number(size)} * ${w.number(size)};`,
  ];

  const inside = plan.each((w) => [
    `let matrix = unit / ${w.number(count)};`,
    `let j = unit % ${w.number(count)};`,
    ...bases(w),
    `for (var p = ${w.number(start)}; p < ${w.number(end)}; p += 1u) {`,
    `let i = ${row(w, "p")};`,
    `var value = ${element(w, "i", "j")};`,
    ...subtract(w, w.number(start), "p"),
    operation.unitDiagonal ? "" : `value = value / ${factor(w, "i", "i")};`,
    `${element(w, "i", "j")} = value;`,
    "}",
  ]);
  // One more number: columns a quarter of the way.
  const after = plan.each((w) => {
    const [rows, quarter] = [`(${w.number(size)} - ${w.number(end)})`, w.number(4)];
    // Neighbouring threads take neighbouring elements.
    const [fast, slow] = operation.columns ? [rows, quarter] : [quarter, rows];
    const [inner, outer] = [`unit % ${fast}`, `unit / ${fast} % ${slow}`];
    return [
      `let matrix = unit / (${fast} * ${slow});`,
      `let p = ${w.number(end)} + ${operation.columns ? inner : outer};`,
      `let j = ${operation.columns ? outer : inner};`,
      ...bases(w),
      `let i = ${row(w, "p")};`,
      ...subtractProduct({
        element: (i, j) => element(w, i, j),
        factor: (k) => factor(w, "i", k),
        row: (q) => row(w, q),
        start: w.number(start),
        end: w.number(end),
        first: "j",
        stride: quarter,
        limit: w.number(count),
      }),
    ];
  });
  const quarter = Math.ceil(n / columnsOfThread);
  for (let from = 0; from < m; from += panel) {
    const to = Math.min(from + panel, m);
    inside(plan.batch * n, panel ** 2 / 2, m, n, from, to);
    after(plan.batch * (m - to) * quarter, panel * columnsOfThread, m, n, from, to, quarter);
  }
}
