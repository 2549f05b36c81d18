import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDevice } from "../backend/webgpu/test-device.ts";
import { useBackend } from "../dispatch/devices.ts";
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

interface Setting {
  readonly device: "cpu" | "webgpu";
  readonly width: "x32" | "x64";
}

const webgpu = testDevice();

function use({ device, width }: Setting): void {
  beforeAll(async () => {
    if (device === "cpu") await initialize("cpu");
    else useBackend(webgpu());
    jax.config.update("jax_enable_x64", width === "x64");
    makeArrays();
  });
  afterAll(async () => {
    jax.config.update("jax_enable_x64", false);
    await initialize("cpu");
  });
}

const settings: readonly Setting[] = [
  { device: "cpu", width: "x32" },
  { device: "cpu", width: "x64" },
  { device: "webgpu", width: "x32" },
];

describe.each(settings)("on $device with $width dtypes", (setting) => {
  use(setting);
  describe.each(Object.keys(families))("%s", (family) => {
    const cases = families[family]!.flatMap(([python, run, note]) => {
      const expected = golden.results[python]?.[setting.width];
      // Dawn for Node has no canvas to read through, which is how a browser reads synchronously.
      const isReadable = note !== "reads" || setting.device === "cpu";
      return expected === undefined || !isReadable ? [] : [{ python, run, note, expected }];
    });
    it.each(cases)("$python", async ({ run, note, expected }) => {
      const actual = await show(run());
      if (note === "rounded" || setting.device === "webgpu") {
        expect(rounded(actual, 5)).toBe(rounded(expected, 5));
      } else {
        expect(actual).toBe(plain(expected));
      }
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
  use({ device: "cpu", width: "x32" });
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
