import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDevice } from "../backend/webgpu/test-device.ts";
import { treeLeaves } from "../core/tree.ts";
import { ArrayImpl } from "../dispatch/array.ts";
import { useBackend } from "../dispatch/devices.ts";
import { initialize, jax } from "../index.ts";
import { linalgCases, linalgErrors, makeMatrices } from "./jax-cases.ts";

interface Leaf {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}

// What JAX itself computed for these expressions; the script beside it made the file.
const golden = JSON.parse(
  readFileSync(new URL("./testdata/jax-results.json", import.meta.url), "utf8"),
) as Record<"x32" | "x64", Record<string, readonly Leaf[]>> & { errors: Record<string, string> };

interface Setting {
  readonly device: "cpu" | "webgpu";
  readonly width: "x32" | "x64";
}

const webgpu = testDevice();
const settings: readonly Setting[] = [
  { device: "cpu", width: "x32" },
  { device: "cpu", width: "x64" },
  { device: "webgpu", width: "x32" },
];

describe.each(settings)("on $device with $width dtypes", ({ device, width }) => {
  beforeAll(async () => {
    if (device === "cpu") await initialize("cpu");
    else useBackend(webgpu());
    jax.config.update("jax_enable_x64", width === "x64");
    makeMatrices();
  });
  afterAll(async () => {
    jax.config.update("jax_enable_x64", false);
    await initialize("cpu");
  });

  it.each(linalgCases.map(([python, run]) => ({ python, run })))("$python", async ({ python, run }) => {
    const wanted = golden[width][python];
    const actual = treeLeaves(run());
    expect(actual.length).toBe(wanted?.length);
    for (const [k, leaf] of actual.entries())
      await compare(leaf, wanted![k]!, width === "x32" ? 2e-5 : 1e-11);
  });
});

/** All elements within a tolerance of the largest; infinities and NaN in the same places. */
async function compare(actual: unknown, wanted: Leaf, tolerance: number): Promise<void> {
  expect(actual).toBeInstanceOf(ArrayImpl);
  const array = actual as ArrayImpl;
  expect(array.dtype).toBe(wanted.dtype);
  expect(array.shape).toEqual(wanted.shape);
  const values = Array.from(await array.data(), Number);
  const numbers = wanted.values.map(Number);
  const finite = numbers.filter(Number.isFinite);
  const bound = tolerance * Math.max(1e-3, ...finite.map(Math.abs));
  values.forEach((value, k) => {
    const text = wanted.values[k]!;
    if (typeof text === "string") expect(value).toBe(Number(text.replace("inf", "Infinity")));
    else expect(Math.abs(value - text), `${String(value)} for ${String(text)}`).toBeLessThanOrEqual(bound);
  });
}

describe("errors", () => {
  beforeAll(makeMatrices);
  it.each(linalgErrors.map(([python, run]) => ({ python, run })))("$python", ({ python, run }) => {
    let actual = "no error";
    try {
      run();
    } catch (error) {
      actual = `${(error as Error).name}: ${(error as Error).message}`;
    }
    expect(actual).toBe(golden.errors[python]);
  });
});
