/** Whether results are right, against references in double precision: undefined, or what is wrong. */
import { layers, matrices, networkData, smallIntegers, uniformData } from "./inputs.ts";
import { networkStep } from "./network-reference.ts";
import type { Results } from "./session.ts";

type Verdict = string | undefined;

/** What WGSL promises of its sin and cos, and what a software adapter makes use of. */
const WGSL_TRIGONOMETRY = 2 ** -11;

const fOfOne = 3 + Math.sin(1) + Math.cos(1) - Math.cos(2) - 0.4;

function scalar(results: Results): number {
  return results[0]?.[0] ?? NaN;
}

function near(name: string, value: number, expected: number, relative: number): Verdict {
  const error = Math.abs(value - expected) / Math.abs(expected);
  return error <= relative ? undefined : `${name} is ${value}, not ${expected}`;
}

/** The first element, every `stride`-th and the last: off by more than `tolerance` is wrong. */
function sampled(
  name: string,
  values: ArrayLike<number> | undefined,
  length: number,
  expected: (index: number) => number,
  tolerance: (value: number) => number,
  stride = Math.max(1, Math.floor(length / 100_003)),
): Verdict {
  if (values?.length !== length) return `${name} has ${values?.length ?? 0} elements, not ${length}`;
  for (let step = 0; step <= length; step += stride) {
    const index = Math.min(step, length - 1);
    const wanted = expected(index);
    const value = values[index]!;
    if (!(Math.abs(value - wanted) <= tolerance(wanted))) {
      return `${name}[${index}] is ${value}, not ${wanted}`;
    }
  }
  return undefined;
}

const within = (absolute: number) => (): number => absolute;

/** The sum of the lecture's f over ones. */
export const sumOfF =
  (relative: number) =>
  (results: Results, n: number): Verdict =>
    near("f(x)", scalar(results), n * fOfOne, relative);

/** cos(x^2 + y^2) / (1 + x^2 + y^2) on a square of n by n points in [-2, 2]. */
export const grid =
  (absolute: number) =>
  (results: Results, n: number): Verdict => {
    const at = (i: number): number => -2 + (4 * i) / (n - 1);
    const value = (index: number): number => {
      const r = at(Math.floor(index / n)) ** 2 + at(index % n) ** 2;
      return Math.cos(r) / (1 + r);
    };
    return sampled("z", results[0], n * n, value, within(absolute));
  };

/** JAX's own prices at ten million paths in 32 bits, seed 1: threefry over the whole array, and element by element. */
const PRICE_32 = [152_400, 266_500] as const;
/** The lecture's. */
const PRICE_64 = 180_876.48840921;
const LECTURE_PATHS = 10_000_000;

/** The price spreads widely from draw to draw, so other generators are only held to its order of magnitude. */
function anyPrice(price: number): Verdict {
  return price > 20_000 && price < 4e6 ? undefined : `the price is ${price}, which no draws explain`;
}

export function price32(results: Results, n: number, drawsAsJax: boolean): Verdict {
  const price = scalar(results);
  if (n !== LECTURE_PATHS) return price > 0 ? undefined : `the price is ${price}`;
  if (!drawsAsJax) return anyPrice(price);
  const known = PRICE_32.some((expected) => Math.abs(price / expected - 1) < 2e-3);
  return known ? undefined : `the price is ${price}, not ${PRICE_32[0]}`;
}

export function price64(results: Results, n: number, drawsAsJax: boolean): Verdict {
  const price = scalar(results);
  if (n !== LECTURE_PATHS) return price > 0 ? undefined : `the price is ${price}`;
  return drawsAsJax ? near("the price", price, PRICE_64, 5e-14) : anyPrice(price);
}

/** The sum of f over ones, and its derivative. */
export function gradient(results: Results, n: number): Verdict {
  const slope = 3 + Math.cos(1) - 2 * Math.sin(1) + 2 * Math.sin(2) - 0.4 * 3.5;
  return (
    near("the value", scalar(results), n * fOfOne, 2e-4) ??
    sampled("gradient", results[1], n, () => slope, within(3 * WGSL_TRIGONOMETRY))
  );
}

