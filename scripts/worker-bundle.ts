/**
 * Vite plugin: bundles the worker into ONE classic script and hands the page its URL.
 *
 * The worker runs from a `data:` URL inside a sandboxed frame, where nothing can be imported and nothing
 * fetched. The page therefore fetches this script as text and posts it to the frame; it needs a single file
 * with no imports left, in `vite dev` as well as in the build.
 *
 *     import workerUrl from "virtual:worker-bundle";
 */
import { resolve } from "node:path";
import { build, normalizePath, type Plugin, type Rolldown, type ViteDevServer } from "vite";

const PUBLIC_ID = "virtual:worker-bundle";
const RESOLVED_ID = `\0${PUBLIC_ID}`;
const DEV_PATH = "@worker-bundle.js";

interface Bundle {
  readonly code: string;
  /** Absolute paths of every source that went in. */
  readonly sources: ReadonlySet<string>;
}

async function bundleWorker(root: string, entry: string, mode: string): Promise<Bundle> {
  const production = mode === "production";
  const output = await build({
    configFile: false,
    root,
    mode,
    logLevel: "warn",
    publicDir: false,
    define: { "process.env.NODE_ENV": JSON.stringify(mode) },
    build: {
      write: false,
      target: "es2023",
      modulePreload: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: entry,
        output: {
          format: "iife",
          codeSplitting: false,
          // Names of classes and functions are shown to the reader: error names, names of jitted functions.
          minify: {
            mangle: production && { keepNames: true },
            compress: production && { keepNames: { class: true, function: true } },
            // While developing, too: the worker's URL holds the whole script, and a URL has its limits.
            codegen: { removeWhitespace: true },
          },
        },
      },
    },
  });
  const chunks = (Array.isArray(output) ? output : [output])
    .flatMap((result) => ("output" in result ? result.output : []))
    .filter((file): file is Rolldown.OutputChunk => file.type === "chunk");
  const [chunk] = chunks;
  if (chunk === undefined || chunks.length !== 1) {
    throw new Error(`The worker must become one script, but it became ${chunks.length}.`);
  }
  return { code: chunk.code, sources: new Set(chunk.moduleIds.map((id) => normalizePath(id))) };
}

/** The dev server's copy: built when first asked for, again after a source changed. */
class DevBundle {
  #pending: Promise<Bundle> | undefined;
  #sources: ReadonlySet<string> | undefined;
  readonly #folder: string;
  readonly #make: () => Promise<Bundle>;

  /** `folder` holds everything that may go into the bundle, and ends with a slash. */
  constructor(folder: string, make: () => Promise<Bundle>) {
    this.#folder = folder;
    this.#make = make;
  }

  async code(): Promise<string> {
    const pending = (this.#pending ??= this.#make());
    const bundle = await pending;
    this.#sources = bundle.sources;
    return bundle.code;
  }

  /** Whether the page must be reloaded because `file` went into the bundle; the next request rebuilds. */
  invalidate(file: string): boolean {
    if (this.#pending === undefined) return false;
    // After a failed build the sources are unknown: a change to any source may be the cure.
    const concerned = this.#sources === undefined ? file.startsWith(this.#folder) : this.#sources.has(file);
    if (!concerned) return false;
    this.#pending = undefined;
    this.#sources = undefined;
    return true;
  }
}

function serve(server: ViteDevServer, bundle: DevBundle, path: string): void {
  server.middlewares.use((request, response, next) => {
    if (request.url?.split("?")[0] !== path) {
      next();
      return;
    }
    bundle.code().then(
      (code) => {
        response.setHeader("Content-Type", "text/javascript; charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        response.end(code);
      },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        server.config.logger.error(`The worker could not be bundled.\n${message}`);
        response.statusCode = 500;
        response.setHeader("Content-Type", "text/plain; charset=utf-8");
        response.end(message);
      },
    );
  });
}

export function workerBundle(entry: string): Plugin {
  let root = "";
  let mode = "";
  let devPath: string | undefined;
  let bundle: DevBundle | undefined;
  const make = (): Promise<Bundle> => bundleWorker(root, resolve(root, entry), mode);
  return {
    name: "worker-bundle",
    configResolved(config) {
      root = config.root;
      mode = config.mode;
    },
    configureServer(server) {
      // A relative base means "/" while developing.
      devPath = (server.config.base.startsWith("/") ? server.config.base : "/") + DEV_PATH;
      bundle = new DevBundle(normalizePath(resolve(root, "src")) + "/", make);
      serve(server, bundle, devPath);
    },
    resolveId: (id) => (id === PUBLIC_ID ? RESOLVED_ID : undefined),
    async load(id) {
      if (id !== RESOLVED_ID) return undefined;
      if (devPath !== undefined) return `export default ${JSON.stringify(devPath)};`;
      const { code, sources } = await make();
      for (const source of sources) this.addWatchFile(source);
      const reference = this.emitFile({ type: "asset", name: "worker.js", source: code });
      return `export default import.meta.ROLLUP_FILE_URL_${reference};`;
    },
    hotUpdate({ file, server }) {
      if (this.environment.name !== "client" || bundle?.invalidate(normalizePath(file)) !== true)
        return undefined;
      server.ws.send({ type: "full-reload" });
      return [];
    },
  };
}
