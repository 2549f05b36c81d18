import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jax, lax } from "../index.ts";
import { fromNumbers } from "../numpy/host-array.ts";

// Arguments and values, computed to 40 digits.
const table: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  erfc: [
    [-3.0, 1.9999779095030015],
    [-0.25, 1.276326390168237],
    [0.3, 0.6713732405408726],
    [0.5, 0.4795001221869535],
    [1.0, 0.15729920705028513],
    [2.5, 0.0004069520174449589],
    [5.0, 1.537459794428035e-12],
    [9.5, 3.7692144856548797e-41],
    [20.0, 5.395865611607901e-176],
    [26.0, 5.663192408856143e-296],
  ],
  lgamma: [
    [0.1, 2.252712651734206],
    [0.5, 0.5723649429247001],
    [0.75, 0.20328095143129538],
    [1.5, -0.12078223763524522],
    [2.5, 0.2846828704729192],
    [3.0, 0.6931471805599453],
    [10.0, 12.801827480081469],
    [170.5, 704.0044277342047],
    [1000000.0, 12815504.569147611],
    [-0.5, 1.2655121234846454],
    [-3.25, -0.6231534513209986],
    [-20.75, -43.12325855250223],
  ],
  digamma: [
    [0.1, -10.423754940411076],
    [0.5, -1.9635100260214235],
    [1.0, -0.5772156649015329],
    [2.0, 0.42278433509846713],
    [7.25, 1.910453526883736],
    [100.0, 4.600161852738087],
    [100000000.0, 18.420680738952367],
    [-0.5, 0.03648997397857652],
    [-3.25, 4.46627587235028],
  ],
  polygamma1: [
    [0.1, 101.43329915079275],
    [0.5, 4.934802200544679],
    [1.0, 1.6449340668482264],
    [7.25, 0.14787923315893217],
    [10000.0, 0.00010000500016666666],
    [-0.5, 8.934802200544679],
    [-3.25, 19.474085068082154],
  ],
  polygamma2: [
    [0.1, -2001.8614573783436],
    [1.0, -2.4041138063191885],
    [7.25, -0.02182895229519774],
    [100.0, -0.00010100499983335],
  ],
  polygamma3: [
    [0.5, 97.40909103400244],
    [3.0, 0.11893940226682916],
  ],
};

const functions: Readonly<Record<string, (x: ReturnType<typeof fromNumbers>) => unknown>> = {
  erfc: lax.erfc,
  lgamma: lax.lgamma,
  digamma: lax.digamma,
  polygamma1: (x) => lax.polygamma(1, x),
  polygamma2: (x) => lax.polygamma(2, x),
  polygamma3: (x) => lax.polygamma(3, x),
};

beforeAll(() => {
  jax.config.update("jax_enable_x64", true);
});
afterAll(() => {
  jax.config.update("jax_enable_x64", false);
});

function valuesOf(name: string, xs: readonly number[], dtype: "float32" | "float64"): number[] {
  const result = functions[name]!(fromNumbers(xs, [xs.length], dtype)) as ReturnType<typeof fromNumbers>;
  return Array.from(result.dataSync(), Number);
}

describe.each(Object.keys(table))("%s", (name) => {
  const rows = table[name]!;
  const xs = rows.map(([x]) => x);
  // Near their zeros only the absolute error is small.
  const scaleOf = (wanted: number): number => (name === "erfc" ? wanted : Math.max(Math.abs(wanted), 1));

  test("is right to a few units in the last place of float64", () => {
    valuesOf(name, xs, "float64").forEach((value, k) => {
      const wanted = rows[k]![1];
      expect(Math.abs(value - wanted), `at ${String(xs[k])}`).toBeLessThanOrEqual(4e-15 * scaleOf(wanted));
    });
  });

  test("is right to a few units in the last place of float32", () => {
    valuesOf(name, xs.map(Math.fround), "float32").forEach((value, k) => {
      const wanted = rows[k]![1];
      if (Math.abs(wanted) < 1e-37 || Math.fround(xs[k]!) !== xs[k]) return;
      expect(Math.abs(value - wanted), `at ${String(xs[k])}`).toBeLessThanOrEqual(2e-6 * scaleOf(wanted));
    });
  });
});

test("special arguments, as JAX", () => {
  expect(valuesOf("lgamma", [0, -1, Infinity, -Infinity, 1, 2], "float64").slice(0, 4)).toEqual([
    Infinity,
    Infinity,
    Infinity,
    Infinity,
  ]);
  expect(valuesOf("digamma", [0, -1, Infinity, NaN], "float64")).toEqual([NaN, NaN, Infinity, NaN]);
  expect(valuesOf("erfc", [Infinity, -Infinity, NaN, 0, 30], "float64")).toEqual([0, 2, NaN, 1, 0]);
});
