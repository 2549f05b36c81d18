/**
 * Runs the benchmarks of bench/ in Node: the engine beside hand-written code, on the CPU and on WebGPU (software
 * WebGPU where there is no adapter of another kind).
 */
import { spawnSync } from "node:child_process";
import { argv, env, exit } from "node:process";
import { fileURLToPath } from "node:url";
import { findChrome, softwareVulkan } from "./chrome.mjs";
import { ensurePackages } from "./install.mjs";

if (env.FUSEBOOK_BENCH === undefined) {
  ensurePackages(fileURLToPath(new URL("..", import.meta.url)));
  // The dynamic loader reads the driver's place when a process starts.
  const { status } = spawnSync(
    process.execPath,
    ["--expose-gc", fileURLToPath(import.meta.url), ...argv.slice(2)],
    {
      stdio: "inherit",
      env: { ...env, ...softwareVulkan(findChrome()), FUSEBOOK_BENCH: "1" },
    },
  );
  exit(status ?? 1);
}

const { createServer } = await import("vite");
const server = await createServer({
  configFile: false,
  appType: "custom",
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, watch: null, ws: false },
});
const { runBenchmarks } = await server.ssrLoadModule("/bench/run.ts");
await runBenchmarks(argv.slice(2));
await server.close();
exit(0);
