import { expect, test } from "vitest";
import { withNotebook, type Graphics } from "./harness/notebook.ts";

test.each<Graphics>(["software-webgpu", "none"])(
  "the built page opens without an error (graphics: %s)",
  async (graphics) => {
    await withNotebook({ graphics }, async ({ page, problems }) => {
      await page.locator("h1").first().waitFor();
      await page.waitForLoadState("networkidle");
      expect(problems).toEqual([]);
    });
  },
);
