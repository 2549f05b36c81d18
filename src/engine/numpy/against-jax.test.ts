import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { initialize, jax } from "../index.ts";
import { makeArrays, type JaxCase } from "./jax-cases/arrays.ts";
import { plain, rounded, show } from "./jax-cases/compare.ts";
import { creationCases } from "./jax-cases/creation.ts";
import { elementwiseCases } from "./jax-cases/elementwise.ts";
import { errorCases } from "./jax-cases/errors.ts";
import { indexingCases } from "./jax-cases/indexing.ts";
import { linearCases } from "./jax-cases/linear.ts";
import { reductionsCases } from "./jax-cases/reductions.ts";
import { selectionCases } from "./jax-cases/selection.ts";
import { shapeCases } from "./jax-cases/shape.ts";
import { weakTypesCases } from "./jax-cases/weak-types.ts";

// What JAX itself printed for these expressions; the file says which versions.
const golden = JSON.parse(readFileSync(new URL("./testdata/jax-results.json", import.meta.url), "utf8")) as {
  results: Record<string, { x32: string; x64?: string }>;
  errors: Record<string, string>;
};

const families: Readonly<Record<string, readonly JaxCase[]>> = {
  elementwise: elementwiseCases,
  reductions: reductionsCases,
  linear: linearCases,
  shape: shapeCases,
  selection: selectionCases,
  creation: creationCases,
  indexing: indexingCases,
  "weak types": weakTypesCases,
};

function use(x64: boolean): void {
  beforeAll(async () => {
    await initialize("cpu");
    jax.config.update("jax_enable_x64", x64);
    makeArrays();
  });
  afterAll(() => {
    jax.config.update("jax_enable_x64", false);
  });
}

describe.each(["x32", "x64"] as const)("with %s dtypes", (width) => {
  use(width === "x64");
  describe.each(Object.keys(families))("%s", (family) => {
    const cases = families[family]!.flatMap(([python, run, tolerance]) => {
      const expected = golden.results[python]?.[width];
      return expected === undefined ? [] : [{ python, run, tolerance, expected }];
    });
    it.each(cases)("$python", ({ run, tolerance, expected }) => {
      const actual = show(run());
      if (tolerance === undefined) expect(actual).toBe(plain(expected));
      else expect(rounded(actual, 5)).toBe(rounded(expected, 5));
    });
  });
});

it("leaves no case without a result of JAX's", () => {
  const missing = Object.values(families)
    .flat()
    .filter(([python]) => golden.results[python] === undefined);
  expect(missing).toEqual([]);
  expect(Object.values(families).flat().length).toBeGreaterThan(450);
});

describe("errors", () => {
  use(false);
  const cases = errorCases.map(([python, run]) => ({ python, run }));
  it.each(cases)("$python", ({ python, run }) => {
    const expected = golden.errors[python];
    let actual = "no error";
    try {
      run();
    } catch (error) {
      actual = `${(error as Error).name}: ${(error as Error).message}`;
    }
    expect(actual).toBe(expected);
  });
});
