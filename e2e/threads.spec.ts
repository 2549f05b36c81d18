import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { ready, runSource } from "./harness/lesson.ts";
import { withNotebook, type Graphics } from "./harness/notebook.ts";

const source = `import * as jnp from "jax/numpy";
const x = jnp.linspace(0.0, 1.0, 2000001);
let total = 0;
for (let k = 0; k < 20; k++) total += jnp.sum(jnp.sin(x) ** 2 + jnp.cos(x) ** 2).item();
print(total);
`;

/** Threads the engine starts beside its own on this machine. */
function expectedThreads(page: Page): Promise<number> {
  return page.evaluate(() => Math.min(7, navigator.hardwareConcurrency - 1));
}

async function sum(page: Page): Promise<number> {
  return Number(await runSource(page, "imports", source));
}

test("on a plain host the page is loaded twice, then cells compute on all processors", async () => {
  await withNotebook({ graphics: "none", address: "?device=cpu" }, async ({ page, problems }) => {
    await ready(page);
    const loaded = await page.evaluate(() => performance.timeOrigin);
    expect(page.workers()).toHaveLength(1 + (await expectedThreads(page)));
    expect(await sum(page)).toBe(20 * 2000001);
    expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded);
    expect(problems).toEqual([]);
  });
});

test.each<Graphics>(["none", "software-webgpu"])(
  "where the page cannot be isolated it computes on one thread (graphics: %s)",
  async (graphics) => {
    const options = { graphics, address: "?device=cpu", serviceWorkers: "block" } as const;
    await withNotebook(options, async ({ page }) => {
      await ready(page);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
      expect(await sum(page)).toBe(20 * 2000001);
      expect(page.workers()).toHaveLength(1);
    });
  },
);
