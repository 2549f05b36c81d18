const steps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** At most about `count` bands between round levels that cover a range, as matplotlib chooses them. */
export function niceLevels(low: number, high: number, count = 7): number[] {
  if (!(high > low)) return [low - 0.5, low, low + 0.5];
  const raw = (high - low) / (count + 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = steps.find((step) => step * power >= raw * (1 - 1e-10)) ?? 10;
  const step = factor * power;
  const first = Math.floor(low / step + 1e-10);
  const last = Math.ceil(high / step - 1e-10);
  return Array.from({ length: last - first + 1 }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

/** The one distance between levels, or undefined when they are uneven. */
export function evenStep(levels: readonly number[]): number | undefined {
  const [first = NaN, second = NaN] = levels;
  const step = second - first;
  const even = levels.every((level, k) => Math.abs(level - first - k * step) <= Math.abs(step) * 1e-6);
  return even && step > 0 ? step : undefined;
}

/** Where a value stands among uneven levels, on a scale where they are 0, 1, 2, ... */
export function levelPosition(levels: readonly number[], value: number): number {
  const last = levels.length - 1;
  let k = 0;
  while (k < last - 1 && value >= (levels[k + 1] ?? Infinity)) k++;
  const [low = 0, high = 1] = [levels[k], levels[k + 1]];
  return k + (value - low) / (high - low);
}
