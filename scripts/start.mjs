/** `npm start`: installs what is missing, serves the notebook and says where. PORT picks another port. */
import { join } from "node:path";
import { ensurePackages } from "./install.mjs";

const root = join(import.meta.dirname, "..");
ensurePackages(root);

const { createServer } = await import("vite");
const port = Number(process.env.PORT ?? 5173);
const server = await createServer({ root, server: { port }, logLevel: "warn", clearScreen: false });
await server.listen();
const [url] = server.resolvedUrls?.local ?? [];
console.log(`\n  Fusebook is running at ${url}\n  Open that address in a browser; Ctrl+C stops it.\n`);
