/**
 * Subtracts from a row of x (`length` numbers at `target`) the sum of factors[from + k] times the row of x at
 * `source` + k * stride, for k = 0 to count - 1. Four rows at a time, since most of the work is to load and store.
 */
export function subtractRows(
  x: Float64Array,
  target: number,
  length: number,
  factors: Float64Array,
  from: number,
  count: number,
  source: number,
  stride: number,
): void {
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const [f0, f1] = [factors[from + k]!, factors[from + k + 1]!];
    const [f2, f3] = [factors[from + k + 2]!, factors[from + k + 3]!];
    const a = source + k * stride - target;
    const [b, c, d] = [a + stride, a + 2 * stride, a + 3 * stride];
    for (let j = target; j < target + length; j++) {
      x[j] = x[j]! - f0 * x[a + j]! - f1 * x[b + j]! - f2 * x[c + j]! - f3 * x[d + j]!;
    }
  }
  for (; k < count; k++) {
    const factor = factors[from + k]!;
    const a = source + k * stride - target;
    for (let j = target; j < target + length; j++) x[j] = x[j]! - factor * x[a + j]!;
  }
}
