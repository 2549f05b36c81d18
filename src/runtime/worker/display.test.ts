import { beforeAll, expect, test } from "vitest";
import { initialize, modules } from "./engine-door.ts";
import { repr, str } from "./display.ts";

const jnp = modules["jax/numpy"] as Record<string, (...args: unknown[]) => unknown>;
const linalg = modules["jax/numpy/linalg"] as Record<string, (...args: unknown[]) => unknown>;

beforeAll(() => initialize("cpu"));

test("named tuples are written as Python writes them", async () => {
  const shown = `EighResult(eigenvalues=Array([1., 1.], dtype=float32), eigenvectors=Array([[1., 0.],
       [0., 1.]], dtype=float32))`;
  const result = linalg["eigh"]!(jnp["eye"]!(2));
  expect(repr(result, true)).toBe(shown);
  expect(await repr(result, false)).toBe(shown);
  expect(str(result, true)).toBe(shown);
  const nested = linalg["slogdet"]!(jnp["eye"]!(2));
  expect(repr([nested], true)).toBe(
    "[SlogdetResult(sign=Array(1., dtype=float32), logabsdet=Array(0., dtype=float32))]",
  );
});

test("linear algebra is a namespace of jax.numpy and a module of its own", () => {
  expect(jnp["linalg"]).toBe(linalg);
  expect(repr(jnp["linalg"], true)).toBe("<module jax/numpy/linalg>");
});
