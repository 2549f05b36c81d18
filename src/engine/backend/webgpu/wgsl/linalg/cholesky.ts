import { output } from "../../plan.ts";
import { notANumber, panel, type MatrixPlan } from "./matrix-plan.ts";

/**
 * Right-looking by panels. Within a panel every element of a column waits only for columns before it: one thread a row
 * finds the pivot for itself, and the diagonal is kept aside until nobody reads the pivots any more.
 */
export function planCholesky(plan: MatrixPlan, n: number): void {
  const matrix = output(0);
  const diagonal = plan.memory(n);
  plan.evaluate(0, matrix, n, n);

  // Numbers: n, column, start of its panel, rows from the diagonal down.
  const column = plan.each((w) => {
    const [size, k, start, rows] = [w.number(0), w.number(1), w.number(2), w.number(3)];
    const a = w.buffer(matrix, true);
    return [
      `let base = unit / ${rows} * ${size} * ${size};`,
      `let i = ${k} + unit % ${rows};`,
      `let own = base + i * ${size};`,
      `let top = base + ${k} * ${size};`,
      `var square = ${a}[top + ${k}];`,
      `var value = ${a}[own + ${k}];`,
      `for (var j = ${start}; j < ${k}; j += 1u) {`,
      `  let factor = ${a}[top + j];`,
      "  square -= factor * factor;",
      `  value -= ${a}[own + j] * factor;`,
      "}",
      // Positive, by its bits: NaN and negative numbers are not.
      `let root = select(${notANumber(w)}, sqrt(square), bitcast<u32>(square) - 1u < 0x7f800000u);`,
      `if (i == ${k}) { ${w.buffer(diagonal, true)}[unit / ${rows} * ${size} + ${k}] = root; }`,
      `else { ${a}[own + ${k}] = value / root; }`,
    ];
  });
  // Numbers: n, start and end of the panel, rows left.
  const rest = plan.each((w) => {
    const [size, start, end, rows] = [w.number(0), w.number(1), w.number(2), w.number(3)];
    const a = w.buffer(matrix, true);
    return [
      `let i = ${end} + unit / ${rows} % ${rows};`,
      `let j = ${end} + unit % ${rows};`,
      "if (j > i) { return; }",
      `let base = unit / (${rows} * ${rows}) * ${size} * ${size};`,
      `var value = ${a}[base + i * ${size} + j];`,
      `for (var k = ${start}; k < ${end}; k += 1u) {`,
      `  value -= ${a}[base + i * ${size} + k] * ${a}[base + j * ${size} + k];`,
      "}",
      `${a}[base + i * ${size} + j] = value;`,
    ];
  });
  for (let start = 0; start < n; start += panel) {
    const end = Math.min(start + panel, n);
    for (let k = start; k < end; k++) column(plan.batch * (n - k), k - start + 1, n, k, start, n - k);
    rest(plan.batch * (n - end) ** 2, panel, n, start, end, n - end);
  }
  finish(plan, n);

  function finish(to: MatrixPlan, size: number): void {
    const run = to.each((w) => {
      const length = w.number(0);
      const a = w.buffer(matrix, true);
      const d = w.buffer(diagonal);
      return [
        `let j = unit % ${length};`,
        `let i = unit / ${length} % ${length};`,
        `let first = unit / (${length} * ${length}) * ${length};`,
        // A failure spreads down to the last element of the diagonal.
        `let failed = (bitcast<u32>(${d}[first + ${length} - 1u]) & 0x7fffffffu) > 0x7f800000u;`,
        `if (failed) { ${a}[unit] = ${notANumber(w)}; }`,
        `else if (i == j) { ${a}[unit] = ${d}[first + i]; }`,
        `else if (j > i) { ${a}[unit] = 0f; }`,
      ];
    });
    run(to.batch * size * size, 1, size);
  }
}
