import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { withNotebook, type Graphics } from "./harness/notebook.ts";

interface Findings {
  readonly origin: string;
  readonly secure: boolean;
  readonly adapter: boolean;
  /** Whether a thread could be had, and memory shared with it. */
  readonly thread: boolean;
  readonly reached: readonly string[];
}

/** A server that lets every origin in and counts who comes. */
async function openServer(): Promise<{ url: string; visits: string[]; server: Server }> {
  const visits: string[] = [];
  const server = createServer((request, response) => {
    visits.push(request.url ?? "");
    response.writeHead(200, { "Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript" });
    response.end("self.imported = true");
  });
  server.on("upgrade", (request, socket) => {
    visits.push(`upgrade ${request.url ?? ""}`);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, visits, server };
}

/** A worker that tries every way out it knows and reports on its port which ones opened. */
function probeSource(url: string): string {
  return `
    addEventListener("message", async ({ data, ports: [port, frame] }) => {
      const reached = [];
      const attempt = async (name, action) => {
        const late = new Promise((resolve, reject) => setTimeout(reject, 1500));
        try { await Promise.race([action(), late]); reached.push(name); } catch {}
      };
      const opened = (target, good, bad) =>
        new Promise((resolve, reject) => { target["on" + good] = resolve; target["on" + bad] = reject; });
      await attempt("fetch", () => fetch("${url}fetch", { mode: "no-cors" }));
      await attempt("xhr", () => {
        const request = new XMLHttpRequest();
        request.open("GET", "${url}xhr");
        request.send();
        return opened(request, "load", "error");
      });
      await attempt("websocket", () => opened(new WebSocket("${url.replace("http", "ws")}socket"), "open", "error"));
      await attempt("eventsource", () => opened(new EventSource("${url}events"), "open", "error"));
      await attempt("importScripts", () => importScripts("${url}classic.js"));
      await attempt("import", () => import("${url}module.js"));
      await attempt("nested worker", () => {
        const source = "fetch('${url}nested', { mode: 'no-cors' }).then(() => postMessage(1), () => close())";
        return opened(new Worker("data:text/javascript," + encodeURIComponent(source)), "message", "error");
      });
      // A thread of the engine's kind: it says that it runs, then whether it got out.
      const words = new Int32Array(data.shared.memory.buffer);
      const source = "onmessage = ({ data }) => { const words = new Int32Array(data.buffer); words[0] = 1;" +
        "fetch('${url}thread', { mode: 'no-cors' }).then(() => (words[1] = 1)); }";
      frame.postMessage({ type: "start", id: 1, source });
      await attempt("thread", async () => {
        while (Atomics.load(words, 1) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      });
      await attempt("indexedDB", () => opened(indexedDB.open("probe"), "success", "error"));
      await attempt("caches", () => caches.open("probe"));
      await attempt("storage", () => navigator.storage.getDirectory());
      await attempt("localStorage", () => localStorage.setItem("probe", "1"));
      await attempt("broadcast", () => opened(new BroadcastChannel("probe"), "message", "messageerror"));
      const adapter = (await navigator.gpu?.requestAdapter()) ?? null;
      port.postMessage({ origin: self.origin, secure: isSecureContext, adapter: adapter !== null, thread: words[0] === 1, reached });
    });`;
}

/** Loads the site's own sandbox with \`source\` in place of the engine and waits for what it reports. */
function runInSandbox(page: Page, source: string): Promise<Findings> {
  return page.evaluate(async (text) => {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.setAttribute("allow", "cross-origin-isolated");
    frame.setAttribute("credentialless", "");
    frame.src = "sandbox.html";
    const loaded = new Promise((resolve) => (frame.onload = resolve));
    document.body.append(frame);
    await loaded;
    const [cells, trouble] = [new MessageChannel(), new MessageChannel()];
    const answer = new Promise<unknown>((resolve, reject) => {
      cells.port1.onmessage = ({ data }) => resolve(data);
      trouble.port1.onmessage = ({ data }) => reject(new Error(JSON.stringify(data)));
    });
    frame.contentWindow?.postMessage({ type: "begin", source: text }, "*", [cells.port2, trouble.port2]);
    return (await answer) as Findings;
  }, source);
}

test.each<Graphics>(["software-webgpu", "none"])(
  "the worker of the cells has WebGPU where there is any, and no way out (graphics: %s)",
  async (graphics) => {
    const { url, visits, server } = await openServer();
    try {
      await withNotebook({ graphics }, async ({ page }) => {
        const findings = await runInSandbox(page, probeSource(url));
        expect(findings).toEqual({
          origin: "null",
          secure: true,
          adapter: graphics === "software-webgpu",
          thread: true,
          reached: [],
        });
      });
      expect(visits).toEqual([]);
    } finally {
      server.close();
    }
  },
);

test("a worker that cannot start is reported", async () => {
  await withNotebook({ graphics: "none" }, async ({ page }) => {
    await expect(runInSandbox(page, "this is no script")).rejects.toThrow("workerFailed");
  });
});
