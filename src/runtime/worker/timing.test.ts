import { beforeAll, describe, expect, it } from "vitest";
import { initialize, jax, numpy as jnp, operators } from "../../engine/index.ts";
import { Stopwatch } from "./timing.ts";

beforeAll(async () => {
  await initialize("cpu");
});

describe("Stopwatch", () => {
  const f = jax.jit((x: ReturnType<typeof jnp.ones>) => jnp.sum(operators.mul(jnp.sin(x), 3)));

  it("reads the engine's counters: a first call traces and compiles, a cached one only runs", async () => {
    const x = jnp.ones(200_000);
    const first = new Stopwatch();
    await (f(x) as InstanceType<typeof jax.Array>).data();
    const opening = first.read();
    const second = new Stopwatch();
    await (f(x) as InstanceType<typeof jax.Array>).data();
    const cached = second.read();

    expect(opening.traceMs).toBeGreaterThan(0);
    expect(opening.compileMs).toBeGreaterThan(0);
    expect(opening.kernelsCompiled).toBeGreaterThan(0);
    expect(cached.traceMs).toBe(0);
    expect(cached.compileMs).toBe(0);
    expect(cached.kernelsCompiled).toBe(0);
    expect(cached.kernelsRun).toBe(opening.kernelsRun);
    expect(cached.runMs).toBeGreaterThan(0);
  });

  it("has parts that are no more than the whole", async () => {
    const watch = new Stopwatch();
    await (f(jnp.ones(300_001)) as InstanceType<typeof jax.Array>).data();
    const { wallMs, traceMs, compileMs, runMs, readMs } = watch.read();
    expect(traceMs + compileMs + runMs + readMs).toBeLessThanOrEqual(wallMs);
  });
});
