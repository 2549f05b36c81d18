import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { findChrome, softwareVulkan } from "./scripts/chrome.mjs";

// The dynamic loader reads these when a process starts, so they are set here, before the workers start.
Object.assign(process.env, softwareVulkan(findChrome()));

export default defineConfig({
  plugins: [react()],
  test: {
    include: ["src/**/*.test.{ts,tsx}", "scripts/**/*.test.ts"],
    environment: "node",
    pool: "forks",
    // Both cores of a small machine; vitest would leave one idle.
    maxWorkers: "100%",
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
