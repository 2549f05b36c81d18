import type { Page } from "playwright-core";

export const LESSON_SIZE_TIMEOUT = 600_000;

/** The text a cell put out. */
export async function outputOf(page: Page, cellId: string): Promise<string> {
  return (await page.locator(`[data-cell-id="${cellId}"] [data-cell-output]`).innerText()).trim();
}

export async function statusOf(page: Page, cellId: string): Promise<string | null> {
  return page.locator(`[data-cell-id="${cellId}"]`).getAttribute("data-status");
}

/** Resolves when the worker has a device. */
export async function ready(page: Page): Promise<void> {
  await page.locator('[data-device="cpu"], [data-device="webgpu"]').waitFor({ timeout: 60_000 });
}

/** Resolves when no cell is queued or running. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector('[data-status="queued"], [data-status="running"]') === null,
    undefined,
    { timeout: LESSON_SIZE_TIMEOUT, polling: 100 },
  );
}

/** Presses Run all and waits for the last cell. */
export async function runAll(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Run all" }).click();
  await page.locator('[data-status="queued"], [data-status="running"]').first().waitFor();
  await settled(page);
}

/** Types `source` into a cell, runs it and waits; gives what it put out. */
export async function runSource(page: Page, cellId: string, source: string): Promise<string> {
  const cell = page.locator(`[data-cell-id="${cellId}"]`);
  const editor = cell.locator("textarea");
  await editor.fill(source);
  await editor.press("Control+Enter");
  await cell
    .and(page.locator('[data-status="queued"], [data-status="running"]'))
    .waitFor({ timeout: 2_000 })
    .catch(
      () => undefined, // A quick cell is done before anyone looks.
    );
  await settled(page);
  return outputOf(page, cellId);
}

/** Device bytes the page says are in use. */
export async function liveBytes(page: Page): Promise<number> {
  return Number(await page.locator("[data-memory]").getAttribute("data-live-bytes"));
}
