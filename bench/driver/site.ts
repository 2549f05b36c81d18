/** The page in which a system runs: built once, served cross-origin isolated so that there is shared memory. */
import { createReadStream, existsSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { build } from "vite";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".wasm": "application/wasm",
};

const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

export interface Site {
  readonly url: string;
  close(): void;
}

/** Builds bench/browser into `folder`. */
export async function buildSite(bench: string, folder: string): Promise<void> {
  await build({
    configFile: false,
    root: join(bench, "browser"),
    logLevel: "warn",
    base: "./",
    worker: { format: "es" },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: "es2023",
      minify: false,
      modulePreload: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 10_000,
    },
  });
  const peer = join(bench, "node_modules/@tensorflow/tfjs-backend-wasm/wasm-out");
  await mkdir(join(folder, "tfjs"), { recursive: true });
  await cp(peer, join(folder, "tfjs"), { recursive: true, filter: (path) => !path.endsWith(".js") });
}

export async function serveSite(folder: string): Promise<Site> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = join(folder, normalize(pathname === "/" ? "/index.html" : pathname));
    if (!path.startsWith(folder) || !existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      ...ISOLATION,
      "Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
    });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return { url: `http://127.0.0.1:${address.port}/`, close: () => server.close() };
}

/** Builds the program that runs one system in Node into `folder`. */
export async function buildNodeSide(bench: string, folder: string): Promise<void> {
  await build({
    configFile: false,
    root: bench,
    logLevel: "warn",
    ssr: { noExternal: true, external: ["webgpu"] },
    build: {
      ssr: join(bench, "node/side.ts"),
      outDir: folder,
      emptyOutDir: true,
      target: "node20",
      minify: false,
      rolldownOptions: { output: { entryFileNames: "side.js" } },
    },
  });
}
