import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { ExprBuilder } from "../kernel/expr-builder.ts";
import type { MapKernel } from "../kernel/kernel.ts";
import type { UnaryOp } from "../kernel/scalar-expr.ts";
import { mapFlat } from "./cpu/testing/run-kernel.ts";
import { errorInUlps, exactFunctions, fixed } from "./testing/exact-functions.ts";
import { runKernel } from "./webgpu/run-kernel.ts";
import { testDevice } from "./webgpu/test-device.ts";

// Measures the figures of docs/accuracy.md, and fails when one is worse than stated there. What it measured is printed
// with SHOW_ACCURACY set.

const device = testDevice();

/** Arguments from `low` to `high`: evenly, by magnitude, and next to where argument reductions change over. */
function sample(low: number, high: number, width: 32 | 64): number[] {
  const points: number[] = [];
  const count = 700;
  let seed = 12345;
  const random = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32 + 2 ** -33;
  };
  for (let k = 0; k < count; k++) points.push(low + (high - low) * random());
  for (let k = 0; k < count; k++) {
    const size = 2 ** (-30 + 40 * random());
    points.push(size, -size, 1 - 2 ** (-25 * random()), 1 + 2 ** (-25 * random()));
  }
  for (let k = -40; k <= 40; k++) {
    for (const unit of [Math.PI / 4, Math.LN2 / 2, 1 / 16, Math.SQRT2]) {
      for (const nudge of [1 - 2 ** -20, 1, 1 + 2 ** -20]) points.push(k * unit * nudge);
    }
  }
  for (let k = -30; k <= 10; k++) points.push(2 ** k, 2 ** k * Math.SQRT2, 2 ** k * (1 - 2 ** -24));
  const round = width === 32 ? Math.fround : Number;
  return points.map(round).filter((x) => x >= low && x <= high && x !== 0);
}

/** Where each function is measured; the name of a row starts with the function. */
const domains: Readonly<Record<string, readonly [number, number]>> = {
  exp: [-87, 88],
  expm1: [-30, 88],
  log: [2 ** -30, 1e3],
  log1p: [-0.999, 1e3],
  sin: [-1e3, 1e3],
  cos: [-1e3, 1e3],
  tan: [-1e3, 1e3],
  asin: [-0.9999999, 0.9999999],
  acos: [-0.9999999, 0.9999999],
  atan: [-1e3, 1e3],
  sinh: [-80, 80],
  cosh: [-80, 80],
  tanh: [-20, 20],
  asinh: [-1e3, 1e3],
  acosh: [1.0000001, 1e3],
  atanh: [-0.9999999, 0.9999999],
  cbrt: [-1e3, 1e3],
  sqrt: [2 ** -30, 1e3],
  erf: [-5, 5],
  "erfInv within 0.9": [-0.9, 0.9],
  "erfInv near 1": [0.9, 0.99999994],
};

type Values = ArrayLike<number | bigint>;

async function onWebGPU(op: UnaryOp, x: Float32Array): Promise<Values> {
  const b = new ExprBuilder();
  const value = b.unary(op, b.load(0, "float32", b.index(0, x.length)));
  const map: MapKernel = {
    kind: "map",
    inputs: ["float32"],
    params: [],
    outputs: ["float32"],
    shape: [x.length],
    values: [value],
  };
  return (await runKernel(device(), map, [x]))[0]!;
}

const onCpu = (op: UnaryOp, x: Float32Array | Float64Array): Values =>
  mapFlat([x], [x instanceof Float32Array ? "float32" : "float64"], (b, v) => b.unary(op, v));

const columns = {
  "CPU float32": (op: UnaryOp, x: number[]) => onCpu(op, Float32Array.from(x)),
  "CPU float64": (op: UnaryOp, x: number[]) => onCpu(op, Float64Array.from(x)),
  "WebGPU float32": (op: UnaryOp, x: number[]) => onWebGPU(op, Float32Array.from(x)),
} as const;

const doc = readFileSync(new URL("../../../docs/accuracy.md", import.meta.url), "utf8");

/** The figures of a row, by column. */
function stated(name: string): readonly number[] {
  const row = new RegExp(`^\\| ${name} +\\|(.*)\\|`, "m").exec(doc);
  if (row === null) throw new Error(`docs/accuracy.md has no row for ${name}`);
  return row[1]!.split("|").map(Number);
}

it.each(Object.keys(domains))("%s is as accurate as docs/accuracy.md says", async (row) => {
  const op = row.split(" ")[0]!;
  const figures: number[] = [];
  for (const [column, run] of Object.entries(columns)) {
    const width = column.endsWith("32") ? 32 : 64;
    const [low, high] = domains[row]!;
    const x = sample(low, high, width);
    const y = await run(op as UnaryOp, x);
    const errors = x.map((value, k) =>
      errorInUlps(Number(y[k]), exactFunctions[op]!(fixed(value), Number(y[k])), width === 32 ? 24 : 53),
    );
    figures.push(Math.max(...errors));
  }
  if (process.env["SHOW_ACCURACY"] !== undefined) console.log(row, ...figures.map((each) => each.toFixed(3)));
  const limits = stated(row);
  figures.forEach((figure, k) => expect(figure, Object.keys(columns)[k]).toBeLessThanOrEqual(limits[k]!));
});

it("erfInv is the same function on both backends, within 1 ulp", async () => {
  const x = [...sample(-0.99999994, 0.99999994, 32), ...sample(0.99, 0.99999994, 32)];
  const cpu = onCpu("erfInv", Float32Array.from(x));
  const gpu = await onWebGPU("erfInv", Float32Array.from(x));
  const bits = (y: Values): Int32Array => new Int32Array(Float32Array.from(y, Number).buffer);
  const [a, b] = [bits(cpu), bits(gpu)];
  expect(Math.max(...x.map((_, k) => Math.abs(a[k]! - b[k]!)))).toBeLessThanOrEqual(1);
});
