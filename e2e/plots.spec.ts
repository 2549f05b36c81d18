import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";
import { ready, runSource } from "./harness/lesson.ts";
import { withNotebook, type Graphics } from "./harness/notebook.ts";

const cell = "print-a";
const imports =
  'import * as jax from "jax";\nimport * as jnp from "jax/numpy";\nimport * as plt from "matplotlib/pyplot";';

const lines = `
const f = (x) => jnp.cos(x) * (2 * x ** 2 + 1) / 10;
const f_prime = (x) => (4 * x * jnp.cos(x) - jnp.sin(x) * (2 * x ** 2 + 1)) / 10;
const [fig, ax] = plt.subplots();
const x_grid = jnp.linspace(-4, 4, 40);
ax.plot(x_grid, f(x_grid), { label: "$f$" });
ax.plot(x_grid, [...x_grid].map((x) => f_prime(x)), { label: "$f'$" });
ax.legend({ loc: "upper center" });
plt.show();
print("below");`;

const surface = `
const grid = jnp.linspace(-3, 3, 30);
const [X, Y] = jnp.meshgrid(grid, grid);
const Z = jnp.cos(X ** 2 + Y ** 2) / (1 + X ** 2 + Y ** 2);
const [fig3, ax3] = plt.subplots({ subplot_kw: { projection: "3d" } });
ax3.plot_surface(X, Y, Z, { cmap: "viridis" });
plt.figure();
plt.contourf(X, Y, Z);`;

const outputOf = (page: Page): Locator => page.locator(`[data-cell-id="${cell}"] [data-cell-output]`);

async function plotOf(page: Page, position = 0): Promise<Locator> {
  const plot = outputOf(page).locator('[data-output="plot"]').nth(position);
  await plot.and(page.locator("[data-plot-ready]")).waitFor({ timeout: 60_000 });
  return plot;
}

/** Opens the table of a plot, whose rows are made then. */
async function openData(plot: Locator): Promise<void> {
  await plot.getByText("Data", { exact: true }).click();
  await plot.locator("tbody tr").first().waitFor();
}

async function checkLines(page: Page): Promise<void> {
  await runSource(page, cell, lines);
  const plot = await plotOf(page);
  expect(await plot.locator(".scatterlayer path.js-line").count()).toBe(2);
  expect(await plot.locator(".legendtext").allTextContents()).toEqual(["f", "f′"]);
  expect(await plot.getAttribute("aria-label")).toContain(
    "Line plot with 2 series. f: 40 points, x from −4 to 4",
  );
  await openData(plot);
  expect(await plot.locator("thead th").allTextContents()).toEqual(["x", "f", "f′"]);
  expect(await plot.locator("tbody tr").count()).toBe(11);
  expect(await plot.locator("tbody tr").nth(5).textContent()).toBe("30 rows between");
  // The figure stands where it was shown, before what was printed after it.
  const order = await outputOf(page).evaluate((output) =>
    Array.from(output.children, ({ tagName }) => tagName),
  );
  expect(order).toEqual(["FIGURE", "PRE"]);
}

/** The colour of the first line, as drawn. */
async function lineColor(page: Page): Promise<string> {
  const line = (await plotOf(page)).locator(".scatterlayer path.js-line").first();
  return line.evaluate((path) => getComputedStyle(path).stroke);
}

async function checkTheme(page: Page): Promise<void> {
  const light = await lineColor(page);
  await page.getByRole("button", { name: "Use dark colours" }).click();
  await expect.poll(() => lineColor(page), { timeout: 20_000 }).not.toBe(light);
  const [ink, paper] = await page.evaluate(() => [
    getComputedStyle(document.querySelector(".legendtext") ?? document.body).fill,
    getComputedStyle(document.body).backgroundColor,
  ]);
  const brightness = (color = ""): number =>
    (color.match(/\d+/g) ?? []).slice(0, 3).reduce((a, b) => a + Number(b), 0);
  expect(brightness(ink)).toBeGreaterThan(brightness(paper) + 300);
  await page.getByRole("button", { name: "Use light colours" }).click();
}

/** How many colours stand in the middle of a canvas that was drawn. */
async function colorsIn(page: Page, plot: Locator): Promise<number> {
  const picture = await plot.locator(".plot-stage").screenshot();
  return page.evaluate(async (bytes) => {
    const bitmap = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context?.drawImage(bitmap, 0, 0);
    const { data } = context?.getImageData(0, 0, bitmap.width, bitmap.height) ?? { data: [] };
    return new Set(Array.from({ length: data.length / 4 }, (_, k) => data.slice(4 * k, 4 * k + 3).join()))
      .size;
  }, Array.from(picture));
}

async function checkSurface(page: Page): Promise<void> {
  await runSource(page, cell, surface);
  const plot = await plotOf(page, 0);
  expect(await plot.locator("canvas").count()).toBeGreaterThan(0);
  expect(await colorsIn(page, plot)).toBeGreaterThan(200);
  await openData(plot);
  expect(await plot.locator("tbody tr").count()).toBe(7);
  const stage = plot.locator(".plot-stage");
  const before = await stage.screenshot();
  await stage.focus();
  await stage.press("ArrowRight");
  await expect.poll(async () => before.equals(await stage.screenshot()), { timeout: 20_000 }).toBe(false);
  const contour = await plotOf(page, 1);
  expect(await contour.locator(".contourlayer path").count()).toBeGreaterThan(3);
}

test.each<Graphics>(["software-webgpu", "none"])(
  "figures are drawn, described and re-coloured (graphics: %s)",
  async (graphics) => {
    await withNotebook({ graphics, viewport: { width: 1000, height: 900 } }, async ({ page, problems }) => {
      await ready(page);
      await runSource(page, "imports", imports);
      await checkLines(page);
      await checkTheme(page);
      await checkSurface(page);
      expect(problems).toEqual([]);
    });
  },
);

test("on a narrow page figures keep within the column, and nothing moves when they are drawn", async () => {
  await withNotebook(
    { graphics: "none", viewport: { width: 400, height: 900 } },
    async ({ page, problems }) => {
      await ready(page);
      await runSource(page, "imports", imports);
      await runSource(page, cell, lines);
      const placed = await outputOf(page).locator(".plot-frame").boundingBox();
      const drawn = await (await plotOf(page)).locator(".plot-frame").boundingBox();
      expect(drawn?.height).toBe(placed?.height);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      expect(problems).toEqual([]);
    },
  );
});
