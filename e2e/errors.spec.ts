import { expect, test } from "vitest";
import type { Page } from "playwright-core";
import { outputOf, ready, runSource, statusOf } from "./harness/lesson.ts";
import { withNotebook, type Graphics } from "./harness/notebook.ts";

const cell = "print-a";

interface Mistake {
  readonly name: string;
  readonly source: string;
  /** What the message must say. */
  readonly says: string | RegExp;
  /** Where it must point: the line of the cell. */
  readonly line: number;
}

const mistakes: readonly Mistake[] = [
  {
    name: "a tracer as a condition",
    source: "const h = jax.jit((x) => {\n  if (x > 0) return x;\n  return -x;\n});\nh(1.5)",
    says: "Attempted boolean conversion of traced array with shape bool[]",
    line: 2,
  },
  {
    name: "item assignment",
    source: "const b = jnp.ones(3);\nb[0] = 1;",
    says: "object does not support item assignment. JAX arrays are immutable",
    line: 2,
  },
  {
    name: "a comma in the index of a list",
    source: "const rows = [[1, 2], [3, 4]];\nlet i = 1;\nrows[0, i]",
    says: "list indices must be integers or slices, not tuple",
    line: 3,
  },
  {
    name: "a bare tuple assignment",
    source: "let key = 1, subkey = 2;\nkey, subkey = [3, 4];",
    says: "[key, subkey] =",
    line: 2,
  },
  {
    name: "a shape mismatch",
    source: "const p = jnp.ones(3);\nconst q = jnp.ones(4);\n\np + q",
    says: "add got incompatible shapes for broadcasting: (3,), (4,).",
    line: 4,
  },
  {
    name: "a syntax error",
    source: "const ok = 1;\nconst = 2;",
    says: /SyntaxError|Unexpected/,
    line: 2,
  },
  {
    name: "an allocation over the limit",
    source: "1 + 1;\njnp.ones(1_500_000_000)",
    says: /limit|exceeds|maxBufferSize|maxStorageBufferBindingSize/,
    line: 2,
  },
  {
    name: "an exception three calls deep",
    source:
      'function one() { return two(); }\nfunction two() { return three(); }\nfunction three() {\n  throw new Error("deep down");\n}\none()',
    says: "deep down",
    line: 4,
  },
  { name: "an unknown name", source: "1 + 1;\nnothere + 1", says: "nothere is not defined", line: 2 },
];

async function explain(page: Page, mistake: Mistake): Promise<void> {
  const text = await runSource(page, cell, mistake.source);
  expect(text, mistake.name).toMatch(mistake.says);
  expect(text, mistake.name).toMatch(new RegExp(`line ${String(mistake.line)}\\b`));
  expect(await statusOf(page, cell), mistake.name).toBe("error");
  expect(await runSource(page, cell, "1 + 1"), `after ${mistake.name}`).toBe("2");
}

test.each<Graphics>(["software-webgpu", "none"])(
  "mistakes are explained at their line, and the notebook goes on (graphics: %s)",
  async (graphics) => {
    await withNotebook({ graphics }, async ({ page, problems }) => {
      await ready(page);
      await runSource(page, "imports", 'import * as jax from "jax";\nimport * as jnp from "jax/numpy";');
      for (const mistake of mistakes) await explain(page, mistake);
      expect(problems).toEqual([]);
    });
  },
);

test("Stop ends an infinite loop while the page stays responsive", async () => {
  await withNotebook({ graphics: "none" }, async ({ page }) => {
    await ready(page);
    await runSource(page, "imports", 'import * as jnp from "jax/numpy";');
    await runSource(page, "make-a", "let kept = 7;");
    const editor = page.locator(`[data-cell-id="${cell}"] textarea`);
    await editor.fill("let turns = 0;\nwhile (true) { turns += 1; }");
    await editor.press("Control+Enter");
    await page.waitForFunction(
      (id) => document.querySelector(`[data-cell-id="${id}"]`)?.getAttribute("data-status") === "running",
      cell,
    );

    const slowest = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let last = performance.now();
          let worst = 0;
          let frames = 0;
          const frame = (now: number): void => {
            worst = Math.max(worst, now - last);
            last = now;
            frames += 1;
            if (frames < 60) requestAnimationFrame(frame);
            else resolve(worst);
          };
          requestAnimationFrame(frame);
        }),
    );
    expect(slowest).toBeLessThan(500);

    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForFunction(
      (id) => document.querySelector(`[data-cell-id="${id}"]`)?.getAttribute("data-status") !== "running",
      cell,
      { timeout: 3_000 },
    );
    // Variables survive a loop that was stopped at its turn.
    expect(await runSource(page, cell, "kept")).toBe("7");
  });
});

test("a loop inside a function is stopped by force; the document survives", async () => {
  await withNotebook({ graphics: "none" }, async ({ page }) => {
    await ready(page);
    const source = "function forever() { while (true) {} }\nforever()";
    const editor = page.locator(`[data-cell-id="${cell}"] textarea`);
    await editor.fill(source);
    await editor.press("Control+Enter");
    await page.waitForFunction(
      (id) => document.querySelector(`[data-cell-id="${id}"]`)?.getAttribute("data-status") === "running",
      cell,
    );
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: /force stop/i }).click({ timeout: 10_000 });
    await ready(page);
    expect(await editor.inputValue()).toBe(source);
    await runSource(page, "imports", 'import * as jnp from "jax/numpy";');
    expect(await runSource(page, cell, "jnp.sum(jnp.ones(3))")).toBe("Array(3., dtype=float32)");
    expect(await outputOf(page, cell)).not.toContain("Error");
  });
});
