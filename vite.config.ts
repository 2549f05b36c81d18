import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { pagePolicy } from "./scripts/page-policy.ts";
import { workerBundle } from "./scripts/worker-bundle.ts";

/**
 * With these a page is isolated from all others, and its threads may share memory. On hosts where nobody can set
 * headers, public/isolate.js has a service worker add them.
 */
const headers = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

export default defineConfig({
  // Relative, so that the built site works under any path of any static host.
  base: "./",
  // Plotly's dependencies were written for a bundler that knew Node's name of the global object.
  define: { global: "globalThis" },
  plugins: [react(), workerBundle("src/runtime/worker/worker.ts"), pagePolicy()],
  server: { headers },
  preview: { headers },
  build: {
    target: "es2023",
    // A data: URL for a small asset would be refused by the page's own policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
