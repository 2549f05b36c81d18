import { describe, expect, it } from "vitest";
import { ExprBuilder } from "../../kernel/expr-builder.ts";
import type { MapKernel } from "../../kernel/kernel.ts";
import type { BinaryOp, UnaryOp } from "../../kernel/scalar-expr.ts";
import { tunings } from "./device.ts";
import { runKernel } from "./run-kernel.ts";
import { testDevice } from "./test-device.ts";

describe.each(["software", "hardware"] as const)("laid out for %s", (layout) => {
  const device = testDevice(tunings[layout]);
  const smallestNormal = 2 ** -126;

  /** `op` of every element. */
  async function evaluate(op: UnaryOp | BinaryOp, args: readonly Float32Array[]): Promise<Float32Array> {
    const b = new ExprBuilder();
    const n = args[0]!.length;
    const loads = args.map((_, k) => b.load(k, "float32", b.index(0, n)));
    const value =
      loads.length === 1 ? b.unary(op as UnaryOp, loads[0]!) : b.binary(op as BinaryOp, loads[0]!, loads[1]!);
    const inputs = args.map(() => "float32" as const);
    const map: MapKernel = {
      kind: "map",
      inputs,
      params: [],
      outputs: ["float32"],
      shape: [n],
      values: [value],
    };
    const [wide] = await runKernel(device(), map, args);
    return wide as Float32Array;
  }

  /** Spacing of float32 at `value`. */
  function ulp(value: number): number {
    const magnitude = Math.max(Math.abs(value), smallestNormal);
    return 2 ** (Math.floor(Math.log2(magnitude)) - 23);
  }

  /** Numbers over [from, to], evenly or by magnitude. */
  function range(from: number, to: number, n = 20_000): number[] {
    return Array.from({ length: n }, (_, i) => from + ((to - from) * (i + 0.37)) / n);
  }
  function magnitudes(from: number, to: number, n = 5000): number[] {
    return Array.from({ length: n }, (_, i) => from * (to / from) ** ((i + 0.37) / n)).flatMap((v) => [
      v,
      -v,
    ]);
  }

  /** erf by its series, and beyond by the continued fraction of erfc. */
  function erf(x: number): number {
    const a = Math.abs(x);
    if (a > 6) return Math.sign(x);
    if (a > 2.5) {
      let fraction = 0;
      for (let k = 60; k > 0; k -= 1) fraction = k / 2 / (a + fraction);
      return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
    }
    let term = x;
    let sum = x;
    for (let k = 1; k < 100; k += 1) {
      term *= (-x * x) / k;
      sum += term / (2 * k + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }

  /** Giles' polynomials without rounding; x^2 is rounded, which near 1 decides about the digits. */
  function erfInv(x: number): number {
    if (Math.abs(x) === 1) return x * Infinity;
    const w = -Math.log1p(-Math.fround(x * x));
    const near = [2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503];
    const far = [
      -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
    ];
    const horner = (v: number, coefficients: readonly number[]): number =>
      coefficients.reduce((p, c) => p * v + c, 0);
    if (w < 5) return x * horner(w - 2.5, [...near, -0.00417768164, 0.246640727, 1.50140941]);
    return x * horner(Math.sqrt(w) - 3, [...far, 0.00943887047, 1.00167406, 2.83297682]);
  }

  interface Row {
    readonly op: UnaryOp;
    readonly exact: (x: number) => number;
    readonly points: readonly number[];
    readonly ulps: number;
    /** Allowed besides: what reducing a large angle leaves beside its zeros. */
    readonly absolute?: number;
  }

  const rows: Row[] = [
    { op: "exp", exact: Math.exp, points: [...range(-87, 88.7), ...magnitudes(1e-8, 1)], ulps: 1.5 },
    {
      op: "expm1",
      exact: Math.expm1,
      points: [...range(-30, 88.7), ...range(-1, 1), ...magnitudes(1e-20, 1)],
      ulps: 2.5,
    },
    { op: "log", exact: Math.log, points: [...range(0.3, 3), ...magnitudes(1.2e-38, 3e38)], ulps: 1.5 },
    {
      op: "log1p",
      exact: Math.log1p,
      points: [...range(-0.999, 3), ...magnitudes(1e-20, 0.9), ...range(1, 1e6)],
      ulps: 2.5,
    },
    {
      op: "sin",
      exact: Math.sin,
      points: [...range(-10, 10), ...range(-9e4, 9e4), ...magnitudes(1e-20, 3e38)],
      ulps: 2.5,
      absolute: 2 ** -38,
    },
    {
      op: "cos",
      exact: Math.cos,
      points: [...range(-10, 10), ...range(-9e4, 9e4), ...magnitudes(1e-20, 3e38)],
      ulps: 2.5,
      absolute: 2 ** -38,
    },
    {
      op: "tan",
      exact: Math.tan,
      points: [...range(-10, 10), ...range(-9e4, 9e4), ...magnitudes(1e-20, 3e38)],
      ulps: 5,
      absolute: 2 ** -38,
    },
    { op: "asin", exact: Math.asin, points: [...range(-1, 1), ...magnitudes(1e-20, 1)], ulps: 2.5 },
    { op: "acos", exact: Math.acos, points: [...range(-1, 1), ...magnitudes(1e-20, 1)], ulps: 2 },
    { op: "atan", exact: Math.atan, points: [...range(-10, 10), ...magnitudes(1e-20, 3e38)], ulps: 2.5 },
    { op: "sinh", exact: Math.sinh, points: [...range(-89, 89), ...magnitudes(1e-20, 2)], ulps: 3 },
    { op: "cosh", exact: Math.cosh, points: [...range(-89, 89), ...magnitudes(1e-20, 2)], ulps: 3 },
    { op: "tanh", exact: Math.tanh, points: [...range(-10, 10), ...magnitudes(1e-20, 100)], ulps: 2 },
    { op: "asinh", exact: Math.asinh, points: [...range(-10, 10), ...magnitudes(1e-20, 3e38)], ulps: 3 },
    { op: "acosh", exact: Math.acosh, points: [...range(1, 10), ...magnitudes(1, 3e38)], ulps: 3 },
    { op: "atanh", exact: Math.atanh, points: [...range(-1, 1), ...magnitudes(1e-20, 1)], ulps: 3 },
    { op: "cbrt", exact: Math.cbrt, points: [...range(-10, 10), ...magnitudes(1.2e-38, 3e38)], ulps: 1.5 },
    { op: "sqrt", exact: Math.sqrt, points: [...range(0, 10), ...magnitudes(1.2e-38, 3e38)], ulps: 1 },
    { op: "erf", exact: erf, points: [...range(-5, 5), ...magnitudes(1e-20, 1)], ulps: 3 },
    {
      op: "erfInv",
      exact: erfInv,
      points: [...range(-1, 1, 2000), ...magnitudes(1e-20, 0.9999, 500)],
      ulps: 5,
    },
  ];
  const special = [0, -0, 1, -1, Infinity, -Infinity, NaN, 0.5, -0.5, 2, -2, 100, -100, 1e30, -1e30];

  describe("elementary functions", () => {
    it.each(rows)("$op is within $ulps ulp", async ({ op, exact, points, ulps, absolute }) => {
      const x = Float32Array.from([...special, ...points]);
      const y = await evaluate(op, [x]);
      let worst = 0;
      let at = 0;
      for (let i = 0; i < x.length; i += 1) {
        const should = exact(x[i]!);
        const rounded = Math.fround(should);
        if (!Number.isFinite(rounded) || !Number.isFinite(y[i]!)) {
          // Within a rounding of overflow either side is right.
          const nearOverflow = Math.abs(should) > 3.4028e38 && Math.abs(y[i]!) > 3.4028e38;
          if (!nearOverflow) expect(y[i], `${op}(${x[i]!})`).toBe(rounded);
          continue;
        }
        // Results below the normal numbers may be flushed to zero.
        if (Math.abs(should) < 2 * smallestNormal && Math.abs(y[i]!) < 4 * smallestNormal) continue;
        const error = Math.max(0, Math.abs(y[i]! - should) - (absolute ?? 0)) / ulp(should);
        if (error > worst) [worst, at] = [error, x[i]!];
      }
      if (process.env["SHOW_ACCURACY"] !== undefined) console.log(op, worst.toFixed(2), "ulp at", at);
      expect(worst, `${op}(${at})`).toBeLessThanOrEqual(ulps);
    });

    it("erfInv inverts erf", async () => {
      const x = Float32Array.from(range(-0.9, 0.9, 1000));
      const y = await evaluate("erfInv", [x]);
      for (let i = 0; i < x.length; i += 1) expect(Math.abs(erf(y[i]!) - x[i]!)).toBeLessThan(3e-7);
    });

    it("keeps the sign of zero in odd functions", async () => {
      const odd = [
        "sin",
        "tan",
        "asin",
        "atan",
        "sinh",
        "tanh",
        "asinh",
        "atanh",
        "cbrt",
        "erf",
        "erfInv",
        "expm1",
        "log1p",
      ];
      for (const op of odd as UnaryOp[]) {
        expect(Array.from(await evaluate(op, [Float32Array.of(0, -0)])), op).toEqual([0, -0]);
      }
    });

    it("pow is within 2 ulp and right at the edges", async () => {
      const bases = [
        ...magnitudes(1e-37, 1e38, 60),
        ...range(0.5, 2, 100),
        ...range(0.999, 1.001, 50),
        ...special,
      ];
      const exponents = [
        ...special,
        ...range(-5, 5, 41),
        0.3333333,
        3,
        -3,
        17,
        1.5,
        1000,
        -1000,
        16777216,
        33554432,
        2147483648,
      ];
      const pairs = bases.flatMap((x) => exponents.map((y) => [Math.fround(x), Math.fround(y)] as const));
      const x = Float32Array.from(pairs, (pair) => pair[0]);
      const y = Float32Array.from(pairs, (pair) => pair[1]);
      const result = await evaluate("pow", [x, y]);
      let worst = 0;
      let at = "";
      for (let i = 0; i < x.length; i += 1) {
        // C's pow: 1 to any power is 1, also to NaN and infinity, and -1 to infinity.
        const one = x[i] === 1 || (x[i] === -1 && Math.abs(y[i]!) === Infinity);
        const should = one ? 1 : x[i]! ** y[i]!;
        const rounded = Math.fround(should);
        if (!Number.isFinite(rounded) || !Number.isFinite(result[i]!)) {
          const nearOverflow = Math.abs(should) > 3.4028e38 && Math.abs(result[i]!) > 3.4028e38;
          if (!nearOverflow) expect(result[i], `${x[i]!} ** ${y[i]!}`).toBe(rounded);
          continue;
        }
        if (Math.abs(should) < 2 * smallestNormal && Math.abs(result[i]!) < 4 * smallestNormal) continue;
        const error = Math.abs(result[i]! - should) / ulp(should);
        if (error > worst) [worst, at] = [error, `${x[i]!} ** ${y[i]!}`];
      }
      if (process.env["SHOW_ACCURACY"] !== undefined) console.log("pow", worst.toFixed(2), "ulp at", at);
      expect(worst, at).toBeLessThanOrEqual(2);
    });

    it("atan2 and the remainder follow C", async () => {
      const values = [...special, ...magnitudes(1e-30, 1e30, 60), 3, -7.25, 5.5];
      const pairs = values.flatMap((x) => values.map((y) => [Math.fround(x), Math.fround(y)] as const));
      const a = Float32Array.from(pairs, (pair) => pair[0]);
      const b = Float32Array.from(pairs, (pair) => pair[1]);
      const angles = await evaluate("atan2", [a, b]);
      const remainders = await evaluate("rem", [a, b]);
      for (let i = 0; i < a.length; i += 1) {
        const angle = Math.atan2(a[i]!, b[i]!);
        const message = `${a[i]!}, ${b[i]!}`;
        if (Number.isNaN(angle)) expect(angles[i], message).toBeNaN();
        else if (Math.abs(angle) > 1e-37) {
          expect(Math.abs(angles[i]! - angle), message).toBeLessThanOrEqual(3 * ulp(angle));
        }
        const remainder = a[i]! % b[i]!;
        if (Math.abs(remainder) > smallestNormal || !Number.isFinite(remainder))
          expect(remainders[i], message).toBe(remainder);
      }
    });
  });
});
