import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { ready, runSource } from "./harness/lesson.ts";
import { withNotebook } from "./harness/notebook.ts";

const comparison = (cell: string): string => `[data-cell-id="${cell}"] .comparison`;
const prints = (page: Page, cell: string) => page.locator(`${comparison(cell)} pre:visible`);

test("results are compared with the lecture's, digit by digit, where the reader wants it", async () => {
  await withNotebook(
    { graphics: "none", viewport: { width: 1500, height: 900 } },
    async ({ page, problems }) => {
      await ready(page);
      // The margin is there, so the lecture's text is; ours joins it.
      expect(await prints(page, "f-first").count()).toBe(1);
      await runSource(page, "f-first", 'print("Array(2.1989598e+08, dtype=float32)")');
      expect(await page.locator(comparison("f-first")).getAttribute("data-agreement")).toBe("none");

      await runSource(page, "imports", 'import * as jnp from "jax/numpy";');
      await page.locator('[data-cell-id="make-a"] textarea').press("Control+Enter");
      await page.locator('[data-cell-id="repr-a"] textarea').press("Control+Enter");
      await page.locator('[data-cell-id="repr-a"][data-status="done"]').waitFor();
      expect(await page.locator(comparison("repr-a")).getAttribute("data-agreement")).toBe("same");
      expect(await page.locator(comparison("repr-a")).innerText()).toContain("the same to the last digit");

      // Without the lecture's 64 bits the same cell prints another type: marked, and said in words.
      await page.locator('[data-cell-id="linspace"] textarea').press("Control+Enter");
      await page.locator('[data-cell-id="linspace"][data-status="done"]').waitFor();
      expect(await page.locator(`${comparison("linspace")} mark`).allInnerTexts()).toEqual([
        "float64",
        "float32",
      ]);
      expect(await page.locator(comparison("linspace")).innerText()).toContain(
        "the same numbers, here as float32",
      );

      const toggle = page.getByRole("button", { name: "Compare" });
      expect(await toggle.getAttribute("aria-pressed")).toBe("true");
      await toggle.click();
      expect(await prints(page, "repr-a").count()).toBe(0);
      await page.locator(`${comparison("repr-a")} button`).click();
      expect(await prints(page, "repr-a").count()).toBe(2);
      await page.reload();
      await ready(page);
      expect(await toggle.getAttribute("aria-pressed")).toBe("false");
      expect(problems).toEqual([]);
    },
  );
});

test("on a narrow page the comparison folds under its cell, and nothing is wider than the page", async () => {
  await withNotebook({ graphics: "none", viewport: { width: 390, height: 800 } }, async ({ page }) => {
    await ready(page);
    expect(await prints(page, "normal").count()).toBe(0);
    await page.getByRole("button", { name: "Compare" }).click();
    expect(await prints(page, "normal").count()).toBe(1);
    const code = await page.locator('[data-cell-id="normal"] .cell-code').boundingBox();
    const text = await prints(page, "normal").boundingBox();
    expect(text?.y).toBeGreaterThan((code?.y ?? 0) + (code?.height ?? 0));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  });
});

test("the exercise judges the reader's price, and its solution is folded away", async () => {
  await withNotebook({ graphics: "none" }, async ({ page }) => {
    await ready(page);
    const verdict = page.locator('[data-cell-id="attempt"] [data-verdict]');
    const kinds = { "180876.48840921": "right", "221145.56081474": "slip", "17.5": "not-yet" };
    for (const [price, kind] of Object.entries(kinds)) {
      await runSource(page, "attempt", price);
      expect(await verdict.getAttribute("data-verdict"), price).toBe(kind);
    }

    const solution = page.locator("details.solution");
    const summary = solution.locator("summary");
    const code = solution.locator("textarea").first();
    expect(await code.isVisible()).toBe(false);
    expect(await summary.innerText()).toContain("3 hidden cells; Run all runs them, too");
    await summary.focus();
    await page.keyboard.press("Enter");
    expect(await code.isVisible()).toBe(true);
    expect(await summary.innerText()).not.toContain("hidden");
  });
});
