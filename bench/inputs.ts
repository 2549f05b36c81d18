/** The inputs of the workloads, the same for every system (bench/python/workloads.py makes them as well). */

/** A well mixed 24-bit number for each index, as a fraction in [0, 1) that float32 holds exactly. */
function fraction(index: number): number {
  let h = Math.imul(index + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 8) / 16777216;
}

/** `n` fractions in [low, high), different for different seeds. */
export function uniformData(n: number, low = 0, high = 1, seed = 0): Float32Array<ArrayBuffer> {
  const data = new Float32Array(n);
  const first = Math.imul(seed, 0x1000193);
  for (let i = 0; i < n; i++) data[i] = low + (high - low) * fraction(first + i);
  return data;
}

/** 0, 1, 2, 0, 1, 2, ...: running sums that float32 holds exactly up to 16 million elements. */
export function smallIntegers(n: number): Float32Array<ArrayBuffer> {
  const data = new Float32Array(n);
  for (let i = 0; i < n; i++) data[i] = i % 3;
  return data;
}

export function linspace(n: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: n }, (_, i) => -2 + (4 * i) / (n - 1));
}

export const matrices = {
  /** Two factors. */
  left: (n: number) => uniformData(n * n, -1, 1, 1),
  right: (n: number) => uniformData(n * n, -1, 1, 2),
  /** Diagonally heavy enough to be inverted in float32 without loss. */
  invertible: (n: number): Float32Array<ArrayBuffer> => {
    const a = uniformData(n * n, -0.5, 0.5, 3);
    for (let i = 0; i < n; i++) a[i * n + i] = a[i * n + i]! + Math.sqrt(n);
    return a;
  },
  symmetric: (n: number): Float32Array<ArrayBuffer> => {
    const b = uniformData(n * n, -0.5, 0.5, 4);
    const a = new Float32Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) a[i * n + j] = (b[i * n + j]! + b[j * n + i]!) / 2;
    }
    return a;
  },
  /** Symmetric, with a diagonal above the sum of its row. */
  positive: (n: number): Float32Array<ArrayBuffer> => {
    const a = matrices.symmetric(n);
    for (let i = 0; i < n; i++) a[i * n + i] = a[i * n + i]! + n / 2;
    return a;
  },
};

export const layers = { inputs: 784, hidden: 256, classes: 10, rate: 0.1 } as const;

/** The weights of the network and one batch of `batch` examples. */
export interface NetworkData {
  readonly x: Float32Array<ArrayBuffer>;
  /** One-hot, a row for each example. */
  readonly labels: Float32Array<ArrayBuffer>;
  readonly w1: Float32Array<ArrayBuffer>;
  readonly b1: Float32Array<ArrayBuffer>;
  readonly w2: Float32Array<ArrayBuffer>;
  readonly b2: Float32Array<ArrayBuffer>;
}

export function networkData(batch: number): NetworkData {
  const { inputs, hidden, classes } = layers;
  const labels = new Float32Array(batch * classes);
  uniformData(batch, 0, classes, 6).forEach((label, row) => (labels[row * classes + Math.floor(label)] = 1));
  return {
    x: uniformData(batch * inputs, 0, 1, 5),
    labels,
    w1: uniformData(inputs * hidden, -0.05, 0.05, 7),
    b1: uniformData(hidden, -0.05, 0.05, 8),
    w2: uniformData(hidden * classes, -0.1, 0.1, 9),
    b2: uniformData(classes, -0.1, 0.1, 10),
  };
}

/** The call option of the lecture's exercise. */
export const option = {
  periods: 20,
  beta: 0.99,
  strike: 100,
  mu: 0.0001,
  rho: 0.1,
  nu: 0.001,
  s0: 10,
  h0: 0,
} as const;
