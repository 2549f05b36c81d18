import { expect, test } from "vitest";
import { liveBytes, outputOf, ready, runAll, runSource, statusOf } from "./harness/lesson.ts";
import { withNotebook, type Graphics } from "./harness/notebook.ts";

/** What each cell of the lesson must end with, at the lecture's sizes, in float32. */
const expected: Readonly<Record<string, string>> = {
  "print-a": "[ 1.   3.2 -1.5]",
  "print-sum": "2.6999998",
  "print-mean": "0.9",
  "print-dot": "13.490001",
  "repr-a": "Array([ 1. ,  3.2, -1.5], dtype=float32)",
  "sum-a": "Array(2.6999998, dtype=float32)",
  matmul: "Array([[1., 1.],\n       [1., 1.]], dtype=float32)",
  ones: "Array([1., 1., 1.], dtype=float32)",
  linspace: "Array([0. , 0.5, 1. ], dtype=float32)",
  sort: "[Array([2, 1], dtype=int32), Array([1, 2], dtype=int32)]",
  "at-set": "Array([1. , 0.5, 1. ], dtype=float32)",
  "at-unchanged": "Array([0. , 0.5, 1. ], dtype=float32)",
  "impure-first": "Array([2., 2.], dtype=float32)",
  "impure-same": "Array([2., 2.], dtype=float32)",
  "impure-retraced": "Array([43., 43., 43.], dtype=float32)",
  "impure-old-shape": "Array([2., 2.], dtype=float32)",
};
/** Cells that print f of fifty million ones: exactly 219896006.36, of which float32 keeps seven digits. */
const timed = [
  "jit-first",
  "f-first",
  "f-second",
  "f-new-size",
  "f-new-size-again",
  "f-old-size",
  "jit-second",
];

test.each<{ graphics: Graphics; device: string }>([
  { graphics: "software-webgpu", device: "webgpu" },
  { graphics: "none", device: "cpu" },
])("the lesson runs at the lecture's sizes ($device)", { timeout: 600_000 }, async ({ graphics, device }) => {
  await withNotebook({ graphics }, async ({ page, problems }) => {
    await ready(page);
    expect(await page.locator("[data-device]").first().getAttribute("data-device")).toBe(device);
    await runAll(page);
    for (const [cell, text] of Object.entries(expected)) {
      expect(await outputOf(page, cell), `cell ${cell}`).toContain(text);
    }
    for (const cell of timed) {
      const [, printed] = /Array\(([-+.e\d]+), dtype=float32\)/.exec(await outputOf(page, cell)) ?? [];
      expect(Math.abs(Number(printed) / 219_896_006.36 - 1), `cell ${cell}: ${String(printed)}`).toBeLessThan(
        3e-7,
      );
      const timing = page.locator(`[data-cell-id="${cell}"] [data-cell-timing]`);
      expect(await timing.innerText(), `timing of ${cell}`).toMatch(/\d ?(ms|s)\b/);
    }
    expect(await statusOf(page, "set-item")).toBe("error");
    expect(await outputOf(page, "set-item")).toContain("JAX arrays are immutable. Instead of ``x[idx] = y``");
    const unfinished = page.locator('[data-cell-id]:not([data-status="done"])');
    expect(
      await unfinished.evaluateAll((cells) => cells.map((cell) => cell.getAttribute("data-cell-id"))),
    ).toEqual(["set-item"]);
    // Of the two arrays of fifty million, x has been given another value.
    expect(await liveBytes(page)).toBeLessThan(200_000_004 + 1e6);
    expect(problems).toEqual([]);
  });
});

test.each<{ graphics: Graphics; device: string }>([
  { graphics: "software-webgpu", device: "webgpu" },
  { graphics: "none", device: "cpu" },
])("memory comes back by itself ($device)", { timeout: 600_000 }, async ({ graphics }) => {
  await withNotebook({ graphics }, async ({ page }) => {
    await ready(page);
    const array = 200_000_000;
    await runSource(page, "imports", 'import * as jax from "jax";\nimport * as jnp from "jax/numpy";');
    await page
      .getByRole("button", { name: /^Run cell \d+$/ })
      .first()
      .waitFor();
    await runSource(
      page,
      "define-f",
      "function f(x) {\n  const a = 3*x + jnp.sin(x) + jnp.cos(x**2) - jnp.cos(2*x) - x**2 * 0.4 * x**1.5;\n  return jnp.sum(a);\n}",
    );
    await runSource(page, "make-x", "let x = jnp.ones(50_000_000);");
    expect(await liveBytes(page)).toBeGreaterThanOrEqual(array);
    expect(await liveBytes(page)).toBeLessThan(array + 1e6);

    // Jitted first, as the peak only grows.
    await runSource(page, "jit-f", "const f_jit = jax.jit(f); f_jit(x)");
    const jitted = await runSource(
      page,
      "jit-first",
      "f_jit(x); jax.devices()[0].memory_stats().peak_bytes_in_use",
    );
    expect(Number(jitted)).toBeLessThan(array + 1e6);

    const eager = await runSource(
      page,
      "f-first",
      "f(x).block_until_ready(); jax.devices()[0].memory_stats().peak_bytes_in_use",
    );
    expect(Number(eager)).toBeGreaterThan(2 * array);
    expect(Number(eager)).toBeLessThan(5 * array + 1e6);
    expect(await liveBytes(page)).toBeLessThan(array + 1e6);
  });
});

test("running the lesson five times leaves live bytes where they were", { timeout: 600_000 }, async () => {
  await withNotebook({ graphics: "software-webgpu" }, async ({ page }) => {
    await ready(page);
    const edit = (cell: string, source: string): Promise<void> =>
      page.locator(`[data-cell-id="${cell}"] textarea`).fill(source);
    await edit("make-x", "const n = 5_000_000;\nlet x = jnp.ones(n);");
    await edit("make-y", "const m = 5_000_001;\nlet y = jnp.ones(m);");
    const after: number[] = [];
    for (let run = 0; run < 5; run++) {
      await runAll(page);
      after.push(await liveBytes(page));
    }
    expect(after).toEqual(after.map(() => after[0]));
  });
});
