import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { TestProject } from "vitest/node";
import { serveFolder } from "./static-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the built site is served, with the trailing slash. */
    siteUrl: string;
  }
}

/** Serves the built site for all specs, under a path of its own, and tells them where. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = resolve(project.config.root, "dist");
  if (!existsSync(folder)) throw new Error("There is no dist/ to test: run `npm run build` first.");
  const server = await serveFolder(folder, "/under/some/path/");
  project.provide("siteUrl", server.url);
  return () => server.close();
}
