import { chromium, type Page } from "playwright-core";
import { inject } from "vitest";
import { ensureChrome } from "../../scripts/chrome.mjs";

/** What the browser computes on: WebGPU in software, or what it offers when started with no GPU flags. */
export type Graphics = "software-webgpu" | "none";

const SOFTWARE_WEBGPU = [
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--use-vulkan=swiftshader",
  "--use-angle=swiftshader",
];

/** Keeps the browser from talking to anyone but the site under test. */
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--no-first-run",
];

export interface Notebook {
  readonly page: Page;
  /** Console errors, uncaught exceptions and failed requests so far, one line each. */
  readonly problems: readonly string[];
}

export interface NotebookOptions {
  readonly graphics: Graphics;
  /** Appended to the site's URL: "?device=cpu", "#v1...". */
  readonly address?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: "light" | "dark";
  /** "block": a browser in which the page cannot be isolated, and computes on one thread. */
  readonly serviceWorkers?: "allow" | "block";
}

function collectProblems(page: Page): string[] {
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`uncaught: ${error.message}`));
  page.on("requestfailed", (request) => problems.push(`request failed: ${request.url()}`));
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  return problems;
}

/** Starts a browser of its own, opens the built site in it, runs `use`, and closes the browser. */
export async function withNotebook(
  options: NotebookOptions,
  use: (notebook: Notebook) => Promise<void>,
): Promise<void> {
  const browser = await chromium.launch({
    executablePath: ensureChrome(),
    // Chromium's own sandbox cannot start as root; the notebook's sandbox is another one and stays.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [...QUIET, ...(options.graphics === "software-webgpu" ? SOFTWARE_WEBGPU : [])],
  });
  try {
    const page = await browser.newPage({
      viewport: options.viewport ?? { width: 1280, height: 900 },
      colorScheme: options.colorScheme ?? "light",
      serviceWorkers: options.serviceWorkers ?? "allow",
    });
    const problems = collectProblems(page);
    await page.goto(inject("siteUrl") + (options.address ?? ""));
    if (options.serviceWorkers !== "block") {
      // The host sends no headers, so the page is loaded once more; the first time's requests may have been cut short.
      await page.waitForFunction(() => crossOriginIsolated);
      problems.length = 0;
    }
    await use({ page, problems });
  } finally {
    await browser.close();
  }
}
