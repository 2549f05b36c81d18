import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { collapsed, goldenRows } from "./harness/golden.ts";
import { liveBytes, outputOf, ready, runAll, runSource, statusOf } from "./harness/lesson.ts";
import { withNotebook, type Graphics } from "./harness/notebook.ts";

/** Cells that need not print what the lecture printed; the page says why at each. */
const EXCEPTED = ["device", "type-a", "eigh", "at-array", "at-id", "type-key"];
/** Cells that show what no golden row lists, and how. */
const ALSO: Readonly<Record<string, RegExp>> = {
  "set-item": /JAX arrays are immutable\. Instead of ``x\[idx\] = y``/,
  attempt: /^Array\(2\.30258509, dtype=float64\)/,
};

async function expectGoldenRows(page: Page): Promise<void> {
  for (const { item, printed, place } of goldenRows()) {
    const wanted = place.instead ?? printed;
    for (const cell of place.cells) {
      const output = collapsed(await outputOf(page, cell));
      const where = `"${item}" in cell ${cell}`;
      if (place.within === undefined) expect(output, where).toBe(wanted);
      else expect(output, where).toContain(place.within.replace("…", wanted));
    }
  }
}

/** What the page itself says of every cell whose result the lecture printed. */
async function expectAgreement(page: Page): Promise<void> {
  const verdicts = await page
    .locator("[data-agreement]")
    .evaluateAll((all) =>
      all.map((each) => [
        each.closest("[data-cell-id]")?.getAttribute("data-cell-id") ?? "",
        each.getAttribute("data-agreement") ?? "",
      ]),
    );
  expect(verdicts.length).toBeGreaterThan(40);
  const count = page.locator(".agreement-count");
  expect(await count.getAttribute("data-same")).toBe(await count.getAttribute("data-total"));
  const others = verdicts.filter(([, kind]) => kind !== "same");
  expect(others.filter(([cell = "", kind]) => kind !== "excepted" || !EXCEPTED.includes(cell))).toEqual([]);
}

/** Milliseconds of one part of a call, as the bars under its cell tell them. */
async function partOfFirstCall(page: Page, cellId: string, part: string): Promise<number> {
  const label = await page
    .locator(`[data-cell-id="${cellId}"] .timing-row`)
    .first()
    .getAttribute("aria-label");
  const [, amount, unit] = new RegExp(`${part} <?([\\d.]+) (µs|ms|s)`).exec(label ?? "") ?? [];
  return Number(amount ?? 0) * (unit === "s" ? 1000 : unit === "ms" ? 1 : 1e-3);
}

test.each<{ graphics: Graphics; device: string }>([
  { graphics: "software-webgpu", device: "webgpu" },
  { graphics: "none", device: "cpu" },
])(
  "every number of the lecture, at the lecture's sizes ($device)",
  { timeout: 900_000 },
  async ({ graphics, device }) => {
    await withNotebook({ graphics }, async ({ page, problems }) => {
      await ready(page);
      expect(await page.locator("[data-device]").first().getAttribute("data-device")).toBe(device);
      await runAll(page);
      const failed = page.locator('[data-cell-id]:not([data-status="done"])');
      const failures = await failed.evaluateAll((cells) =>
        cells.map((cell) => `${cell.getAttribute("data-cell-id") ?? ""}: ${cell.textContent}`),
      );
      expect(failures.filter((text) => !text.startsWith("set-item:"))).toEqual([]);
      await page.locator("details.solution > summary").click();

      await expectGoldenRows(page);
      for (const [cell, text] of Object.entries(ALSO)) expect(await outputOf(page, cell)).toMatch(text);
      expect(await statusOf(page, "set-item")).toBe("error");
      expect(await outputOf(page, "at-id")).toBe(await outputOf(page, "at-array"));
      await expectAgreement(page);
      for (const cell of ["plot-derivative", "plot-surface", "plot-contour"]) {
        expect(await page.locator(`[data-cell-id="${cell}"] figure.plot`).count(), cell).toBeGreaterThan(0);
      }
      expect(await partOfFirstCall(page, "price-first", "compile")).toBeLessThan(2000);
      // Where there is no 64-bit device, the page says where the numbers are instead.
      expect(await page.locator(".device-wide").count()).toBe(device === "webgpu" ? 1 : 0);
      // Four grids of 6000 by 6000 are left; the arrays of fifty million are not.
      expect(await liveBytes(page)).toBeLessThan(4 * 288_000_000 + 2e6);
      expect(problems).toEqual([]);
    });
  },
);

test.each<{ graphics: Graphics; x64: boolean }>([
  { graphics: "software-webgpu", x64: false },
  { graphics: "none", x64: true },
])("memory comes back by itself (graphics: $graphics, x64: $x64)", { timeout: 600_000 }, async (mode) => {
  await withNotebook({ graphics: mode.graphics }, async ({ page }) => {
    await ready(page);
    const array = 50_000_000 * (mode.x64 ? 8 : 4);
    await runSource(page, "imports", 'import * as jax from "jax";\nimport * as jnp from "jax/numpy";');
    await runSource(page, "enable-x64", `jax.config.update("jax_enable_x64", ${String(mode.x64)});`);
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
    await edit("make-x", "const n = 500_000;\nlet x = jnp.ones(n);");
    await edit("make-y", "const m = 500_001;\nlet y = jnp.ones(m);");
    const shrink = async (cell: string, from: string, to: string): Promise<void> => {
      const source = await page.locator(`[data-cell-id="${cell}"] textarea`).inputValue();
      expect(source).toContain(from);
      await edit(cell, source.replace(from, to));
    };
    await shrink("define-wave", "n = 80", "n = 12");
    await shrink("large-mesh", "n = 6000", "n = 600");
    await shrink("parameters", "10_000_000", "1_000");
    // Drawn in software, a surface costs more than all the rest.
    await edit("plot-surface", "");
    const after: number[] = [];
    for (let run = 0; run < 5; run++) {
      await runAll(page);
      after.push(await liveBytes(page));
    }
    // A few small arrays may still wait for the collector; everything else has gone.
    expect(Math.max(...after) - Math.min(...after)).toBeLessThan(50_000);
  });
});
