import * as check from "./checks.ts";
import type { Results } from "./session.ts";

/** What is timed, on every system that can do it. */
export interface Workload {
  readonly title: string;
  /** What n counts. */
  readonly unit: string;
  /** The lecture's size, or the one that peers are compared at. */
  readonly n: number;
  /** Sizes for the plots of growth, if they are drawn for this workload. */
  readonly growth: readonly number[];
  /** Undefined when the results are right, else what is wrong. The reference is computed in double precision. */
  readonly check: (results: Results, n: number, drawsAsJax: boolean) => string | undefined;
  /** Whether systems hold so much memory that they cannot wait beside each other: each runs alone, in turn. */
  readonly alone?: boolean;
  /** Double precision: for systems that have it. */
  readonly x64?: boolean;
  /** Measured for its plot of growth alone. */
  readonly plotOnly?: boolean;
}

const K = 1000;
const M = 1_000_000;
const decades = [K, 10 * K, 100 * K, M, 10 * M, 50 * M] as const;
const upTo = (most: number): readonly number[] => decades.filter((n) => n <= most);

export const workloads = {
  eager: {
    title: "f(x) eager",
    unit: "elements",
    n: 50 * M,
    growth: decades,
    check: check.sumOfF(2e-4),
    alone: true,
  },
  jit: { title: "f(x) jit", unit: "elements", n: 50 * M, growth: decades, check: check.sumOfF(2e-4) },
  "jit-odd": {
    title: "f(x) jit, one more",
    unit: "elements",
    n: 50 * M + 1,
    growth: [],
    check: check.sumOfF(2e-4),
  },
  "grid-vmap": {
    title: "grid by vmap",
    unit: "points along a side",
    n: 6000,
    growth: [32, 100, 316, 1000, 3162, 6000],
    check: check.grid(5e-4),
  },
  "grid-mesh": {
    title: "grid by mesh",
    unit: "points along a side",
    n: 6000,
    growth: [32, 100, 316, 1000, 3162, 6000],
    check: check.grid(5e-4),
  },
  "scalar-loop": {
    title: "scalar loop of jitted f",
    unit: "points along a side",
    n: 80,
    growth: [10, 20, 40, 80],
    check: check.grid(5e-4),
  },
  "monte-carlo": {
    title: "Monte Carlo, 20 periods",
    unit: "paths",
    n: 10 * M,
    growth: upTo(10 * M),
    check: check.price32,
    alone: true,
  },
  grad: {
    title: "value_and_grad of sum f",
    unit: "elements",
    n: 5 * M,
    growth: upTo(10 * M),
    check: check.gradient,
  },
  mlp: {
    title: "MLP step [784, 256, 10]",
    unit: "examples",
    n: 256,
    growth: [16, 64, 256, 1024],
    check: check.network,
  },
  matmul: {
    title: "matmul",
    unit: "rows",
    n: 1024,
    growth: [32, 64, 128, 256, 512, 1024],
    check: check.product,
  },
  sum: { title: "sum", unit: "elements", n: 50 * M, growth: decades, check: check.total },
  max: { title: "max", unit: "elements", n: 50 * M, growth: decades, check: check.largest },
  cumsum: { title: "cumsum", unit: "elements", n: 10 * M, growth: decades, check: check.runningSum },
  sort: { title: "sort", unit: "elements", n: M, growth: upTo(10 * M), check: check.sorted },
  normal: { title: "random normal", unit: "elements", n: 10 * M, growth: decades, check: check.normal },
  uniform: { title: "random uniform", unit: "elements", n: 10 * M, growth: decades, check: check.uniform },
  inv: { title: "inv", unit: "rows", n: 256, growth: [16, 32, 64, 128, 256], check: check.inverse },
  cholesky: {
    title: "cholesky",
    unit: "rows",
    n: 256,
    growth: [16, 32, 64, 128, 256],
    check: check.choleskyFactor,
  },
  eigh: { title: "eigh", unit: "rows", n: 256, growth: [16, 32, 64, 128, 256], check: check.eigenpairs },
  "eager-adds": {
    title: "eager adds of 10 numbers",
    unit: "adds",
    n: K,
    growth: [250, 500, K, 2 * K, 4 * K],
    check: check.added,
  },
  "jit-adds": { title: "adds in one jit", unit: "adds", n: K, growth: [], check: check.added },
  "jit-adds-20k": { title: "adds in one jit", unit: "adds", n: 20 * K, growth: [], check: check.added },
  "f64-jit": {
    title: "float64: f(x) jit",
    unit: "elements",
    n: 50 * M,
    growth: decades,
    check: check.sumOfF(1e-12),
    x64: true,
  },
  "f64-grid": {
    title: "float64: grid by vmap",
    unit: "points along a side",
    n: 6000,
    growth: [32, 100, 316, 1000, 3162, 6000],
    check: check.grid(1e-13),
    x64: true,
  },
  "f64-monte-carlo": {
    title: "float64: Monte Carlo, 20 periods",
    unit: "paths",
    n: 10 * M,
    growth: upTo(10 * M),
    check: check.price64,
    alone: true,
    x64: true,
  },
  unrolled: {
    title: "compiling an unrolled loop",
    unit: "steps",
    n: 100,
    growth: [10, 30, 100, 300, 1000, 3000],
    check: check.steps,
    plotOnly: true,
  },
  counted: {
    title: "compiling a fori_loop",
    unit: "turns",
    n: 100,
    growth: [10, 100, K, 10 * K],
    check: check.steps,
    plotOnly: true,
  },
} as const satisfies Record<string, Workload>;

export type WorkloadName = keyof typeof workloads;

export const workloadNames = Object.keys(workloads) as WorkloadName[];

export function workloadOf(name: WorkloadName): Workload {
  return workloads[name];
}
