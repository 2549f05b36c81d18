/**
 * `npm run bench`: the engine beside its peers, NumPy and hand-written code, each workload in turns, in headless
 * Chromium. Options:
 *   --only matmul,sort      these workloads
 *   --systems engine,numpy  these systems
 *   --node                  in Node, on the machine's own WebGPU adapter
 *   --hardware              in Chromium, on the machine's own adapter instead of the software one
 *   --software              in Node, on the software adapter that comes with Chromium
 *   --small                 at the smallest sizes, to see that everything runs
 *   --growth                time against n and compile time, drawn into docs/images
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { env, exit } from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findChrome, softwareVulkan } from "./chrome.mjs";
import { ensurePackages } from "./install.mjs";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    systems: { type: "string", default: "" },
    node: { type: "boolean", default: false },
    hardware: { type: "boolean", default: false },
    software: { type: "boolean", default: false },
    growth: { type: "boolean", default: false },
    small: { type: "boolean", default: false },
  },
});

const root = fileURLToPath(new URL("..", import.meta.url));
ensurePackages(root);
ensurePackages(join(root, "bench"));

if (values.software && env.FUSEBOOK_BENCH === undefined) {
  // The dynamic loader reads the driver's place when a process starts.
  const { status } = spawnSync(process.execPath, process.argv.slice(1), {
    stdio: "inherit",
    env: { ...env, ...softwareVulkan(findChrome()), FUSEBOOK_BENCH: "1" },
  });
  exit(status ?? 1);
}

const { createServer } = await import("vite");
const server = await createServer({
  root,
  configFile: false,
  appType: "custom",
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, watch: null, ws: false },
});
const listed = (/** @type {string} */ text) => text.split(",").filter((name) => name !== "");
const { runBenchmarks } = await server.ssrLoadModule("/bench/driver/run.ts");
let status = 0;
try {
  await runBenchmarks({
    root,
    chrome: findChrome(),
    only: listed(values.only),
    systems: listed(values.systems),
    node: values.node,
    hardware: values.hardware,
    growth: values.growth,
    small: values.small,
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  status = 1;
}
await server.close();
exit(status);
