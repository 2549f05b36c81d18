import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["e2e/**/*.spec.ts"],
    environment: "node",
    pool: "forks",
    // One browser at a time: the specs measure times and memory.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 60_000,
    globalSetup: "e2e/harness/serve-site.ts",
  },
});