export function network(results: Results, n: number): Verdict {
  const expected = networkStep(networkData(n));
  const names = ["loss", "w1", "b1", "w2", "b2"] as const;
  for (const [position, name] of names.entries()) {
    const wanted = expected[name];
    const verdict = sampled(
      name,
      results[position],
      wanted.length,
      (i) => wanted[i]!,
      within(2e-6 * layers.classes),
      1,
    );
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

export function product(results: Results, n: number): Verdict {
  const left = matrices.left(n);
  const right = matrices.right(n);
  const entry = (index: number): number => {
    const row = Math.floor(index / n) * n;
    let sum = 0;
    for (let k = 0; k < n; k++) sum += left[row + k]! * right[k * n + (index % n)]!;
    return sum;
  };
  return sampled(
    "c",
    results[0],
    n * n,
    entry,
    within(2e-5 * Math.sqrt(n)),
    Math.max(1, Math.floor((n * n) / 4001)),
  );
}

export function total(results: Results, n: number): Verdict {
  return near("the sum", scalar(results), n, 1e-6);
}

export function largest(results: Results, n: number): Verdict {
  const expected = uniformData(n).reduce((most, value) => (value > most ? value : most), -Infinity);
  return near("the maximum", scalar(results), expected, 0);
}

export function runningSum(results: Results, n: number): Verdict {
  const data = smallIntegers(n);
  const sums = new Float64Array(n);
  let sum = 0;
  for (let i = 0; i < n; i++) sums[i] = sum += data[i]!;
  // 24 bits hold these sums exactly; beyond, a rounding a step is forgiven.
  return sampled(
    "cumsum",
    results[0],
    n,
    (i) => sums[i]!,
    (wanted) => (wanted < 2 ** 24 ? 0 : wanted * 1e-5),
  );
}

export function sorted(results: Results, n: number): Verdict {
  const expected = uniformData(n).sort();
  return sampled("sorted", results[0], n, (i) => expected[i]!, within(0), 1);
}

function moments(values: ArrayLike<number>): { mean: number; variance: number; low: number; high: number } {
  let [sum, squares, low, high] = [0, 0, Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    sum += value;
    squares += value * value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const mean = sum / values.length;
  return { mean, variance: squares / values.length - mean * mean, low, high };
}

function draws(results: Results, n: number, mean: number, variance: number, fourth: number): Verdict {
  const values = results[0];
  if (values?.length !== n) return `${values?.length ?? 0} draws, not ${n}`;
  const found = moments(values);
  // Six standard errors: never by chance.
  const meanError = 6 * Math.sqrt(variance / n);
  const varianceError = 6 * Math.sqrt((fourth - variance * variance) / n);
  if (!(Math.abs(found.mean - mean) <= meanError)) return `their mean is ${found.mean}`;
  if (!(Math.abs(found.variance - variance) <= varianceError)) return `their variance is ${found.variance}`;
  return undefined;
}

export function normal(results: Results, n: number): Verdict {
  return draws(results, n, 0, 1, 3);
}

export function uniform(results: Results, n: number): Verdict {
  const verdict = draws(results, n, 1 / 2, 1 / 12, 1 / 80);
  if (verdict !== undefined) return verdict;
  const { low, high } = moments(results[0]!);
  return low >= 0 && high < 1 ? undefined : `draws from ${low} to ${high}`;
}

/** Row `i` of the product of two matrices of n columns. */
function rowOfProduct(a: ArrayLike<number>, b: ArrayLike<number>, n: number, i: number): Float64Array {
  const row = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const factor = a[i * n + k]!;
    for (let j = 0; j < n; j++) row[j] = row[j]! + factor * b[k * n + j]!;
  }
  return row;
}

function residual(
  name: string,
  n: number,
  error: (row: number) => ArrayLike<number>,
  tolerance: number,
): Verdict {
  for (let i = 0; i < n; i++) {
    const row = error(i);
    for (let j = 0; j < n; j++) {
      if (!(Math.abs(row[j]!) <= tolerance)) return `${name} is off by ${row[j] ?? NaN} at ${i}, ${j}`;
    }
  }
  return undefined;
}

function transposed(a: ArrayLike<number>, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, k) => a[(k % n) * n + Math.floor(k / n)]!);
}

export function inverse([x]: Results, n: number): Verdict {
  if (x?.length !== n * n) return "no matrix";
  const a = matrices.invertible(n);
  const error = (i: number): Float64Array =>
    rowOfProduct(a, x, n, i).map((value, j) => value - (i === j ? 1 : 0));
  return residual("a x", n, error, 1e-4);
}

export function choleskyFactor([factor]: Results, n: number): Verdict {
  if (factor?.length !== n * n) return "no matrix";
  const a = matrices.positive(n);
  const upper = transposed(factor, n);
  const error = (i: number): Float64Array =>
    rowOfProduct(factor, upper, n, i).map((value, j) => (value - a[i * n + j]!) / n);
  return residual("l l'", n, error, 1e-5);
}

export function eigenpairs([values, vectors]: Results, n: number): Verdict {
  if (values?.length !== n || vectors?.length !== n * n) return "no eigenpairs";
  const a = matrices.symmetric(n);
  const error = (i: number): Float64Array =>
    rowOfProduct(a, vectors, n, i).map((value, j) => value - vectors[i * n + j]! * values[j]!);
  const lengths = (i: number): Float64Array =>
    rowOfProduct(transposed(vectors, n), vectors, n, i).map((value, j) => value - (i === j ? 1 : 0));
  return residual("a v - v w", n, error, 1e-3) ?? residual("v' v", n, lengths, 1e-3);
}

/** Where the chains of additions start and what each adds. */
export const additions = { start: uniformData(10, 0, 1, 11), step: 0.5 } as const;

export function added(results: Results, n: number): Verdict {
  return sampled(
    "x",
    results[0],
    10,
    (i) => additions.start[i]! + n * additions.step,
    (wanted) => wanted * 1e-4,
    1,
  );
}

/** What one step of the loops does. */
export const loopStep = (x: number): number => x + 0.001 * Math.sin(x);

export function steps(results: Results, n: number): Verdict {
  let x = 1;
  for (let i = 0; i < n; i++) x = loopStep(x);
  return near("x", scalar(results), x, 1e-4);
}
