import { expect, test } from "vitest";
import { ExprBuilder } from "../../kernel/expr-builder.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { ScalarExpr } from "../../kernel/scalar-expr.ts";
import { counters } from "../backend.ts";
import { CpuBackend } from "./cpu-backend.ts";

/** x * factor, over arrays of any length. */
function scale(length: number, factor: number): Kernel {
  const b = new ExprBuilder();
  const value = b.binary("mul", b.load(0, "float64", b.index(0, length)), b.number("float64", factor));
  return {
    kind: "map",
    shape: [length],
    inputs: ["float64"],
    params: [],
    outputs: ["float64"],
    values: [value],
  };
}

test("equal kernels are compiled once, whatever their length", () => {
  const backend = new CpuBackend();
  const before = counters.kernelsCompiled;
  backend.compile(scale(10, 1.25));
  backend.compile(scale(1000, 1.25));
  expect(counters.kernelsCompiled - before).toBe(1);
  backend.compile(scale(10, 1.75));
  expect(counters.kernelsCompiled - before).toBe(2);
});

test("runs are counted and timed", () => {
  const backend = CpuBackend.create();
  const x = backend.upload("float64", Float64Array.from([1, 2]));
  const y = backend.allocate("float64", 2);
  const { kernelsRun, runMs } = counters;
  backend.dispatch(backend.compile(scale(2, 3)), [x], [], [y]);
  expect([...backend.readSync(y, 0, 2)]).toEqual([3, 6]);
  expect(counters.kernelsRun).toBe(kernelsRun + 1);
  expect(counters.runMs).toBeGreaterThan(runMs);
});

test("what is read is a copy of the part asked for", async () => {
  const backend = new CpuBackend();
  const buffer = backend.upload("uint32", Uint32Array.from([1, 2, 4294967295]));
  const part = await backend.read(buffer, 1, 2);
  expect(part).toEqual(Uint32Array.from([2, 4294967295]));
  (part as Uint32Array).fill(0);
  expect([...backend.readSync(buffer, 0, 3)]).toEqual([1, 2, 4294967295]);
  expect(() => backend.readSync(buffer, 2, 2)).toThrow(RangeError);
  expect(backend.synchronizeSync()).toBe(true);
});

test("a buffer is released once, and belongs to its device", () => {
  const backend = new CpuBackend();
  const buffer = backend.allocate("int32", 4);
  backend.release(buffer);
  expect(() => backend.release(buffer)).toThrow("released");
  expect(() => new CpuBackend().release(backend.allocate("int32", 4))).toThrow("another device");
});

test("a long body is cut into stages and still right", () => {
  const backend = new CpuBackend();
  const n = 5000;
  const make = (kind: "map" | "reduce"): Kernel => {
    const b = new ExprBuilder();
    const x = b.load(0, "float64", b.index(0, n));
    let value = x;
    let flips = b.compare("gt", x, b.number("float64", 0));
    for (let k = 0; k < 1500; k++) {
      value = b.binary(
        "sub",
        b.binary("mul", value, b.number("float64", 1.0001)),
        b.number("float64", 0.001 * (k % 7)),
      );
      flips = b.binary("xor", flips, b.compare("lt", value, b.number("float64", k / 1500)));
    }
    const values = [value, b.cast(flips, "float64"), x];
    const common = { inputs: ["float64"], params: [], outputs: ["float64", "float64", "float64"] } as const;
    if (kind === "map") return { kind, shape: [n], values, ...common };
    const reductions = values.map((v) => ({ op: "sum", value: v, dtype: "float64" }) as const);
    const results = values.map((_, k) => b.accumulator(k, "float64"));
    return { kind, shape: [], reduceShape: [n], reductions, values: results, ...common };
  };
  const data = Float64Array.from({ length: n }, (_, k) => Math.sin(k));
  const expected = [new Float64Array(n), new Float64Array(n), data];
  data.forEach((x, i) => {
    let value = x;
    let flips = x > 0;
    for (let k = 0; k < 1500; k++) {
      value = value * 1.0001 - 0.001 * (k % 7);
      flips = flips !== value < k / 1500;
    }
    expected[0]![i] = value;
    expected[1]![i] = Number(flips);
  });
  const input = backend.upload("float64", data);
  const run = (kernel: Kernel, length: number) => {
    const outputs = kernel.outputs.map((dtype) => backend.allocate(dtype, length));
    backend.dispatch(backend.compile(kernel), [input], [], outputs);
    return outputs.map((buffer) => backend.readSync(buffer, 0, length));
  };
  run(make("map"), n).forEach((result, k) => expect(result).toEqual(expected[k]));
  run(make("reduce"), 1).forEach((result, k) => {
    const sum = expected[k]!.reduce((a, b) => a + b);
    expect(result[0]).toBeCloseTo(sum, 8);
  });
});

test("the lesson's function of fifty million float32 ones", () => {
  const n = 50_000_000;
  const dtype = "float32";
  const b = new ExprBuilder();
  const x = b.load(0, dtype, b.index(0, n));
  const times = (factor: number, y: ScalarExpr): ScalarExpr => b.binary("mul", b.number(dtype, factor), y);
  const square = b.binary("mul", x, x);
  // 3x + sin x + cos x^2 - cos 2x - x^2 * 0.4 * x^1.5
  let value = b.binary("add", times(3, x), b.unary("sin", x));
  value = b.binary("add", value, b.unary("cos", square));
  value = b.binary("sub", value, b.unary("cos", times(2, x)));
  value = b.binary(
    "sub",
    value,
    b.binary("mul", times(0.4, square), b.binary("pow", x, b.number(dtype, 1.5))),
  );
  const common = { params: [], outputs: [dtype] } as const;
  const one: Kernel = { kind: "map", shape: [n], inputs: [], values: [b.number(dtype, 1)], ...common };
  const sum: Kernel = {
    kind: "reduce",
    shape: [],
    reduceShape: [n],
    inputs: [dtype],
    reductions: [{ op: "sum", value, dtype }],
    values: [b.accumulator(0, dtype)],
    ...common,
  };
  const backend = new CpuBackend();
  const [ones, result] = [backend.allocate(dtype, n), backend.allocate(dtype, 1)];
  backend.dispatch(backend.compile(one), [], [], [ones]);
  backend.dispatch(backend.compile(sum), [ones], [], [result]);
  const exact = n * (3 + Math.sin(1) + Math.cos(1) - Math.cos(2) - 0.4);
  expect(Math.abs((backend.readSync(result, 0, 1)[0] as number) / exact - 1)).toBeLessThan(2e-7);
  backend.destroy();
});
