import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, sep } from "node:path";
import { pipeline } from "node:stream/promises";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
  ".ttf": "font/ttf",
};

export interface StaticServer {
  /** Where the folder is served, with the trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** The file under `folder` that `pathname` names, or undefined. */
async function findFile(folder: string, pathname: string): Promise<string | undefined> {
  const path = normalize(join(folder, decodeURIComponent(pathname)));
  if (path !== folder && !path.startsWith(folder + sep)) return undefined;
  const file = pathname.endsWith("/") ? join(path, "index.html") : path;
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() === true ? file : undefined;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/**
 * Serves `folder` under `basePath` ("/some/where/") as the plainest of hosts would: a content type, no other
 * header, no fallback, nothing outside the base path.
 */
export async function serveFolder(folder: string, basePath: string): Promise<StaticServer> {
  const root = normalize(folder);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const respond = async (): Promise<void> => {
      const file = pathname.startsWith(basePath)
        ? await findFile(root, "/" + pathname.slice(basePath.length))
        : undefined;
      if (file === undefined) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" });
      await pipeline(createReadStream(file), response);
    };
    // A browser that goes away in the middle of a file is no fault of the site.
    respond().catch(() => response.destroy());
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}${basePath}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
